import { check } from '../errors.js';
import { Frame, startCalls } from '../native/binding.js';
import { frame, native } from '../native/load.js';

/** Who hears of a descriptor: `events` is a sum of `Poll` bits. It must not throw. */
export interface Watcher {
  ready(events: number): void;
}

const events = new Int32Array(native.events);
/** By descriptor. The addon's instance knows which copy of this module watches a descriptor: it may be loaded twice in a thread. */
const watchers: (Watcher | undefined)[] = [];
/**
 * Where libuv is not the event loop a thread with poll(2) does the same work: Bun exports uv_poll_init as a stub that aborts,
 * and Deno 2.9 tells of a uv_poll_t only once something else has woken it.
 */
const threaded =
  'bun' in process.versions || 'deno' in process.versions || process.env['SOCKWISE_READINESS'] === 'thread';

let listener = -1;
let waits = 0;

function dispatch(count: number): void {
  for (let i = 0; i < 2 * count; i += 2) watchers[events[i] ?? -1]?.ready(events[i + 1] ?? 0);
}

/** Throws where nothing can be watched now. The next call tries again: descriptors and threads may be there by then. */
function start(): void {
  if (listener >= 0) return;
  const result = native.startReadiness(threaded);
  check(result, startCalls[frame[Frame.fd] ?? 0] ?? 'uv_poll_init');
  listener = native.listenForReadiness(dispatch);
  if (waits > 0) native.holdReadiness(listener, true);
}

/**
 * Tells `watcher` of each change of `fd`, instead of who was told before; that it can be written to only if it `writes`. Throws if
 * it cannot be watched.
 */
export function watch(fd: number, watcher: Watcher, writes: boolean): void {
  start();
  check(native.watch(fd, listener, writes), process.platform === 'linux' ? 'epoll_ctl' : 'kevent');
  watchers[fd] = watcher;
}

/** Ends {@link watch}, if `fd` is still this watcher's: the number may be another's by now. */
export function unwatch(fd: number, watcher: Watcher): void {
  if (watchers[fd] !== watcher) return;
  watchers[fd] = undefined;
  native.unwatch(fd, listener);
}

/**
 * The event loop lives while somebody waits: so many more, or less. It may be told of an end before the begin, within one turn of
 * the loop.
 */
export function count(change: number): void {
  const before = waits;
  waits += change;
  if (listener >= 0 && before > 0 !== waits > 0) native.holdReadiness(listener, waits > 0);
}

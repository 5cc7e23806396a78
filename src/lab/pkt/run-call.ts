import { codeOf, messageOf } from '../../errors.js';
import { setTimeout as delay } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import type { PollEvent, Socket } from '../../index.js';
import { patient } from '../record/patience.js';
import { errnoOf, systemCalls } from './calls.js';
import { PktFailure } from './failure.js';
import type { Machine, Returned, SystemCall } from './machine.js';
import type { CallLine } from './script.js';
import { namesOf, numberOf, valueText } from './values.js';

/** How long a call that should return at once may take before it counts as one that blocks. */
const blockedAfterMs = 2000;

/** Flags with which no call waits: to look at the error queue never does, ip(7). */
const neverBlocking = ['MSG_DONTWAIT', 'MSG_ERRQUEUE'];

/** What a call came to. */
type Outcome = { readonly returned: Returned } | { readonly errno: string };

/** Waits until a call could go on, or so long. */
async function ready(socket: Socket, event: PollEvent, timeoutMs: number, signal: AbortSignal): Promise<void> {
  try {
    await socket.poll([event], { timeoutMs, signal });
  } catch (error) {
    if (codeOf(error) !== 'ERR_TIMED_OUT') throw error;
  }
}

/** Makes a call again until it does not block, and one that has to take all, until it has what the script says. */
async function untilDone(
  call: SystemCall,
  line: CallLine,
  once: () => Returned | undefined,
  first: Returned | undefined,
  socket: Socket | undefined,
  signal: AbortSignal,
): Promise<Returned> {
  const wanted = call.whole === true ? (numberOf(line.result) ?? 0) : 0;
  const deadlineMs = performance.now() + (line.returnsMs ?? 0) + patient(blockedAfterMs);
  for (let last = first; ; last = once() ?? last) {
    if (last !== undefined && last.value >= wanted) return last;
    if (performance.now() > deadlineMs) throw new Error(`${line.name}: it still blocks`);
    if (call.waits === undefined || socket === undefined) await delay(1, undefined, { signal });
    else await ready(socket, call.waits, Math.max(1, Math.ceil(deadlineMs - performance.now())), signal);
  }
}

/** What a call that really blocks comes to; it ends with its socket, which whoever plays the script then shuts down. */
async function inTime(blocked: Promise<number>, line: CallLine, signal: AbortSignal): Promise<number> {
  const over = new AbortController();
  const longestMs = (line.returnsMs ?? 0) + patient(blockedAfterMs);
  const late = delay(longestMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).then(() => {
    throw new Error(`${line.name}: it still blocks`);
  });
  try {
    return await Promise.race([blocked, late]);
  } finally {
    over.abort();
    // Whichever came second.
    for (const each of [blocked, late]) each.catch(() => undefined);
  }
}

/** A send that opens a connection, as with MSG_FASTOPEN, returns when the connection stands, or with what became of it. */
async function untilConnected(socket: Socket, line: CallLine, signal: AbortSignal): Promise<void> {
  if (socket.getOption('TCP_INFO').state !== 'SYN_SENT') return;
  await ready(socket, 'POLLOUT', Math.ceil((line.returnsMs ?? 0) + patient(blockedAfterMs)), signal);
  const errno = socket.getOption('SO_ERROR');
  if (errno !== 0) throw Object.assign(new Error('it could not connect'), { code: getSystemErrorName(-errno) });
}

async function make(call: SystemCall, machine: Machine, line: CallLine, signal: AbortSignal): Promise<Outcome> {
  const descriptor = machine.descriptors.get(numberOf(line.args[0] ?? { kind: 'any' }) ?? -1);
  const isNonBlocking =
    (descriptor !== undefined && 'socket' in descriptor && descriptor.nonBlocking) ||
    line.args.some((arg) => namesOf(arg).some((name) => neverBlocking.includes(name)));
  if ((line.returnsMs !== undefined || call.blocksAlways === true) && !isNonBlocking) {
    const blocked = call.block?.(machine, line);
    if (blocked !== undefined) return { returned: { value: await inTime(blocked, line, signal) } };
  }
  const once = call.prepare(machine, line);
  const first = once();
  if (first === undefined && isNonBlocking) return { errno: 'EAGAIN' };
  if (first !== undefined && (isNonBlocking || call.whole !== true)) return { returned: first };
  const found = descriptor !== undefined && 'socket' in descriptor ? descriptor : undefined;
  const socket = found?.socket.socket;
  if (call.whole === true && socket !== undefined && found?.carries === 'TCP')
    await untilConnected(socket, line, signal);
  return { returned: await untilDone(call, line, once, first, socket, signal) };
}

function compare(file: string, line: CallLine, outcome: Outcome): void {
  const wanted = numberOf(line.result);
  const value = 'errno' in outcome ? -1 : outcome.returned.value;
  const errno = 'errno' in outcome ? outcome.errno : undefined;
  const isRight = (wanted === undefined || value === wanted) && (line.errno === undefined || line.errno === errno);
  if (!isRight) {
    const expected = [wanted ?? '...', line.errno ?? ''].join(' ').trim();
    throw new PktFailure(
      file,
      line,
      `${line.name}: expected ${expected}, got ${[value, errno ?? ''].join(' ').trim()}`,
    );
  }
  for (const { what, expected, got } of 'errno' in outcome ? [] : (outcome.returned.results ?? []))
    if (expected !== got) throw new PktFailure(file, line, `${line.name}: ${what}: expected ${expected}, got ${got}`);
}

/**
 * Makes the call of a line, waits as long as it would block, records it and compares what it came to.
 *
 * @throws {PktFailure} It came to something else.
 */
export async function runCall(machine: Machine, line: CallLine, file: string, signal: AbortSignal): Promise<void> {
  const call = Object.hasOwn(systemCalls, line.name) ? systemCalls[line.name] : undefined;
  if (call === undefined) throw new PktFailure(file, line, `${line.name}: not a call that can be made`);
  const fd = numberOf(line.args[0] ?? { kind: 'any' });
  const { recorder, name: host } = machine.host;
  // Its time is that of the call: what it sends leaves before it has returned.
  const outcome = await recorder.wait(
    {
      kind: 'call',
      host,
      ...(fd !== undefined && { actor: `fd ${fd}` }),
      name: line.name,
      args: line.args.slice(fd === undefined ? 0 : 1).map(valueText),
    },
    async () =>
      await make(call, machine, line, signal).catch((error: unknown): Outcome => {
        const errno = errnoOf(error);
        if (errno !== undefined) return { errno };
        signal.throwIfAborted();
        throw new PktFailure(file, line, messageOf(error));
      }),
    (came) => ('errno' in came ? { ok: false, errno: came.errno } : { ok: true, value: came.returned.value }),
  );
  compare(file, line, outcome);
}

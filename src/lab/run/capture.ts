import { remarksOf } from '../draw/remarks.js';
import type { Station } from '../network/cable.js';
import type { Host } from '../network/host.js';
import { asideNamespace } from '../network/namespaces.js';
import { named } from '../network/peer/link-socket.js';
import type { Event } from '../record/event.js';
import type { Recorder } from '../record/recorder.js';
import type { Trace, TraceHost } from '../record/trace.js';
import { writeCapture } from '../wire/capture-file.js';
import { KernelClock, waitForPacketStamps } from '../wire/clock.js';
import { type Frame, FrameStore } from '../wire/frame-store.js';
import { impliedStates } from '../wire/implied.js';
import { type Passed, passagesOf, type WireEnd } from '../wire/passages.js';
import { WireTap } from '../wire/tap.js';
import { timeline } from '../wire/timeline.js';
import { StateWatch } from '../wire/watch.js';

// States the kernel leaves by itself, as TIME_WAIT, show at the next look.
const lookEveryMs = 20;

/** What a capture knows of a run. */
export type Seen = Passed & Pick<Trace, 'beginNs' | 'states' | 'dropped'>;

/** Listens to the links of a run, and looks at the socket tables of its hosts. */
export class Capture {
  readonly #recorder: Recorder;
  readonly #onError: (error: unknown) => void;
  readonly #clock = new KernelClock();
  readonly #frames = new FrameStore();
  readonly #hosts: Host[] = [];
  readonly #ends: (WireEnd & { readonly tap: WireTap; readonly link: string })[] = [];
  readonly #watch: StateWatch | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #drainedMs = 0;

  /** `onError` is told why it had to stop. Without `states` nobody will ask for them, and it looks at no table. */
  constructor(recorder: Recorder, onError: (error: unknown) => void, states: boolean) {
    this.#recorder = recorder;
    this.#onError = onError;
    recorder.onEvent = (kind) => this.#onEvent(kind);
    if (!states) return;
    this.#watch = new StateWatch(this.#hosts, () => recorder.elapsedMs);
    this.#timer = setInterval(() => this.look(), lookEveryMs).unref();
  }

  watch(host: Host): void {
    this.#hosts.push(host);
  }

  /** A script may have closed the namespace of a host, and then there is nothing to look at. */
  look(): void {
    try {
      this.#watch?.look();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Listens at both ends of a link; of a host that talks to itself over `lo`, there is but one. */
  tap(
    stations: readonly [Station, ...Station[]],
    links: readonly string[],
    hasMade: WireEnd['hasMade'] = () => false,
  ): void {
    for (const [index, station] of stations.entries()) {
      const { name, namespace, host } = station;
      const link = links[index] ?? '';
      const peer = stations[stations.length - 1 - index]?.name ?? '';
      const tap = new WireTap(
        namespace,
        link,
        this.#ends.length,
        this.#frames,
        () => this.look(),
        (error) => this.#onError(named(`the capture on ${link} of ${name}`, error)),
      );
      this.#ends.push({ host: name, peer, absences: host?.absences ?? [], hasMade, tap, link });
    }
    waitForPacketStamps(asideNamespace());
  }

  /** Stores what has come by now, and returns how many frames that were. */
  drain(): number {
    const before = this.#frames.count;
    for (const { tap } of this.#ends) tap.drain();
    this.#drainedMs = this.#recorder.elapsedMs;
    return this.#frames.count - before;
  }

  passages(): Passed {
    return passagesOf(this.#frames.frames(), this.#ends, (nanoseconds) => this.#sinceBegin(nanoseconds));
  }

  /** Ends the listening. */
  stop(): void {
    for (const { tap } of this.#ends) {
      this.#dropped += tap.drops();
      tap.close().catch(this.#onError);
    }
    this.look();
    this.#clock.stop();
  }

  seen(hosts: readonly TraceHost[]): Seen {
    const list = this.passages();
    return {
      beginNs: String(this.#clock.toNs(this.#recorder.beginMs)),
      ...list,
      states: this.#states(hosts, list),
      dropped: this.#dropped,
    };
  }

  /** Writes everything that was on the wire to a file. */
  write(file: string, trace: Trace): void {
    const interfaces = this.#ends.map(({ host, peer, link }) => ({ name: host, description: `${link} to ${peer}` }));
    const sinceBegin = ({ atNs }: Frame): number => this.#sinceBegin(atNs);
    writeCapture(file, this.#frames.frames(), interfaces, trace, remarksOf(trace), sinceBegin);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#recorder.onEvent = () => {};
    this.#frames.close();
    await Promise.all(this.#ends.map(({ tap }) => tap.close()));
  }

  #onEvent(kind: Event['kind']): void {
    if (kind === 'look' || kind === 'mark') return;
    // A script whose calls never wait keeps the event loop, and the taps with it, from their turn.
    try {
      if (this.#recorder.elapsedMs - this.#drainedMs > lookEveryMs) this.drain();
    } catch (error) {
      this.#onError(error);
    }
    if (kind !== 'segment') this.look();
  }

  #states(hosts: readonly TraceHost[], { segments }: Passed): Trace['states'] {
    if (this.#watch === undefined) return [];
    return timeline(
      this.#watch.samples,
      hosts.flatMap((host) => impliedStates(host, segments)),
    );
  }

  /** The kernel's time of day as milliseconds since the run began, to the microsecond. */
  #sinceBegin(nanoseconds: bigint): number {
    return Math.round((this.#clock.toMs(nanoseconds) - this.#recorder.beginMs) * 1000) / 1000;
  }
}

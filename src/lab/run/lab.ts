import type { Json } from '../record/json.js';
import type { Trace } from '../record/trace.js';
import { type Experiment, ExperimentError } from './experiment.js';
import { Host } from '../network/host.js';
import { newNamespace } from '../network/namespaces.js';
import { ScriptedPeer } from '../network/peer/peer.js';
import type { Event, SegmentEvent } from '../record/event.js';
import { Recorder } from '../record/recorder.js';

/** The addresses of the articles' host. */
const articleAddresses = { A: '192.168.0.1', B: '10.0.0.1' };

export type Isolation = 'namespaces' | 'loopback';

let loopbackHosts = 0;

/** Two addresses of 127.0.0.0/8 that no other host of this process has. */
function loopbackAddresses(): { A: string; B: string } {
  const next = (): string => {
    const number = (process.pid * 512 + loopbackHosts++) % 2 ** 22;
    return `127.${64 + (number >> 16)}.${(number >> 8) & 255}.${1 + (number % 254)}`;
  };
  return { A: next(), B: next() };
}

/** The recording, and why the script broke off if it did. */
async function recorded(
  experiment: Experiment,
  variant: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly trace: Trace; readonly cause?: unknown }> {
  try {
    return { trace: await experiment.run(variant, { signal }) };
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    return { trace: error.trace, cause: error.cause };
  }
}

/** What one row of a case runs in: hosts that are gone afterwards, and the record of what happened. */
export class Lab {
  readonly isolation: Isolation;
  /** Aborted when the row has used up its time. */
  readonly signal: AbortSignal;
  readonly #recorder = new Recorder();
  readonly #closers: (() => void)[] = [];

  constructor(isolation: Isolation, signal: AbortSignal) {
    this.isolation = isolation;
    this.signal = signal;
  }

  get events(): readonly Event[] {
    return this.#recorder.events;
  }

  /** What ended last. */
  get last(): Event | undefined {
    return this.#recorder.last;
  }

  /** A host with the addresses A and B, on which everything runs over `lo`. */
  host(name = 'host'): Host {
    if (this.isolation === 'loopback')
      return this.#keep(new Host(name, loopbackAddresses(), undefined, this.#recorder));
    const namespace = newNamespace();
    const host = this.#keep(new Host(name, articleAddresses, namespace, this.#recorder));
    for (const address of Object.values(articleAddresses)) namespace.addAddress('lo', `${address}/32`);
    return host;
  }

  /**
   * Two hosts joined by a link: 192.168.0.1 on the first, 192.168.0.2 on the second, both as `A`. The link is `eth0` on
   * either side.
   */
  pair(first = 'server', second = 'client'): [Host, Host] {
    const [left, right] = [newNamespace(), newNamespace()];
    const hosts: [Host, Host] = [
      this.#keep(new Host(first, { A: '192.168.0.1', B: '10.0.0.1' }, left, this.#recorder)),
      this.#keep(new Host(second, { A: '192.168.0.2', B: '10.0.0.2' }, right, this.#recorder)),
    ];
    left.addVeth(right, { name: 'eth0', peerName: 'eth0' });
    for (const host of hosts) host.namespace?.addAddress('eth0', `${host.A}/24`);
    return hosts;
  }

  /**
   * A host with 192.168.0.1 on `eth0`, and at the other end of the link a peer the script plays, 192.168.0.2. No kernel
   * has that address, so nobody but the script answers.
   */
  async scripted(name = 'host', peerName = 'peer'): Promise<[Host, ScriptedPeer]> {
    const [left, right] = [newNamespace(), newNamespace()];
    this.atEnd(() => right.close());
    const host = this.#keep(new Host(name, articleAddresses, left, this.#recorder));
    left.addVeth(right, { name: 'eth0', peerName: 'eth0' });
    left.addAddress('eth0', `${host.A}/24`);
    const peer = await ScriptedPeer.start({
      name: peerName,
      address: '192.168.0.2',
      namespace: right,
      link: 'eth0',
      host,
      note: (segment) => this.#recorder.add({ kind: 'segment', host: peerName, ...segment }),
    });
    this.atEnd(() => peer.close());
    return [host, peer];
  }

  /** Runs an experiment, with a capture of every link, and returns its findings. What happened in it are events of the row. */
  async play(experiment: Experiment, variant?: string): Promise<Json> {
    const begin = this.#recorder.elapsedMs;
    const { trace, cause } = await recorded(experiment, variant, this.signal);
    const segments = trace.segments.map(
      ({ sentMs, receivedMs, from, flags, seq, ack, window, options, length }): SegmentEvent => ({
        kind: 'segment',
        atMs: sentMs,
        endMs: receivedMs ?? sentMs,
        host: from,
        way: 'sends',
        flags,
        seq,
        ...(ack !== undefined && { ack }),
        window,
        options,
        length,
        ...(receivedMs === undefined && { lost: true }),
      }),
    );
    // What a scripted peer sends and gets is among the segments of the trace.
    const others = trace.events.filter(({ kind }) => kind !== 'segment');
    this.#recorder.addAll([...others, ...segments], begin);
    if (trace.error !== undefined) throw new Error(`${experiment.name}: ${trace.error.message}`, { cause });
    return trace.findings;
  }

  /** Something the script did or saw that is no call. */
  note(text: string, said?: string, host = ''): void {
    this.#recorder.add({ kind: 'remark', host, text, ...(said !== undefined && { said }) });
  }

  /** Runs `close` when the row is over, last one first. */
  atEnd(close: () => void): void {
    this.#closers.push(close);
  }

  close(): void {
    for (const close of this.#closers.splice(0).reverse()) close();
  }

  #keep(host: Host): Host {
    this.#closers.push(() => host.close());
    return host;
  }
}

import { release } from 'node:os';
import { invalidArgument, knownKeys } from '../../errors.js';
import { UsageError } from '../../index.js';
import { KernelClock, waitForPacketStamps } from '../wire/clock.js';
import { type Frame, FrameStore } from '../wire/frame-store.js';
import { segmentsOf, type SegmentList, type WireEnd } from '../wire/segments.js';
import { WireTap } from '../wire/tap.js';
import { remarksOf } from '../draw/remarks.js';
import { writeCapture } from '../wire/capture-file.js';
import { Host } from '../network/host.js';
import { named } from '../network/peer/link-socket.js';
import { type PeerSegment, ScriptedPeer } from '../network/peer/peer.js';
import { impliedStates } from '../wire/implied.js';
import { timeline } from '../wire/timeline.js';
import { StateWatch } from '../wire/watch.js';
import { Recorder } from '../record/recorder.js';
import type { Trace } from '../record/trace.js';
import { until } from '../record/until.js';
import { joinDirectly, joinThroughRelay, type Station } from '../network/cable.js';
import { newNamespace } from '../network/namespaces.js';
import { checkedDelay, Link, type LinkSettings } from '../network/link.js';

export interface HostSettings extends LinkSettings {
  /** An address of 192.168.0.0/24; the next one that is free if absent. */
  readonly address?: string;
}

const mostHosts = 8;
const longestName = 100;
const longestMark = 2000;
const addresses = Array.from({ length: mostHosts }, (_, index) => `192.168.0.${index + 1}`);
// States the kernel leaves by itself, as TIME_WAIT, show at the next look.
const lookEveryMs = 20;
/** Links may be slow: twice the longest delay, and more. */
const settleMs = 25_000;
/** How long the end of a run waits for what is still on its way. */
const silenceMs = 3000;

/** What a stage knows of its run. */
export type Recording = Omit<Trace, 'name' | 'title' | 'variant' | 'about' | 'rule' | 'findings' | 'error'>;

/** The hosts and links of one run, everything on them recorded. */
export class Stage {
  readonly signal: AbortSignal;
  readonly #recorder = new Recorder();
  readonly #clock = new KernelClock();
  readonly #frames = new FrameStore();
  readonly #hosts: Host[] = [];
  readonly #stations: Station[] = [];
  readonly #links: Link[] = [];
  readonly #ends: (WireEnd & { readonly tap: WireTap; readonly link: string })[] = [];
  readonly #closers: (() => void)[] = [];
  readonly #watch = new StateWatch(this.#hosts, () => this.#recorder.elapsedMs);
  readonly #timer = setInterval(() => this.#look(), lookEveryMs).unref();
  readonly #failure = new AbortController();
  #isOver = false;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#failure.signal]);
    this.#recorder.onCall = () => this.#look();
  }

  get elapsedMs(): number {
    return this.#recorder.elapsedMs;
  }

  /** Breaks the run off, for a reason no call of the script can throw. */
  fail(error: unknown): void {
    this.#failure.abort(error);
  }

  /** A host with a network of its own, joined to every host before it. */
  host(name: string, settings: HostSettings = {}): Host {
    knownKeys(settings, 'host', ['address', 'relayed', 'delayMs']);
    const { address, ...link } = settings;
    if (link.delayMs !== undefined) checkedDelay(link.delayMs);
    const A = this.#address(name, address);
    const namespace = newNamespace();
    const host = new Host(name, { A, B: A.replace(/^192\.168/, '10.0') }, namespace, this.#recorder);
    this.#closers.push(() => host.close());
    const station: Station = { name, address: A, namespace, host, links: [] };
    for (const other of this.#stations) this.#join(other, station, link);
    this.#stations.push(station);
    this.#hosts.push(host);
    return host;
  }

  /** What joins two hosts. */
  link(a: Host, b: Host): Link {
    for (const host of [a, b]) if (!(host instanceof Host)) throw invalidArgument('link', 'two hosts', host);
    const found = this.#links.find(({ hosts }) => hosts.includes(a) && hosts.includes(b) && a !== b);
    if (found === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `${a.name} and ${b.name} are not joined`);
    return found;
  }

  /** The far end of a link to `host`, without a TCP stack: the script writes its segments. */
  async peer(name: string, host: Host, settings: { readonly address?: string } = {}): Promise<ScriptedPeer> {
    knownKeys(settings, 'peer', ['address']);
    const { address } = settings;
    const station: Station = {
      name,
      address: this.#address(name, address),
      namespace: newNamespace(),
      links: [],
    };
    this.#closers.push(() => station.namespace.close());
    const near = this.#stations.find((candidate) => candidate.host === host);
    if (near === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'peer: its host is not of this experiment');
    this.#stations.push(station);
    const links = joinDirectly(near, station);
    this.#tap([near, station], links);
    const note = (segment: PeerSegment): void => this.#recorder.add({ kind: 'segment', host: name, ...segment });
    const peer = await ScriptedPeer.start({ ...station, link: links[1], host, note });
    this.#closers.push(() => peer.close());
    return peer;
  }

  mark(text: string): void {
    this.#mustGoOn('mark');
    if (typeof text !== 'string' || text.length > longestMark)
      throw invalidArgument(
        'mark',
        `a text of at most ${longestMark} characters`,
        typeof text === 'string' ? text.length : text,
      );
    // What a wait before it has seen, it has seen before it.
    this.#watch.look();
    this.#recorder.add({ kind: 'mark', host: '', text });
  }

  /** The segments so far. */
  segments(): SegmentList {
    this.#mustGoOn('segments');
    for (const { tap } of this.#ends) tap.drain();
    return this.#stored();
  }

  #stored(): SegmentList {
    return segmentsOf(this.#frames.frames(), this.#ends, (nanoseconds) => this.#sinceBegin(nanoseconds));
  }

  /** Until what was sent has arrived or is lost, and every frame is stored. */
  async settle(): Promise<void> {
    this.#mustGoOn('settle');
    await until(() => (this.#isIdle() ? true : undefined), 'segments on their way', { deadlineMs: settleMs });
  }

  /** Everything recorded. The run is over with it. */
  async finish(): Promise<Recording> {
    // Within one turn: a segment that a timer of the kernel sends now would be listened to at one end only.
    const idle = until(() => (this.#isIdle() ? this.#stop() : undefined), 'silence', { deadlineMs: silenceMs });
    // Two ends that never stop talking are no reason to lose the record.
    const dropped = await idle.catch(() => this.#stop());
    this.#isOver = true;
    for (const remark of this.#links.flatMap((link) => link.unused()))
      this.#recorder.add({ kind: 'mark', host: '', text: remark });
    const hosts = this.#stations.map(({ name, address, host }) => ({ name, address, scripted: host === undefined }));
    const list = this.#stored();
    const implied = hosts.flatMap((host) => impliedStates(host, list.segments));
    return {
      kernel: release(),
      node: process.version,
      beginNs: String(this.#clock.toNs(this.#recorder.beginMs)),
      durationMs: this.#recorder.elapsedMs,
      hosts,
      events: this.#recorder.events,
      ...list,
      states: timeline(this.#watch.samples, implied),
      dropped,
    };
  }

  /** Writes everything that was on the wire to a file. */
  writeCapture(file: string, trace: Trace): void {
    const interfaces = this.#ends.map(({ host, peer, link }) => ({ name: host, description: `${link} to ${peer}` }));
    const sinceBegin = ({ atNs }: Frame): number => this.#sinceBegin(atNs);
    writeCapture(file, this.#frames.frames(), interfaces, trace, remarksOf(trace), sinceBegin);
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#recorder.onCall = () => {};
    for (const { tap } of this.#ends) tap.close();
    for (const link of this.#links) link.close();
    for (const close of this.#closers.splice(0).reverse()) close();
    this.#frames.close();
  }

  /** A script may have closed the namespace of a host, and then there is nothing to look at. */
  #look(): void {
    try {
      this.#watch.look();
    } catch (error) {
      this.fail(error);
    }
  }

  #isIdle(): boolean {
    if (!this.#links.every((link) => link.isIdle())) return false;
    for (const { tap } of this.#ends) tap.drain();
    return true;
  }

  /** Ends the listening, and returns how many frames the kernel had no room for. */
  #stop(): number {
    let dropped = 0;
    for (const { tap } of this.#ends) {
      dropped += tap.drops();
      tap.close();
    }
    this.#look();
    this.#clock.stop();
    return dropped;
  }

  /** The kernel's time of day as milliseconds since the run began, to the microsecond. */
  #sinceBegin(nanoseconds: bigint): number {
    return Math.round((this.#clock.toMs(nanoseconds) - this.#recorder.beginMs) * 1000) / 1000;
  }

  /** Listens at both ends of a link. */
  #tap(stations: readonly [Station, Station], links: readonly [string, string]): void {
    const isFirst = this.#ends.length === 0;
    for (const [index, station] of stations.entries()) {
      const { name, namespace, host } = station;
      const link = links[index] ?? '';
      const peer = stations[1 - index]?.name ?? '';
      const tap = new WireTap(
        namespace,
        link,
        this.#ends.length,
        this.#frames,
        () => this.#look(),
        (error) => this.fail(named(`the capture on ${link} of ${name}`, error)),
      );
      this.#ends.push({ host: name, peer, absences: host?.absences ?? [], tap, link });
    }
    if (isFirst) waitForPacketStamps(stations[0].namespace);
  }

  #join(near: Station, far: Station, { relayed = false, delayMs }: LinkSettings): void {
    if (near.host === undefined || far.host === undefined) return;
    const link = new Link([near.host, far.host], this.#recorder, delayMs);
    this.#links.push(link);
    const throughRelay = relayed || delayMs !== undefined;
    this.#tap(
      [near, far],
      throughRelay
        ? joinThroughRelay(near, far, link, (error) =>
            this.fail(named(`the relay between ${near.name} and ${far.name}`, error)),
          )
        : joinDirectly(near, far),
    );
  }

  #mustGoOn(what: string): void {
    if (this.#isOver) throw new UsageError('ERR_ARGUMENT_INVALID', `${what}: the experiment is over`);
  }

  #address(name: unknown, wanted: string | undefined): string {
    this.#mustGoOn('host');
    const isFree = !this.#stations.some((station) => station.name === name);
    if (typeof name !== 'string' || name === '' || name.length > longestName || !isFree)
      throw invalidArgument('host', `a name of its own of at most ${longestName} characters`, name);
    if (wanted !== undefined && typeof wanted !== 'string') throw invalidArgument('address', 'a text', wanted);
    if (this.#stations.length === mostHosts) throw new UsageError('ERR_OUT_OF_RANGE', `host: at most ${mostHosts}`);
    const taken = new Set(this.#stations.map(({ address }) => address));
    const address = wanted ?? addresses.find((candidate) => !taken.has(candidate)) ?? '';
    if (!/^192\.168\.0\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address) || taken.has(address))
      throw new UsageError('ERR_ADDRESS_INVALID', `address: expected a free one of 192.168.0.0/24, got ${address}`);
    return address;
  }
}

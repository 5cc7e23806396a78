import { release } from 'node:os';
import { invalidArgument, knownKeys } from '../../errors.js';
import { UsageError } from '../../index.js';
import { type Gateway, joinDirectly, joinGateway, joinThroughRelay, type Station } from '../network/cable.js';
import { Host } from '../network/host.js';
import { checkedDelay, Link, type LinkSettings } from '../network/link.js';
import { untilRouted } from '../network/local-route.js';
import { newHost, newWire } from '../network/namespaces.js';
import { isIPv6 } from '../network/peer/ip.js';
import { named } from '../network/peer/link-socket.js';
import { ScriptedPeer } from '../network/peer/peer.js';
import type { PeerSegment } from '../network/peer/segment-passed.js';
import type { Event } from '../record/event.js';
import { Recorder } from '../record/recorder.js';
import type { Recording, Trace } from '../record/trace.js';
import { until } from '../record/until.js';
import type { Passed } from '../wire/passages.js';
import { Capture } from './capture.js';

/** How a host is joined, and its address. */
export interface HostSettings extends LinkSettings {
  /** An address of 192.168.0.0/24; the next one that is free if absent. */
  readonly address?: string;
}

/** Hosts and peers: each host is joined with each, by 190 links of 20. */
const mostHosts = 20;
const longestName = 100;
const longestMark = 2000;
const addresses = Array.from({ length: mostHosts }, (_, index) => `192.168.0.${index + 1}`);
/** Links may be slow: twice the longest delay, and more. */
const settleMs = 25_000;
/** How long the end of a run waits for what is still on its way. */
const silenceMs = 3000;
/** How often all ends are read for one look: two that never stop talking always have something new. */
const mostDrains = 10;

/** The addresses of the articles' host. */
const articleAddresses = { A: '192.168.0.1', B: '10.0.0.1' };

/** Hosts are network namespaces, or parts of 127.0.0.0/8 where there can be none. */
export type Isolation = 'namespaces' | 'loopback';

export interface StageSettings {
  /** Listens to every link; without, calls alone are recorded. */
  readonly capture?: boolean;
  /** A capture looks at every socket table too, unless this is `false`. */
  readonly states?: boolean;
  readonly network?: Isolation;
}

let loopbackHosts = 0;

/** Two addresses of 127.0.0.0/8 that no other host of this process has. */
function loopbackAddresses(): { A: string; B: string } {
  const next = (): string => {
    const number = (process.pid * 512 + loopbackHosts++) % 2 ** 22;
    return `127.${64 + (number >> 16)}.${(number >> 8) & 255}.${1 + (number % 254)}`;
  };
  return { A: next(), B: next() };
}

/** The hosts and links of one run, everything done on them recorded; and with a capture, what was seen. */
export class Stage {
  readonly isolation: Isolation;
  readonly signal: AbortSignal;
  readonly #states: boolean;
  readonly #recorder = new Recorder();
  /** Hosts and scripted peers that are joined, each with each. */
  readonly #stations: Station[] = [];
  readonly #alone: Host[] = [];
  readonly #links: Link[] = [];
  readonly #closers: (() => unknown)[] = [];
  readonly #failure = new AbortController();
  #capture: Capture | undefined;
  #isOver = false;

  constructor(signal: AbortSignal, { capture = false, states = true, network = 'namespaces' }: StageSettings = {}) {
    this.signal = AbortSignal.any([signal, this.#failure.signal]);
    this.isolation = network;
    this.#states = states;
    if (capture) this.capture();
  }

  /** From now on a capture listens to every link that is made, and looks at every host if states are wanted. */
  capture(): void {
    if (this.#stations.length > 0 || this.#alone.length > 0)
      throw new UsageError(
        'ERR_ARGUMENT_INVALID',
        'capture: there are hosts already, and it would not have all of them',
      );
    this.#capture ??= new Capture(this.#recorder, (error) => this.fail(error), this.#states);
  }

  get isCaptured(): boolean {
    return this.#capture !== undefined;
  }

  get events(): readonly Event[] {
    return this.#recorder.events;
  }

  /** What ended last. */
  get last(): Event | undefined {
    return this.#recorder.last;
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
    const namespace = newHost();
    const host = new Host(name, { A, B: A.replace(/^192\.168/, '10.0') }, namespace, this.#recorder);
    this.#closers.push(() => host.close());
    const station: Station = { name, address: A, namespace, host, links: [] };
    for (const other of this.#stations) this.#join(other, station, link);
    this.#stations.push(station);
    this.#capture?.watch(host);
    return host;
  }

  /** Two hosts joined by a link, `eth0` on either side: 192.168.0.1 on the first, 192.168.0.2 on the second, both as `A`. */
  pair(first = 'server', second = 'client'): [Host, Host] {
    return [this.host(first), this.host(second)];
  }

  /** A host joined to none, with the addresses A and B, on which everything runs over `lo`. */
  alone(name = 'host'): Host {
    this.#mustGoOn('alone');
    const namespace = this.isolation === 'loopback' ? undefined : newHost();
    const addresses = namespace === undefined ? loopbackAddresses() : articleAddresses;
    const host = new Host(name, addresses, namespace, this.#recorder);
    this.#closers.push(() => host.close());
    this.#alone.push(host);
    this.#capture?.watch(host);
    if (namespace !== undefined) {
      for (const address of Object.values(addresses)) namespace.addAddress('lo', `${address}/32`);
      this.#capture?.tap([{ name, address: host.A, namespace, host, links: ['lo'] }], ['lo']);
    }
    return host;
  }

  /** A host, and at the other end of its link a peer the script plays. No kernel has its address, so nobody else answers. */
  async scripted(name = 'host', peerName = 'peer'): Promise<[Host, ScriptedPeer]> {
    const host = this.host(name);
    return [host, await this.peer(peerName, host)];
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
      namespace: newWire(),
      links: [],
    };
    this.#closers.push(() => station.namespace.close());
    const near = this.#stations.find((candidate) => candidate.host === host);
    if (near === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', 'peer: its host is not of this experiment');
    this.#stations.push(station);
    const links = joinDirectly(near, station);
    this.#capture?.tap([near, station], links);
    const note = (segment: PeerSegment): void => this.#recorder.add({ kind: 'segment', host: name, ...segment });
    const peer = await ScriptedPeer.start({ ...station, link: links[1], host, note });
    this.#closers.push(() => peer.close());
    return peer;
  }

  /** A host, and behind a gateway a peer that stands for every other address. They are joined to nobody else. */
  async behindGateway(
    name: string,
    peerName: string,
    { local, gateway, ...cable }: Gateway & { readonly local: string; readonly gateway: string },
  ): Promise<[Host, ScriptedPeer]> {
    this.#mustGoOn('host');
    const namespace = newHost();
    const host = new Host(name, { A: local, B: local }, namespace, this.#recorder);
    this.#closers.push(() => host.close());
    const near: Station = { name, address: local, namespace, host, links: [] };
    const far: Station = { name: peerName, address: gateway, namespace: newWire(), links: [] };
    this.#closers.push(() => far.namespace.close());
    this.#stations.push(near, far);
    const links = joinGateway(near, far, cable);
    if (isIPv6(local)) await untilRouted(host, [local]);
    this.#capture?.watch(host);
    this.#capture?.tap([near, far], links);
    const note = (segment: PeerSegment): void => this.#recorder.add({ kind: 'segment', host: peerName, ...segment });
    const hostHardwareAddress = namespace.getLink(links[0]).hardwareAddress ?? '';
    const peer = ScriptedPeer.behind({ ...far, link: links[1], host, note, hostHardwareAddress });
    this.#closers.push(() => peer.close());
    return [host, peer];
  }

  /** Listeners whose accept queue is full (sk_acceptq_is_full()): they take no SYN, and a connect to them hears nothing. */
  fullQueues(): string[] {
    const hosts = [...this.#stations.flatMap(({ host }) => host ?? []), ...this.#alone];
    return hosts.flatMap((host) =>
      host
        .sockets({ state: 'LISTEN' })
        .filter(({ receiveQueue, sendQueue }) => receiveQueue > sendQueue)
        .map(
          ({ localAddress, localPort, receiveQueue, sendQueue }) =>
            `the accept queue of ${localAddress}:${localPort} on ${host.name} is full: ${receiveQueue} connections, with a backlog of ${sendQueue}`,
        ),
    );
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
    this.#capture?.look();
    this.#recorder.add({ kind: 'mark', host: '', text });
  }

  /** Something the script did or saw that is no call. */
  note(text: string, said?: string, host = ''): void {
    this.#recorder.add({ kind: 'remark', host, text, ...(said !== undefined && { said }) });
  }

  /** Runs `close` when the run is over, last one first. */
  atEnd(close: () => void): void {
    this.#closers.push(close);
  }

  /** What went over the links so far; `asked` is the call of the script that wants it. */
  passages(asked: 'segments' | 'packets' = 'segments'): Passed {
    this.#mustGoOn(asked);
    if (this.#capture === undefined) throw new UsageError('ERR_NOT_SUPPORTED', `${asked}: this run has no capture`);
    this.#capture.drain();
    return this.#capture.passages();
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
    await idle.catch(() => this.#stop());
    this.#isOver = true;
    for (const remark of this.#links.flatMap((link) => link.unused()))
      this.#recorder.add({ kind: 'mark', host: '', text: remark });
    const hosts = [
      ...this.#stations.map(({ name, address, host }) => ({ name, address, scripted: host === undefined })),
      ...this.#alone.map(({ name, address }) => ({ name, address, scripted: false })),
    ];
    const omittedEvents = this.#recorder.omitted;
    const unseen = { beginNs: String(BigInt(Date.now()) * 1_000_000n), segments: [], states: [], dropped: 0 };
    return {
      kernel: release(),
      node: process.version,
      durationMs: this.#recorder.elapsedMs,
      hosts,
      events: this.#recorder.events,
      ...(omittedEvents !== undefined && { omittedEvents }),
      ...(this.#capture?.seen(hosts) ?? unseen),
    };
  }

  /** Writes everything that was on the wire to a file. */
  writeCapture(file: string, trace: Trace): void {
    this.#capture?.write(file, trace);
  }

  /** Ends everything at once; resolves when its packet sockets are gone too, which takes the kernel some milliseconds. */
  async close(): Promise<void> {
    this.#isOver = true;
    const ended: unknown[] = [this.#capture?.close(), ...this.#links.map((link) => link.close())];
    for (const close of this.#closers.splice(0).reverse()) ended.push(close());
    await Promise.all(ended);
  }

  #isIdle(): boolean {
    const areIdle = (): boolean => this.#links.every((link) => link.isIdle());
    if (!areIdle()) return false;
    // Ends are read one after the other. What is sent meanwhile is stored for one end alone, so all are read again.
    for (let looks = 0; looks < mostDrains && (this.#capture?.drain() ?? 0) > 0; looks++);
    // What a timer of the kernel has sent since the first look, such as a delayed ACK, is stored, but still with a relay.
    return areIdle();
  }

  /** Ends the listening. */
  #stop(): true {
    this.#capture?.stop();
    return true;
  }

  #join(near: Station, far: Station, { relayed = false, delayMs }: LinkSettings): void {
    if (near.host === undefined || far.host === undefined) return;
    const link = new Link([near.host, far.host], this.#recorder, delayMs);
    this.#links.push(link);
    const throughRelay = relayed || delayMs !== undefined;
    const links = throughRelay
      ? joinThroughRelay(near, far, link, (error) =>
          this.fail(named(`the relay between ${near.name} and ${far.name}`, error)),
        )
      : joinDirectly(near, far);
    this.#capture?.tap([near, far], links, (segment) => link.hasMade(segment));
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
    if (this.#stations.length === mostHosts)
      throw new UsageError(
        'ERR_OUT_OF_RANGE',
        `host: at most ${mostHosts} hosts and peers, since each is joined with each`,
      );
    const taken = new Set(this.#stations.map(({ address }) => address));
    const address = wanted ?? addresses.find((candidate) => !taken.has(candidate)) ?? '';
    if (!/^192\.168\.0\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address) || taken.has(address))
      throw new UsageError('ERR_ADDRESS_INVALID', `address: expected a free one of 192.168.0.0/24, got ${address}`);
    return address;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../errors.js';
import { Socket, unmapped } from '../../index.js';
import type { Host } from '../network/host.js';
import { asWritten, type Difference, differences, differencesText, gather } from '../network/peer/as-written.js';
import { segmentText } from '../network/peer/notation.js';
import type { ScriptedPeer } from '../network/peer/peer.js';
import type { ArrivedSegment } from '../network/peer/segment-passed.js';
import { patient } from '../record/patience.js';
import { until } from '../record/until.js';
import { KernelClock } from '../wire/clock.js';
import { AssertionFailure, nothingAssigned, runCode } from './code.js';
import { PktFailure } from './failure.js';
import { Flow, isAddressed, stampOf } from './flow.js';
import { infoNames } from './info-names.js';
import { asPacket, packetText } from '../network/peer/packet-notation.js';
import { hintAt, packetDifferences } from './packets.js';
import { type Descriptor, endConnection, type Machine, type SocketDescriptor } from './machine.js';
import { runCall } from './run-call.js';
import { runShell } from './shell.js';
import type { CallLine, CodeLine, Line, PacketLine, PktScript, SegmentLine, ShellLine } from './script.js';
import type { PktNetwork } from './settings.js';
import { ScriptPackets } from './script-packets.js';
import type { SocketKind } from './socket-kind.js';
import { Timeline } from './timeline.js';
import { beUrgent } from './urgent.js';

/** What a script is played on: a host, and a peer that stands for every other address. */
export interface PktStage {
  readonly host: Host;
  readonly peer: ScriptedPeer;
  readonly signal: AbortSignal;
}

/** A segment that comes later than this is not waited for. */
const lateMs = 1000;
/** Of one that may come at any time. */
const longestMs = 30_000;
/** Timers count whole milliseconds: the last one is waited for in turns of the loop. */
const spinMs = 2;
/** So late this process may learn that a call would return: the kernel's moment is not told. */
const wakeMs = 20;
const firstPort = 40_000;

/** Plays a script line by line, in time, and compares. */
export class Player implements Machine {
  readonly descriptors = new Map<number, Descriptor>();
  readonly host: Host;
  readonly #stage: PktStage;
  readonly #script: PktScript;
  readonly #network: PktNetwork;
  readonly #packets: ScriptPackets;
  readonly #clock = new KernelClock();
  #time = new Timeline();
  /** Whose packets the next ones are. */
  #state: 'none' | 'listening' | 'connecting' | 'connected' = 'none';
  #flow: Flow | undefined;
  /** Connections that came before: their SYN may come again. */
  readonly #past: Flow[] = [];
  #under: SocketDescriptor | undefined;
  readonly #assigned = nothingAssigned();
  /** What MSG_ZEROCOPY was given. */
  readonly #kept: Uint8Array[] = [];
  #nextPort = firstPort + (process.pid % 1000);
  /** A call that blocks. */
  #pending: Promise<void> | undefined;
  #failure: unknown;

  constructor(stage: PktStage, script: PktScript, network: PktNetwork) {
    this.#stage = stage;
    this.host = stage.host;
    this.#script = script;
    this.#network = network;
    this.#packets = new ScriptPackets(stage.peer, network);
  }

  /** @throws {PktFailure} at the first line that did not come out as written. */
  async play(): Promise<void> {
    const end = (): void => this.#endAll();
    this.#stage.signal.addEventListener('abort', end);
    let calm = (): void => {};
    try {
      let hasBegun = false;
      for (const line of this.#script.lines) {
        // What a script prepares is done before its time begins.
        if (!hasBegun && line.kind !== 'shell') {
          hasBegun = true;
          calm = beUrgent();
          this.#time = new Timeline();
        }
        this.#stage.signal.throwIfAborted();
        await this.#playLine(line);
        if (this.#failure !== undefined) throw this.#failure;
      }
      await this.#finishPending();
    } finally {
      calm();
      this.#stage.signal.removeEventListener('abort', end);
      await this.#close();
    }
  }

  /** A call that still blocks ends with its connection; what is no socket the host does not close. */
  async #close(): Promise<void> {
    if (this.#pending !== undefined) this.#endAll();
    await this.#pending;
    for (const each of this.descriptors.values()) if (!('socket' in each)) each.close();
  }

  #endAll(): void {
    for (const each of this.descriptors.values()) if ('socket' in each) endConnection(each);
  }

  open(name: string, { type, protocol, carries, nonBlocking }: SocketKind): SocketDescriptor {
    const family = this.#network.ipVersion === 'ipv4' ? 'IPv4' : 'IPv6';
    const socket = this.host.record(
      name,
      this.host.run(() => Socket.open({ family, type, protocol })),
    );
    const opened = { socket, carries, nonBlocking };
    this.#packets.opened(opened);
    return opened;
  }

  bindAddress(): { address: string; port: number } {
    return { address: this.#inSocket(this.#network.local), port: this.#network.bindPort };
  }

  connectAddress(): { address: string; port: number } {
    return { address: this.#inSocket(this.#network.remote), port: this.#network.connectPort };
  }

  listens(descriptor: SocketDescriptor): void {
    this.#under = descriptor;
    this.#state = 'listening';
  }

  connects(descriptor: SocketDescriptor, target: { address: string; port: number }): void {
    if (descriptor.carries !== 'TCP') {
      this.#packets.sendsTo(descriptor, target);
      return;
    }
    if (this.#under === descriptor && this.#state !== 'listening' && this.#state !== 'none') return;
    this.#under = descriptor;
    this.#state = 'connecting';
    const remote = { address: unmapped(target.address), port: target.port };
    if (this.#flow !== undefined) this.#past.push(this.#flow);
    // The host chooses its port: known from its first segment.
    this.#flow = new Flow({ local: { address: this.#network.local, port: 0 }, remote });
  }

  accepted(descriptor: SocketDescriptor): void {
    this.#under = descriptor;
  }

  keep(memory: Uint8Array): void {
    this.#kept.push(memory);
  }

  scriptMs(nanoseconds: bigint): [fromMs: number, toMs: number] {
    const ms = this.#time.scriptMs(this.#clock.toMs(nanoseconds));
    return [ms, ms + this.#time.lateMs];
  }

  get toleranceMs(): number {
    return this.#network.toleranceMs;
  }

  #inSocket(address: string): string {
    return this.#network.ipVersion === 'ipv4-mapped-ipv6' && !address.includes(':') ? `::ffff:${address}` : address;
  }

  #fail(line: Line, message: string, found: readonly Difference[] = []): never {
    throw new PktFailure(this.#script.file, line, message, found);
  }

  async #waitUntil(dueMs: number): Promise<void> {
    const { signal } = this.#stage;
    for (let left = dueMs - performance.now(); left > 0; left = dueMs - performance.now()) {
      if (left > spinMs) await delay(left - spinMs, undefined, { signal });
      else await new Promise(setImmediate);
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async #playLine(line: Line): Promise<void> {
    switch (line.kind) {
      case 'segment':
        if (line.way === 'out') await this.#expect(line);
        else await this.#inTime(line, () => this.#send(line));
        return;
      case 'udp':
      case 'icmp':
        if (line.way === 'out') await this.#expectPacket(line);
        else await this.#inTime(line, () => this.#sendPacket(line));
        return;
      case 'code':
        await this.#inTime(line, () => this.#runCode(line));
        return;
      case 'shell':
        await this.#inTime(line, () => this.#runShell(line));
        return;
      case 'call':
        await this.#call(line);
    }
  }

  async #inTime(line: Line, work: () => void | Promise<void>): Promise<void> {
    const dueMs = this.#time.dueMs(line.when);
    await this.#waitUntil(dueMs);
    const begunMs = performance.now();
    await work();
    this.#time.played(line.when, dueMs, begunMs, performance.now());
  }

  #send(line: SegmentLine): void {
    const { segment: written, ip } = line;
    if (this.#state === 'listening' || this.#state === 'none') {
      const local = { address: this.#network.local, port: this.#network.bindPort };
      const remote = { address: this.#network.remote, port: this.#nextPort++ };
      this.#flow = new Flow({ local, remote });
      this.#state = 'connected';
    }
    const flow = this.#flow;
    if (flow === undefined) this.#fail(line, 'there is no connection this segment could belong to');
    if (flow.tuple.local.port === 0) this.#fail(line, 'the host has sent nothing yet, so its port is not known');
    const made = flow.toWire(written, ip, this.#network.scaledEcho);
    if (made === undefined) this.#fail(line, 'it echoes a timestamp that the host has not sent');
    const segment = {
      ...made,
      ...line.addresses,
      ...(line.ports !== undefined && { sourcePort: line.ports.source, destinationPort: line.ports.destination }),
    };
    this.#stage.peer.sendSegment(segment);
    this.#note('sends', written, segment);
  }

  #note(
    way: 'sends' | 'gets',
    { seq, ack }: { readonly seq: number; readonly ack?: number },
    on: Pick<ArrivedSegment, 'flags' | 'window' | 'options' | 'payload'>,
  ): void {
    const { flags, window, options, payload } = on;
    this.#stage.peer.note({
      way,
      flags,
      seq,
      ...(flags.includes('ACK') && ack !== undefined && { ack }),
      window,
      options,
      length: payload.length,
    });
  }

  /** The next segment of the connection, whatever it is. */
  #take(line: SegmentLine): ArrivedSegment | undefined {
    return this.#stage.peer.take((segment) => {
      const flow = this.#flow;
      if (flow === undefined) return false;
      if (line.ports !== undefined || line.addresses !== undefined) return isAddressed(line, segment);
      if (flow.tuple.local.port !== 0) return flow.has(segment);
      const { remote } = flow.tuple;
      const isSyn = segment.flags.includes('SYN') && !segment.flags.includes('ACK');
      const isNew = !this.#past.some((past) => past.has(segment) && past.localInitial === segment.seq);
      return isSyn && isNew && segment.destination === remote.address && segment.destinationPort === remote.port;
    });
  }

  #learn({ segment: written }: SegmentLine, segment: ArrivedSegment): Flow {
    let flow = this.#flow ?? new Flow({ local: { address: '', port: 0 }, remote: { address: '', port: 0 } });
    if (flow.tuple.local.port === 0) {
      const local = { address: segment.source, port: segment.sourcePort };
      flow = new Flow({ local, remote: flow.tuple.remote });
      this.#flow = flow;
      this.#state = 'connected';
    }
    if (segment.flags.includes('SYN') && flow.localInitial === undefined) flow.learn(segment, written.seq);
    return flow;
  }

  /** What `take` gives, as soon as it gives something. */
  async #next<T>(take: () => T | undefined, untilMs: number): Promise<T | undefined> {
    const deadlineMs = Math.max(0, untilMs - performance.now());
    const { signal } = this.#stage;
    const look = (): { readonly taken?: T } | undefined => {
      if (this.#failure !== undefined) return {};
      const taken = take();
      return taken === undefined ? undefined : { taken };
    };
    const found = await until(look, 'packet', { deadlineMs, signal }).catch((error: unknown) => {
      if (codeOf(error) === 'ERR_TIMED_OUT') return undefined;
      throw error;
    });
    if (this.#failure !== undefined) throw this.#failure;
    return found?.taken;
  }

  async #expect(line: SegmentLine): Promise<void> {
    const { segment: written, ip, when } = line;
    const [fromMs, toMs] = this.#time.window(when, longestMs);
    const untilMs = toMs + lateMs;
    const first = await this.#next(() => this.#take(line), untilMs);
    const what = segmentText(written);
    if (first === undefined) this.#fail(line, `expected ${what}; nothing came`);
    const flow = this.#learn(line, first);
    const piece = async (): Promise<ArrivedSegment | undefined> => {
      const came = await this.#next(() => this.#take(line), untilMs);
      return came && flow.fromWire(came);
    };
    const pieces = this.#network.strictSegments ? (): Promise<undefined> => Promise.resolve(undefined) : piece;
    // A longer one than is written is not split: the host has sent more than the script says.
    const whole = await gather(flow.fromWire(first), written, pieces);
    flow.noteStamps(written, whole);
    this.#note('gets', whole, whole);
    const found = differences(written, ip, whole);
    const atMs = this.#clock.toMs(whole.atNs);
    if (found.length > 0) {
      const came = segmentText(asWritten(whole));
      this.#fail(line, `${differencesText(found)} (expected ${what}; came ${came})`, found);
    }
    this.#checkTime(line, what, atMs, [fromMs, toMs]);
    this.#checkStamp(line, flow, whole);
    this.#time.came(when, atMs);
  }

  /** The host's timestamps are compared where the script says how long a tick of them is. */
  #checkStamp(line: SegmentLine, flow: Flow, segment: ArrivedSegment): void {
    const { stampTickUs, toleranceMs, tolerancePercent } = this.#network;
    const expected = stampOf(line.segment);
    const wire = segment.options.timestamps;
    if (stampTickUs === 0 || expected === undefined || wire === undefined) return;
    const got = flow.stampInScript(wire.value);
    const tolerance = Math.max(toleranceMs, (tolerancePercent / 100) * this.#time.scriptMs(performance.now()));
    if ((Math.abs((got - expected) | 0) * stampTickUs) / 1000 > tolerance)
      this.#fail(line, `TS val: expected ${expected}, got ${got} (tolerance ${tolerance.toFixed(1)} ms)`, [
        { field: 'TS val', expected: String(expected), got: String(got) },
      ]);
  }

  #checkTime(line: Line, what: string, atMs: number, window: [fromMs: number, toMs: number], lastsMs?: number): void {
    if (line.when.kind === 'any') return;
    const wrong = this.#time.wrongTime(atMs, window, this.#network, lastsMs);
    if (wrong !== undefined) this.#fail(line, `${what}: ${wrong.message}`, [wrong.difference]);
  }

  #sendPacket(line: PacketLine): void {
    const cannot = this.#packets.send(line, this.#flow);
    if (cannot !== undefined) this.#fail(line, cannot);
  }

  async #expectPacket(line: PacketLine): Promise<void> {
    const [fromMs, toMs] = this.#time.window(line.when, longestMs);
    const what = packetText(line);
    const ours = await this.#next(() => this.#packets.take(line, this.#flow), toMs + lateMs);
    // Whatever came instead: its addresses or ports are others.
    const found = ours ?? this.#packets.takeOther(line, this.#flow);
    if (found === undefined) this.#fail(line, `expected ${what}; nothing came${hintAt(line, this.#network)}`);
    const different = packetDifferences(line, found);
    const came = packetText(asPacket(found.carried));
    if (different.length > 0)
      this.#fail(line, `${differencesText(different)} (expected ${what}; came ${came})`, different);
    if (ours === undefined) {
      const { source, destination } = found.carried;
      this.#fail(line, `expected ${what}; instead came ${source.address} > ${destination.address}: ${came}`);
    }
    const atMs = this.#clock.toMs(found.packet.atNs);
    this.#checkTime(line, what, atMs, [fromMs, toMs]);
    this.#time.came(line.when, atMs);
  }

  #runCode(line: CodeLine): void {
    try {
      const settings = { begin: line.codePlace, assigned: this.#assigned };
      runCode(line.code, this.#script.file, infoNames(this.#under?.socket.socket), settings);
    } catch (error) {
      if (error instanceof AssertionFailure) this.#fail(line, error.message);
      throw error;
    }
  }

  async #runShell(line: ShellLine): Promise<void> {
    const failure = await runShell(this.host, this.#script.folder, line.command);
    if (failure !== undefined) this.#fail(line, failure);
  }

  async #finishPending(): Promise<void> {
    await this.#pending;
    this.#pending = undefined;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #call(line: CallLine): Promise<void> {
    await this.#finishPending();
    const dueMs = this.#time.dueMs(line.when);
    await this.#waitUntil(dueMs);
    const begunMs = performance.now();
    const call = runCall(this, line, this.#script.file, this.#stage.signal);
    if (line.returnsMs === undefined) {
      await call;
      this.#time.played(line.when, dueMs, begunMs, performance.now());
      return;
    }
    const returnMs = this.#time.baseMs(line.when) + line.returnsMs;
    this.#time.played(line.when, dueMs, begunMs, performance.now());
    const { lateMs } = this.#time;
    // Lines have been played meanwhile: the tolerance is of the time the call takes.
    const lastsMs = returnMs - dueMs;
    const checked = call.then(() => {
      const dueNowMs = returnMs + this.#time.lateMs - lateMs;
      this.#checkTime(line, line.name, performance.now(), [dueNowMs, dueNowMs + patient(wakeMs)], lastsMs);
    });
    this.#pending = checked.catch((error: unknown) => void (this.#failure ??= error));
  }
}

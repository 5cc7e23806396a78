import { invalidArgument, knownKeys } from '../../errors.js';
import { type NetworkNamespace, UsageError } from '../../index.js';
import { Host } from './host.js';
import { Numbering, type PassingSegment } from './numbering.js';
import type { AddressedSegment } from './peer/segment.js';
import type { LinkEvent } from '../record/event.js';
import type { Recorder } from '../record/recorder.js';
import type { Relay } from './relay.js';

export interface LinkSettings {
  /**
   * Carries each frame through this process, so that it can be delayed and lost. Without, the two hosts are the two ends of
   * one veth pair and a frame arrives within the system call that sends it.
   */
  readonly relayed?: boolean;
  /** Milliseconds each way; makes the link a relayed one. */
  readonly delayMs?: number;
}

/** Which segments are lost, and how many of them. */
export interface Loss {
  /** From this host; either way if absent. */
  readonly from?: Host;
  /** Only segments this is true of; they have the fields of those of a trace, but for the times. */
  readonly where?: (segment: PassingSegment) => boolean;
  /** How many; all of them, until {@link Link.loseNothing}, if absent. */
  readonly times?: number;
}

function counted(times: number, from: Host | undefined): string {
  const count = times === 1 ? '1 segment' : Number.isFinite(times) ? `${times} segments` : 'segments';
  return from === undefined ? count : `${count} of ${from.name}`;
}

const longestDelayMs = 10_000;

export function checkedDelay(delayMs: number): number {
  if (typeof delayMs !== 'number') throw invalidArgument('delayMs', 'a number', delayMs);
  if (!Number.isFinite(delayMs) || delayMs < 0 || delayMs > longestDelayMs) {
    throw new UsageError('ERR_OUT_OF_RANGE', `delayMs: expected 0 to ${longestDelayMs}, got ${String(delayMs)}`);
  }
  return delayMs;
}

/** What joins two hosts. */
export class Link {
  readonly hosts: readonly [Host, Host];
  readonly #recorder: Recorder;
  #relay: Relay | undefined;
  #wire: NetworkNamespace | undefined;
  #delayMs: number;
  readonly #losses: (Loss & { left: number })[] = [];
  readonly #numbering = new Numbering();

  constructor(hosts: readonly [Host, Host], recorder: Recorder, delayMs = 0) {
    this.hosts = hosts;
    this.#recorder = recorder;
    this.#delayMs = checkedDelay(delayMs);
  }

  /** From now on frames go through this relay, which lives in this namespace. */
  carryThrough(relay: Relay, wire: NetworkNamespace): void {
    this.#relay = relay;
    this.#wire = wire;
  }

  /** Nothing is on its way. */
  isIdle(): boolean {
    return this.#relay?.isIdle() ?? true;
  }

  /** Delays every packet, each way. Only on a relayed link. */
  delay(delayMs: number): void {
    this.#mustBeRelayed('delay');
    this.#delayMs = checkedDelay(delayMs);
    this.#note({ change: 'delays', delayMs });
  }

  /** Loses segments from now on. Only on a relayed link. */
  lose(loss: Loss = {}): void {
    this.#mustBeRelayed('lose');
    knownKeys(loss, 'lose', ['from', 'where', 'times']);
    const { from, where, times = Number.POSITIVE_INFINITY } = loss;
    if (where !== undefined && typeof where !== 'function') throw invalidArgument('where', 'a function', where);
    if (from !== undefined && !(from instanceof Host)) throw invalidArgument('from', 'a host', from);
    if (typeof times !== 'number') throw invalidArgument('times', 'a number', times);
    if (!(times > 0) || (Number.isFinite(times) && !Number.isInteger(times)))
      throw new UsageError('ERR_OUT_OF_RANGE', `times: expected a number above 0, got ${String(times)}`);
    if (from !== undefined && !this.hosts.includes(from))
      throw new UsageError('ERR_ARGUMENT_INVALID', `from: ${from.name} is not on this link`);
    this.#losses.push({ left: times, ...(from !== undefined && { from }), ...(where !== undefined && { where }) });
    this.#note({
      change: 'loses',
      ...(Number.isFinite(times) && { times }),
      ...(from !== undefined && { from: from.name }),
    });
  }

  loseNothing(): void {
    this.#losses.splice(0);
    this.#note({ change: 'loses nothing' });
  }

  /** Sets the link down: at once it carries nothing, and either end knows. */
  down(): void {
    this.#set(false);
  }

  up(): void {
    this.#set(true);
  }

  /** How the relay treats what comes from a host. */
  treat(from: Host, addressed: AddressedSegment | undefined): number | 'lost' {
    if (addressed === undefined) return this.#delayMs;
    const [first, second] = this.hosts;
    const segment = this.#numbering.passing(addressed, from.name, (from === first ? second : first).name);
    const loss = this.#losses.find(
      (candidate) =>
        candidate.left > 0 &&
        (candidate.from === undefined || candidate.from === from) &&
        (candidate.where?.(segment) ?? true),
    );
    if (loss === undefined) return this.#delayMs;
    loss.left--;
    return 'lost';
  }

  /** Remarks on losses that were asked for and did not come about. */
  unused(): string[] {
    const between = this.hosts.map(({ name }) => name).join(' and ');
    return this.#losses
      .filter(({ left }) => left > 0 && Number.isFinite(left))
      .map(({ left, from }) => `the link of ${between} was to lose ${counted(left, from)} more`);
  }

  close(): void {
    this.#relay?.close();
    this.#wire?.close();
  }

  #set(up: boolean): void {
    const [first, second] = this.hosts;
    first.setLink(first.linkTo(second), up);
    if (this.#wire !== undefined) second.setLink(second.linkTo(first), up);
  }

  #mustBeRelayed(what: string): void {
    if (this.#relay === undefined)
      throw new UsageError('ERR_NOT_SUPPORTED', `${what}: only on a relayed link, as link(a, b, { relayed: true })`);
  }

  #note(change: Pick<LinkEvent, 'change' | 'delayMs' | 'times' | 'from'>): void {
    const [first, second] = this.hosts;
    this.#recorder.add({ kind: 'link', host: first.name, to: second.name, ...change, outcome: { ok: true } });
  }
}

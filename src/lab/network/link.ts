import { invalidArgument, knownKeys } from '../../errors.js';
import { type NetworkNamespace, UsageError } from '../../index.js';
import { Host } from './host.js';
import { Numbering, type PassingSegment } from './numbering.js';
import { checkInjection, forge, type Injection, packetOf } from './injection.js';
import { type AddressedSegment, identity } from './peer/segment.js';
import type { LinkEvent } from '../record/event.js';
import type { Recorder } from '../record/recorder.js';
import type { Relay, Treatment } from './relay.js';

/** How a host is joined to those before it. */
export interface LinkSettings {
  /**
   * Carries each frame through this process, so that it can be delayed and lost. Without, the two hosts are the two ends of
   * one veth pair and a frame arrives within the system call that sends it.
   */
  readonly relayed?: boolean;
  /** Milliseconds each way; makes the link a relayed one. */
  readonly delayMs?: number;
}

/** Which segments something is done to, and how many of them. */
export interface Loss {
  /** From this host; either way if absent. */
  readonly from?: Host;
  /** Only segments this is true of; they have the fields of those of a trace, but for the times. */
  readonly where?: (segment: PassingSegment) => boolean;
  /** How many; all of them, until {@link Link.loseNothing}, if absent. */
  readonly times?: number;
}

/** Something that happens to some segments. */
interface Rule extends Loss {
  readonly kind: 'lose' | 'delay' | 'duplicate' | 'reorder';
  readonly delayMs?: number;
}

/** The same connection, seen from the other end. */
function turned({ source, destination, sourcePort, destinationPort, ...others }: AddressedSegment): AddressedSegment {
  return {
    ...others,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
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
  /** The two ends. */
  readonly hosts: readonly [Host, Host];
  readonly #recorder: Recorder;
  #relay: Relay | undefined;
  #wire: NetworkNamespace | undefined;
  #delayMs: number;
  /** In the order they were asked for: the first that a segment fits is what happens to it. */
  readonly #rules: (Rule & { left: number })[] = [];
  readonly #numbering = new Numbering();
  /** The last segment of each host. */
  readonly #last = new Map<Host, AddressedSegment>();
  /** What the receiver gets and its sender has not sent, or not so often. */
  readonly #extra = new Set<string>();

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
    this.#add({ kind: 'lose', ...this.#checked('lose', loss, []) }, { change: 'loses' });
  }

  /** Segments come so much later from now on, and others go past them. Only on a relayed link. */
  delaySome(delayed: Loss & { readonly delayMs: number }): void {
    const delayMs = checkedDelay(delayed.delayMs);
    this.#add(
      { kind: 'delay', ...this.#checked('delaySome', delayed, ['delayMs']), delayMs },
      { change: 'delays some', delayMs },
    );
  }

  /** Segments come twice from now on. Only on a relayed link. */
  duplicate(doubled: Loss = {}): void {
    this.#add({ kind: 'duplicate', ...this.#checked('duplicate', doubled, []) }, { change: 'duplicates' });
  }

  /** Segments come behind the next one of their host, or after half a second. Only on a relayed link. */
  reorder(reordered: Loss = {}): void {
    this.#add({ kind: 'reorder', ...this.#checked('reorder', reordered, []) }, { change: 'reorders' });
  }

  /**
   * Sends a segment that neither end has sent, into a connection that runs over this link. Only on a relayed link.
   *
   * @throws {UsageError} `ERR_ARGUMENT_INVALID` - no segment of such a connection has passed, so its numbers are not known.
   */
  inject(injection: Injection): void {
    this.#mustBeRelayed('inject');
    checkInjection(injection);
    const { from, ports } = injection;
    if (!this.hosts.includes(from)) throw invalidArgument('from', 'a host of this link', from);
    const [first, second] = this.hosts;
    const there = this.#last.get(from);
    const back = this.#last.get(from === first ? second : first);
    const known = there ?? (back && turned(back));
    if (known === undefined || back === undefined)
      throw new UsageError('ERR_ARGUMENT_INVALID', 'inject: no segment of a connection has passed over this link');
    const { source, destination, sourcePort, destinationPort } = known;
    const ends = {
      source,
      destination,
      sourcePort: ports?.from ?? sourcePort,
      destinationPort: ports?.to ?? destinationPort,
    };
    const segment = forge(injection, ends, this.#numbering);
    const packet = packetOf(segment);
    this.#extra.add(identity(segment));
    if (this.#relay?.inject(from === first ? 'there' : 'back', packet) !== true)
      throw new UsageError('ERR_ARGUMENT_INVALID', `inject: nothing of ${from.name} has passed over this link`);
    this.#note({ change: 'injects', from: from.name, flags: segment.flags });
  }

  /** Whether this link has made a segment, or doubled it. */
  hasMade(segment: AddressedSegment): boolean {
    return this.#extra.has(identity(segment));
  }

  /** Nothing is lost, delayed on its own, doubled or reordered from now on. */
  loseNothing(): void {
    this.#rules.splice(0);
    this.#note({ change: 'loses nothing' });
  }

  /** Sets the link down: at once it carries nothing, and either end knows. */
  down(): void {
    this.#set(false);
  }

  /** Sets the link up again after `down()`. */
  up(): void {
    this.#set(true);
  }

  /** How the relay treats what comes from a host. */
  treat(from: Host, addressed: AddressedSegment | undefined): ReturnType<Treatment> {
    if (addressed === undefined) return this.#delayMs;
    const [first, second] = this.hosts;
    this.#last.set(from, addressed);
    const segment = this.#numbering.passing(addressed, from.name, (from === first ? second : first).name);
    const rule = this.#rules.find(
      (candidate) =>
        candidate.left > 0 &&
        (candidate.from === undefined || candidate.from === from) &&
        (candidate.where?.(segment) ?? true),
    );
    if (rule === undefined) return this.#delayMs;
    rule.left--;
    switch (rule.kind) {
      case 'lose':
        return 'lost';
      case 'delay':
        return { kind: 'apart', delayMs: this.#delayMs + (rule.delayMs ?? 0) };
      case 'duplicate':
        this.#extra.add(identity(addressed));
        return { kind: 'twice', delayMs: this.#delayMs };
      case 'reorder':
        return { kind: 'behind the next', delayMs: this.#delayMs };
    }
  }

  /** Remarks on losses that were asked for and did not come about. */
  unused(): string[] {
    const between = this.hosts.map(({ name }) => name).join(' and ');
    return this.#rules
      .filter(({ left }) => left > 0 && Number.isFinite(left))
      .map(({ kind, left, from }) => `the link of ${between} was to ${kind} ${counted(left, from)} more`);
  }

  /** Ends the relay; the run does so at its end. */
  async close(): Promise<void> {
    const closed = this.#relay?.close();
    this.#wire?.close();
    await closed;
  }

  #checked(name: string, loss: Loss, more: readonly string[]): Loss & { readonly left: number } {
    this.#mustBeRelayed(name);
    knownKeys(loss, name, ['from', 'where', 'times', ...more]);
    const { from, where, times = Number.POSITIVE_INFINITY } = loss;
    if (where !== undefined && typeof where !== 'function') throw invalidArgument('where', 'a function', where);
    if (from !== undefined && !(from instanceof Host)) throw invalidArgument('from', 'a host', from);
    if (typeof times !== 'number') throw invalidArgument('times', 'a number', times);
    if (!(times > 0) || (Number.isFinite(times) && !Number.isInteger(times)))
      throw new UsageError('ERR_OUT_OF_RANGE', `times: expected a number above 0, got ${String(times)}`);
    if (from !== undefined && !this.hosts.includes(from))
      throw new UsageError('ERR_ARGUMENT_INVALID', `from: ${from.name} is not on this link`);
    return { left: times, ...(from !== undefined && { from }), ...(where !== undefined && { where }) };
  }

  #add(rule: Rule & { left: number }, change: Pick<LinkEvent, 'change' | 'delayMs'>): void {
    this.#rules.push(rule);
    const { left, from } = rule;
    this.#note({
      ...change,
      ...(Number.isFinite(left) && { times: left }),
      ...(from !== undefined && { from: from.name }),
    });
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

  #note(change: Pick<LinkEvent, 'change' | 'delayMs' | 'times' | 'from' | 'flags'>): void {
    const [first, second] = this.hosts;
    this.#recorder.add({ kind: 'link', host: first.name, to: second.name, ...change, outcome: { ok: true } });
  }
}

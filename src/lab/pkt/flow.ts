import type { ArrivedSegment } from '../network/peer/segment-passed.js';
import { ipOfPeer, type WrittenIp, withoutAce } from '../network/peer/as-written.js';
import type { WrittenSegment } from '../network/peer/notation.js';
import { optionsOf } from '../network/peer/option-list.js';
import { type AddressedSegment, withSackEdgesInOrder } from '../network/peer/segment.js';
import type { Flag, OptionItem } from '../record/segment.js';
import type { SegmentLine } from './script.js';

/** An address and port of each end, as they are on the wire. */
export interface FourTuple {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
}

function wrapped(number: number): number {
  return number >>> 0;
}

/**
 * What a script's numbers are on the wire. On a SYN they stand as they are; after it they count from the initial sequence
 * number of their side, which is 0 in the script.
 */
export class Flow {
  readonly tuple: FourTuple;
  /** The peer chooses its own, and it is that of the script. */
  #remoteInitial: number | undefined;
  /** Of the host: learned from its SYN. */
  localInitial: number | undefined;
  #localInitialInScript = 0;
  /** Timestamps of the host, by what the script calls them. */
  readonly #stamps = new Map<number, number>();
  #firstStamp: { readonly script: number; readonly wire: number } | undefined;

  constructor(tuple: FourTuple) {
    this.tuple = tuple;
  }

  /** Whether a segment of the host belongs to it. */
  has({ source, destination, sourcePort, destinationPort }: AddressedSegment): boolean {
    const { local, remote } = this.tuple;
    return (
      source === local.address &&
      destination === remote.address &&
      sourcePort === local.port &&
      destinationPort === remote.port
    );
  }

  /**
   * A segment of the peer, as it goes on the wire. `undefined` where it echoes a timestamp the host has not sent, unless echoes are
   * `scaled`: then it is as far from the host's first one as in the script.
   */
  toWire(written: WrittenSegment, ip: WrittenIp, scaled: boolean): AddressedSegment | undefined {
    const { local, remote } = this.tuple;
    const isSyn = written.flags.includes('SYN');
    if (isSyn && this.#remoteInitial === undefined) this.#remoteInitial = written.seq;
    const localOffset = isSyn
      ? (this.localInitial ?? 0) - (this.localInitial === undefined ? 0 : this.#localInitialInScript)
      : (this.localInitial ?? 0);
    const acks = written.flags.includes('ACK');
    const list = written.options === 'any' ? [] : written.options;
    const ranges = withSackEdgesInOrder(list, (edge) => wrapped(edge + localOffset));
    const optionList = ranges.map((item) => this.#itemToWire(item, acks, scaled));
    const known = optionList.filter((item) => item !== undefined);
    if (known.length < optionList.length) return undefined;
    return {
      source: remote.address,
      destination: local.address,
      sourcePort: remote.port,
      destinationPort: local.port,
      seq: wrapped(written.seq + (isSyn ? 0 : (this.#remoteInitial ?? 0))),
      ack: acks || written.ack !== undefined ? wrapped((written.ack ?? 0) + localOffset) : 0,
      flags: written.ace === undefined ? written.flags : withAce(written.flags, written.ace),
      window: written.window ?? 0,
      urgentPointer: written.urgentPointer ?? 0,
      options: optionsOf(known),
      optionList: known,
      payload: new Uint8Array(written.length),
      ip: ipOfPeer(ip),
    };
  }

  #itemToWire(item: OptionItem, acks: boolean, scaled: boolean): OptionItem | undefined {
    if (item.kind !== 'TS' || !acks) return item;
    const first = scaled ? this.#firstStamp : undefined;
    const echo = this.#stamps.get(item.echo) ?? (first && wrapped(item.echo - first.script + first.wire));
    return echo === undefined ? undefined : { ...item, echo };
  }

  /** The host's SYN, or SYN ACK, tells its initial sequence number, which the script has as `initialInScript`. */
  learn(segment: AddressedSegment, initialInScript: number): void {
    this.localInitial = segment.seq;
    this.#localInitialInScript = initialInScript;
  }

  /** A segment of the host with the numbers of the script. */
  fromWire(segment: ArrivedSegment): ArrivedSegment {
    const isSyn = segment.flags.includes('SYN');
    const localOffset = isSyn ? (this.localInitial ?? 0) - this.#localInitialInScript : (this.localInitial ?? 0);
    const remoteOffset = isSyn ? 0 : (this.#remoteInitial ?? 0);
    const list = withSackEdgesInOrder(segment.optionList ?? [], (edge) => wrapped(edge - remoteOffset));
    return {
      ...segment,
      seq: wrapped(segment.seq - localOffset),
      ack: segment.flags.includes('ACK') ? wrapped(segment.ack - remoteOffset) : segment.ack,
      options: optionsOf(list),
      optionList: list,
    };
  }

  /** Where a number of the peer stands in the script; `undefined` where it is of another connection, or of none yet. */
  relativeOfRemote(
    { source, sourcePort }: Pick<AddressedSegment, 'source' | 'sourcePort'>,
    seq: number,
  ): number | undefined {
    const { remote } = this.tuple;
    if (this.#remoteInitial === undefined || source !== remote.address || sourcePort !== remote.port) return undefined;
    return wrapped(seq - this.#remoteInitial);
  }

  /** Notes which timestamp of the host a script's stands for, so that the peer can echo it. */
  noteStamps(written: WrittenSegment, segment: ArrivedSegment): void {
    const script = stampOf(written);
    const wire = segment.options.timestamps;
    if (script === undefined || wire === undefined) return;
    this.#firstStamp ??= { script, wire: wire.value };
    this.#stamps.set(script, wire.value);
  }

  /** A timestamp of the host, counted from its first one as the script counts. */
  stampInScript(wire: number): number {
    const first = this.#firstStamp;
    return first === undefined ? wire : wrapped(wire - first.wire + first.script);
  }
}

/** Whether a segment has the ports and addresses that a line names. */
export function isAddressed(
  { ports, addresses }: Pick<SegmentLine, 'ports' | 'addresses'>,
  segment: AddressedSegment,
): boolean {
  return (
    (ports === undefined || (segment.sourcePort === ports.source && segment.destinationPort === ports.destination)) &&
    (addresses === undefined || (segment.source === addresses.source && segment.destination === addresses.destination))
  );
}

/** The timestamp of a segment as it is written. */
export function stampOf({ options }: WrittenSegment): number | undefined {
  return options === 'any' ? undefined : options.find((item) => item.kind === 'TS')?.value;
}

function withAce(flags: readonly Flag[], ace: number): Flag[] {
  return [
    ...withoutAce(flags),
    ...(ace & 4 ? (['AE'] as const) : []),
    ...(ace & 2 ? (['CWR'] as const) : []),
    ...(ace & 1 ? (['ECE'] as const) : []),
  ];
}

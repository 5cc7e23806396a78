import type { Trace, TraceSegment } from '../../record/trace.js';
import { runEnglish, type RunWords } from '../run-words.js';
import { isSegment, type Packet } from './row.js';
import { Scales } from './scales.js';
import { aboutText, packetText, type SegmentFacts, segmentText } from './words.js';

/** What one end of a four-tuple has sent over a link since its last new SYN. */
interface Sent {
  /** SYNs of each kind: with ACK or without. */
  readonly syns: Set<string>;
  /** Behind the highest number. */
  end: number;
  /** Behind what it has sent; a number alone, as of an RST that is forged ahead, sends nothing. */
  next: number;
  /** There was a connection before, with other numbers. */
  readonly isReused: boolean;
}

function endOf({ seq, length, flags }: TraceSegment): number {
  return seq + length + Number(flags.includes('SYN')) + Number(flags.includes('FIN'));
}

function kindOf({ flags }: TraceSegment): string {
  return flags.includes('ACK') ? 'SYN ACK' : 'SYN';
}

function place({ address, port }: TraceSegment['source']): string {
  return `${address}:${port}`;
}

/** From one end to the other over a link, and back: what a router sends on is not sent again. */
function waysOf({ from, to, source, destination }: TraceSegment): readonly [there: string, back: string] {
  const [here, peer] = [place(source), place(destination)];
  return [`${from} ${to} ${here} ${peer}`, `${to} ${from} ${peer} ${here}`];
}

/** Neither data nor a SYN, FIN or RST: only its numbers and its window say something. */
function isBare({ flags, length }: TraceSegment): boolean {
  return length === 0 && !flags.some((flag) => flag === 'SYN' || flag === 'FIN' || flag === 'RST');
}

/** Windows that stop the other end, and those that let it go on: RFC 9293 section 3.8.6. */
class Windows {
  /** Of which connections, one way, the last was 0. */
  readonly #shut = new Set<string>();
  readonly #scales: Scales;

  constructor(segments: readonly TraceSegment[]) {
    this.#scales = new Scales(segments);
  }

  /** In bytes, if it is 0 or was; that of an RST says nothing. */
  said(segment: TraceSegment): number | undefined {
    const { flags, window } = segment;
    if (flags.includes('RST')) return undefined;
    const [way] = waysOf(segment);
    const wasShut = this.#shut.delete(way);
    if (window === 0) this.#shut.add(way);
    return window === 0 || wasShut ? window * 2 ** (this.#scales.of(segment) ?? 0) : undefined;
  }
}

const nothing = { oldSeq: false, oldAck: false, isProbe: false, window: undefined };

/** Says segments and other packets in words, each as a reader needs it who has seen those before it. */
export class PacketWords {
  /** Of those of which the trace alone does not say it. */
  readonly #facts = new Map<TraceSegment, SegmentFacts>();
  readonly #words: RunWords;

  constructor({ segments, omitted }: Pick<Trace, 'segments' | 'omitted'>, words = runEnglish) {
    this.#words = words;
    const sent = new Map<string, Sent>();
    const windows = new Windows(segments);
    // Numbers count from the newest SYN. What is below it, or above all that was sent since, belongs to the connection before.
    const isOld = (number: number, { isReused, end }: Sent): boolean =>
      isReused && (number < 0 || (number > end && omitted === undefined));
    for (const segment of segments) {
      const [there, back] = waysOf(segment);
      const before = sent.get(there);
      const far = sent.get(back);
      const { seq, ack, flags, retransmission } = segment;
      const syn = flags.includes('SYN');
      const isNew = syn && !retransmission;
      const own =
        isNew || before === undefined
          ? { syns: new Set<string>(), end: 0, next: 0, isReused: before !== undefined }
          : before;
      const oldSeq = !syn && isOld(seq, own);
      // The SYN ACK of a simultaneous open has the number of the SYN before it, and is sent for the first time.
      const isOtherSyn = syn && own.syns.size > 0 && !own.syns.has(kindOf(segment));
      const again = retransmission && !isOtherSyn;
      const oldAck = ack !== undefined && far !== undefined && isOld(ack, far);
      const isProbe = isBare(segment) && before !== undefined && omitted === undefined && !oldSeq && seq !== own.next;
      const window = windows.said(segment);
      if (again !== retransmission || oldSeq || oldAck || isProbe || window !== undefined)
        this.#facts.set(segment, { again, oldSeq, oldAck, isProbe, window });
      if (syn) own.syns.add(kindOf(segment));
      if (!oldSeq) own.end = Math.max(own.end, endOf(segment));
      if (!oldSeq && endOf(segment) > seq) own.next = Math.max(own.next, endOf(segment));
      if (own !== before) sent.set(there, own);
    }
  }

  /** In brief where there is little room: of an ICMP message what it is called. */
  of(packet: Packet, isBrief = false): string {
    return isSegment(packet)
      ? segmentText(packet, this.#factsOf(packet), this.#words)
      : packetText(packet, this.#words, isBrief);
  }

  /** The same and what it is about, with the ports of that connection. */
  whole(packet: Packet, arrow: string): string {
    const about = isSegment(packet) ? undefined : aboutText(packet, arrow, this.#words);
    return [this.of(packet), ...(about === undefined ? [] : [about])].join(this.#words.comma);
  }

  /** Seen before, with these flags. */
  isAgain(packet: Packet): boolean {
    return isSegment(packet) && this.#factsOf(packet).again;
  }

  #factsOf(segment: TraceSegment): SegmentFacts {
    return this.#facts.get(segment) ?? { ...nothing, again: segment.retransmission };
  }
}

import type { Flag, OptionItem } from '../../record/segment.js';
import { flagLetters, optionListText, type WrittenSegment } from './notation.js';
import type { IpFields } from './ip.js';
import type { ArrivedSegment } from './segment-passed.js';
import { sequenceLength } from './segment.js';

/** What the IP header must say, where that is written. */
export interface WrittenIp {
  readonly ecn?: 'noecn' | 'ect0' | 'ect1' | 'ect01' | 'ce';
  readonly tos?: number;
  readonly ttl?: number;
}

export const ecnBits = { noecn: 0, ect1: 1, ect0: 2, ce: 3 } as const;

/** One field that is not as it is written. */
export interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** AccECN's counter: AE, CWR and ECE, draft-ietf-tcpm-accurate-ecn section 3.1. */
function aceOf(flags: readonly Flag[]): number {
  return (flags.includes('AE') ? 4 : 0) + (flags.includes('CWR') ? 2 : 0) + (flags.includes('ECE') ? 1 : 0);
}

export function withoutAce(flags: readonly Flag[]): Flag[] {
  return flags.filter((flag) => flag !== 'AE' && flag !== 'CWR' && flag !== 'ECE');
}

function optionsText(list: readonly OptionItem[]): string {
  return list.length === 0 ? 'none' : `<${optionListText(list)}>`;
}

function optionDifference(expected: readonly OptionItem[], got: readonly OptionItem[]): Difference[] {
  const same = expected.length === got.length && expected.every((item, index) => isSame(item, got[index]));
  return same ? [] : [{ field: 'options', expected: optionsText(expected), got: optionsText(got) }];
}

function isSame(expected: OptionItem, got: OptionItem | undefined): boolean {
  if (got === undefined || expected.kind !== got.kind) return false;
  // The numbers of a timestamp are those of the host's clock, and of the peer's.
  return expected.kind === 'TS' || optionListText([expected]) === optionListText([got]);
}

/** The fields in which an IP header is not as written. */
export function ipDifferences(ip: WrittenIp, { tos = 0, ttl = 0 }: Partial<IpFields>): Difference[] {
  const found: Difference[] = [];
  const compare = (field: string, expected: number | string, got: number): void => {
    if (expected !== got) found.push({ field, expected: String(expected), got: String(got) });
  };
  if (ip.tos !== undefined) compare('tos', ip.tos, tos);
  if (ip.ttl !== undefined) compare('ttl', ip.ttl, ttl);
  if (ip.ecn === 'ect01') {
    if ((tos & 3) !== ecnBits.ect0 && (tos & 3) !== ecnBits.ect1) compare('ecn', 'ect0 or ect1', tos & 3);
  } else if (ip.ecn !== undefined) compare('ecn', ecnBits[ip.ecn], tos & 3);
  return found;
}

/** What the IP header of a packet of the peer says: a TTL of 255 and no TOS where nothing else is written. */
export function ipOfPeer({ tos, ttl, ecn }: WrittenIp): IpFields {
  return { tos: tos ?? (ecn === undefined || ecn === 'ect01' ? 0 : ecnBits[ecn]), ttl: ttl ?? 255 };
}

/** The fields in which a segment of the host is not as written; both with relative numbers. */
export function differences(written: WrittenSegment, ip: WrittenIp, segment: ArrivedSegment): Difference[] {
  const found: Difference[] = [];
  const compare = (field: string, expected: number | string, got: number | string): void => {
    if (expected !== got) found.push({ field, expected: String(expected), got: String(got) });
  };
  const own = written.ace === undefined;
  compare(
    'flags',
    flagLetters(own ? written.flags : withoutAce(written.flags)),
    flagLetters(own ? segment.flags : withoutAce(segment.flags)),
  );
  if (written.ace !== undefined) compare('AccECN counter', written.ace, aceOf(segment.flags));
  compare('seq', written.seq, segment.seq);
  compare('length', written.length, segment.payload.length);
  if (segment.flags.includes('ACK')) compare('ack', written.ack ?? 0, segment.ack);
  if (written.window !== undefined) compare('win', written.window, segment.window);
  compare('urg', written.urgentPointer ?? 0, segment.urgentPointer);
  if (written.options !== 'any') found.push(...optionDifference(written.options, segment.optionList ?? []));
  found.push(...ipDifferences(ip, segment.ip ?? {}));
  return found;
}

/**
 * The first bytes of a segment that offloading has left whole, as the wire would have them, and the rest (tcp_gso_segment()); none
 * where it is no longer than that.
 */
export function split(segment: ArrivedSegment, length: number): [first: ArrivedSegment, rest?: ArrivedSegment] {
  if (length === 0 || segment.payload.length <= length) return [segment];
  const flags = segment.flags.filter((flag) => flag !== 'FIN' && flag !== 'PSH');
  return [
    { ...segment, flags, payload: segment.payload.subarray(0, length) },
    { ...segment, seq: (segment.seq + length) >>> 0, payload: segment.payload.subarray(length) },
  ];
}

/** Two pieces of one segment that offloading, or the lab's link, has cut; `undefined` where they do not fit together. */
function joined(first: ArrivedSegment, second: ArrivedSegment): ArrivedSegment | undefined {
  const follows = second.seq === (first.seq + sequenceLength(first)) >>> 0;
  // A bare ACK is no piece of what comes after it.
  if (!follows || sequenceLength(first) === 0 || first.flags.includes('FIN') || second.flags.includes('SYN'))
    return undefined;
  return {
    ...second,
    seq: first.seq,
    flags: second.flags,
    atNs: first.atNs,
    payload: Buffer.concat([first.payload, second.payload]),
  };
}

/** Pieces of a segment that were cut, put together until they are as long as the written one. Each piece is taken with `next`. */
export async function gather(
  first: ArrivedSegment,
  { length }: WrittenSegment,
  next: () => Promise<ArrivedSegment | undefined>,
): Promise<ArrivedSegment> {
  let whole = first;
  while (whole.payload.length < length) {
    const piece = await next();
    const fit = piece && joined(whole, piece);
    if (fit === undefined) break;
    whole = fit;
  }
  return whole;
}

/** A segment of the host as it would be written. */
export function asWritten({
  flags,
  seq,
  ack,
  window,
  urgentPointer,
  optionList = [],
  payload,
}: ArrivedSegment): WrittenSegment {
  return {
    flags,
    seq,
    length: payload.length,
    ...(flags.includes('ACK') && { ack }),
    window,
    ...(urgentPointer !== 0 && { urgentPointer }),
    options: optionList,
  };
}

/** What was expected of each field, and what came. */
export function differencesText(found: readonly Difference[]): string {
  return found.map(({ field, expected, got }) => `${field}: expected ${expected}, got ${got}`).join('; ');
}

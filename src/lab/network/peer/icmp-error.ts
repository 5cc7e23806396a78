import { UsageError } from '../../../errors.js';
import { Protocol } from './frame.js';
import { encodeIcmp, icmpNumbers, isIcmpError, quoted, tellsMtu } from './icmp.js';
import { isIPv6, type PacketToSend } from './ip.js';
import { bracketText, packetText, type WrittenIcmp } from './packet-notation.js';
import { type AddressedSegment, encodeSegment } from './segment.js';

/** What a segment is found by: the rest of its header does not matter to who gets an error about it. */
export type QuotedSegment = Pick<
  AddressedSegment,
  'source' | 'destination' | 'sourcePort' | 'destinationPort' | 'seq' | 'payload'
>;

/** The packet of a segment that an error is about. */
export function packetOf(segment: QuotedSegment): PacketToSend {
  const { source, destination } = segment;
  const whole = { ack: 0, flags: ['ACK'] as const, window: 0, urgentPointer: 0, options: {}, ...segment };
  return { source, destination, protocol: Protocol.TCP, payload: encodeSegment(whole, source, destination) };
}

/** Why there is no message of ICMP with this type, code, MTU and identifier. */
export function icmpMistakes({ type, code, mtu, id }: WrittenIcmp, isV6: boolean): string[] {
  const numbers = icmpNumbers(isV6, type, code);
  if (numbers === undefined) return ['not a type and code that is known'];
  const mistakes: string[] = [];
  if (mtu !== undefined && !tellsMtu(isV6, numbers))
    mistakes.push(`only ${isV6 ? 'packet_too_big' : 'unreachable frag_needed'} has an MTU`);
  else if (!isV6 && (mtu ?? 0) >= 2 ** 16) mistakes.push(`an MTU: expected 16 bits, got ${mtu}`);
  if (id !== undefined && isIcmpError(isV6, numbers)) mistakes.push('an error has no identifier');
  return mistakes;
}

/**
 * An error of ICMP about a segment, sent by whoever is at `source`.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - not an error that is known, or it tells an MTU and cannot.
 */
export function icmpErrorAbout(written: WrittenIcmp, source: string, segment: QuotedSegment): PacketToSend {
  const { type, code, mtu, about } = written;
  const isV6 = isIPv6(segment.source);
  const refuse = (why: string): never => {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${packetText(written)}: ${why}`);
  };
  if (isIPv6(source) !== isV6) refuse(`${source} is not of the family of ${segment.source}`);
  const [mistake] = icmpMistakes(written, isV6);
  const numbers = icmpNumbers(isV6, type, code);
  if (mistake !== undefined || numbers === undefined) return refuse(mistake ?? '');
  if (!isIcmpError(isV6, numbers)) refuse('expected an error, which is about a segment');
  if (about !== undefined && about.protocol !== 'TCP')
    refuse(`expected a segment, as [1:11(10)], got ${bracketText(about) ?? ''}`);
  return encodeIcmp({ source, destination: segment.source, numbers, mtu, body: quoted(packetOf(segment)) });
}

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

/**
 * An error of ICMP about a segment, sent by whoever is at `source`.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - not an error that is known, or it tells an MTU and cannot.
 */
export function icmpErrorAbout(written: WrittenIcmp, source: string, segment: QuotedSegment): PacketToSend {
  const { type, code, mtu, id } = written;
  const isV6 = isIPv6(segment.source);
  const refuse = (why: string): never => {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${packetText(written)}: ${why}`);
  };
  if (isIPv6(source) !== isV6) refuse(`${source} is not of the family of ${segment.source}`);
  const numbers = icmpNumbers(isV6, type, code) ?? refuse('not a type and code that is known');
  if (!isIcmpError(isV6, numbers) || id !== undefined) refuse('expected an error, which is about a segment');
  if (mtu !== undefined && !tellsMtu(isV6, numbers)) refuse('this error tells no MTU');
  if (!isV6 && mtu !== undefined && mtu >= 2 ** 16) refuse(`an MTU: expected 16 bits, got ${mtu}`);
  if (written.about !== undefined && written.about.protocol !== 'TCP')
    refuse(`expected a segment, as [1:11(10)], got ${bracketText(written.about) ?? ''}`);
  return encodeIcmp({ source, destination: segment.source, numbers, mtu, body: quoted(packetOf(segment)) });
}

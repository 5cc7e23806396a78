import { invalidArgument, knownKeys, UsageError } from '../../errors.js';
import type { Host } from './host.js';
import type { Numbering } from './numbering.js';
import { encodeIp } from './peer/ip.js';
import { type AddressedSegment, encodeSegment, type TcpOptions } from './peer/segment.js';
import { Protocol } from './peer/frame.js';
import { splitFlags } from './peer/wanted.js';

/** A segment that neither end has sent: a middlebox's, an attacker's, a duplicate. */
export interface Injection {
  /** Whose it claims to be; it goes to the other end. */
  readonly from: Host;
  /** As `RST ACK`. */
  readonly flags: string;
  /** Relative to the initial numbers of the connection, as in a trace; what comes next for either end if absent. */
  readonly seq?: number;
  readonly ack?: number;
  /** `seq` and `ack` are those on the wire. */
  readonly absolute?: boolean;
  /** As in the header; 65535 if absent. */
  readonly window?: number;
  /** Text goes as UTF-8. */
  readonly data?: string | Uint8Array;
  readonly options?: TcpOptions;
  /** Which connection; that of the last segment on the link if absent. */
  readonly ports?: { readonly from: number; readonly to: number };
}

type Ends = Pick<AddressedSegment, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;

const keys = ['from', 'flags', 'seq', 'ack', 'absolute', 'window', 'data', 'options', 'ports'] as const;

export function checkInjection(injection: Injection): void {
  knownKeys(injection, 'inject', keys);
  const { seq, ack, absolute, data, ports } = injection;
  for (const [name, value] of Object.entries({ seq, ack }))
    if (value !== undefined && !Number.isSafeInteger(value)) throw invalidArgument(name, 'an integer', value);
  if (absolute !== undefined && typeof absolute !== 'boolean')
    throw invalidArgument('absolute', 'true or false', absolute);
  if (data !== undefined && typeof data !== 'string' && !(data instanceof Uint8Array))
    throw invalidArgument('data', 'a text or bytes', data);
  if (ports !== undefined) knownKeys(ports, 'ports', ['from', 'to']);
}

function onTheWire(
  given: number | undefined,
  next: { readonly seq: number; readonly initial: number },
  isAbsolute: boolean,
): number {
  if (given === undefined) return next.seq;
  const number = isAbsolute ? given : next.initial + given;
  if (!Number.isSafeInteger(number))
    throw new UsageError('ERR_OUT_OF_RANGE', `number: expected an integer, got ${given}`);
  return number >>> 0;
}

/** The segment between these ends, with the numbers the connection has. */
export function forge(injection: Injection, ends: Ends, numbering: Numbering): AddressedSegment {
  const { flags, seq, ack, absolute = false, window = 65_535, data = '', options = {} } = injection;
  const back = {
    source: ends.destination,
    sourcePort: ends.destinationPort,
    destination: ends.source,
    destinationPort: ends.sourcePort,
  };
  const set = splitFlags(flags);
  return {
    ...ends,
    flags: set,
    seq: onTheWire(seq, numbering.next(ends), absolute),
    ack: set.includes('ACK') || ack !== undefined ? onTheWire(ack, numbering.next(back), absolute) : 0,
    window,
    urgentPointer: 0,
    options,
    payload: typeof data === 'string' ? Buffer.from(data) : data,
  };
}

/** Its packet, as it goes over a link. */
export function packetOf(segment: AddressedSegment): Uint8Array {
  const { source, destination } = segment;
  return encodeIp({
    source,
    destination,
    protocol: Protocol.TCP,
    payload: encodeSegment(segment, source, destination),
  });
}

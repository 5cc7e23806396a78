/** A place a socket is bound or connected to. */
export interface Endpoint {
  /** An IP address. */
  readonly address: string;
  /** 0 to 65,535. */
  readonly port: number;
}

/** In the order of their bits, lowest first: RFC 9293 section 3.1; AE is AccECN's, draft-ietf-tcpm-accurate-ecn section 3.1. */
export const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'] as const;
/** A flag of the TCP header. */
export type Flag = (typeof flagNames)[number];

/** RFC 7323 section 3. */
export interface Timestamps {
  /** TSval: the sender's clock. */
  readonly value: number;
  /** TSecr: what the sender last got. */
  readonly echo: number;
}

/** Options of a segment, each once. RFC 9293 section 3.2. */
export interface TcpOptions {
  /** Bytes, RFC 9293 section 3.7.1. Only on a SYN. */
  readonly mss?: number;
  /** Shift count, RFC 7323 section 2. Only on a SYN. */
  readonly windowScale?: number;
  /** RFC 2018 section 2. Only on a SYN. */
  readonly sackPermitted?: true;
  /** Blocks received out of order, each from `left` up to but without `right`. Of a connection's segments: relative as `ack` is. */
  readonly sack?: readonly { readonly left: number; readonly right: number }[];
  /** RFC 7323 section 3. */
  readonly timestamps?: Timestamps;
  /** Any other option, without its kind and length bytes. */
  readonly others?: readonly { readonly kind: number; readonly bytes: readonly number[] }[];
}

/** One option of a header, where it stands; `nop` and `eol` pad. Numbers as on the wire. */
export type OptionItem =
  | { readonly kind: 'nop' | 'eol' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'sack'; readonly blocks: readonly { readonly left: number; readonly right: number }[] }
  | { readonly kind: 'TS'; readonly value: number; readonly echo: number }
  /** Fast open, RFC 7413 section 2; `FOEXP` in the experimental option, RFC 6994. Without a cookie it asks for one. */
  | { readonly kind: 'FO' | 'FOEXP' | 'md5'; readonly bytes: readonly number[] }
  /** By its number. */
  | { readonly kind: number; readonly bytes: readonly number[] };

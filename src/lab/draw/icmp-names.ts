/** What a type of ICMP, or a code of it, is called. */
export interface IcmpName {
  /** Beside an arrow. */
  readonly name: string;
  /** In the words of its RFC, where those are longer. */
  readonly whole?: string;
  /** Where there is no room for `name`. */
  readonly brief?: string;
}

/** By protocol, and by `type` or `type/code`. */
export type IcmpNames = Readonly<Record<'ICMP' | 'ICMPv6', Readonly<Record<string, IcmpName>>>>;

export const icmpNames: IcmpNames = {
  // RFC 792; codes 6 to 12 of type 3 RFC 1122 section 3.2.2.1, 13 to 15 RFC 1812 section 5.2.7.1.
  ICMP: {
    '0': { name: 'echo reply' },
    '3': { name: 'destination unreachable', brief: 'unreachable' },
    '3/0': { name: 'net unreachable' },
    '3/1': { name: 'host unreachable' },
    '3/2': { name: 'protocol unreachable' },
    '3/3': { name: 'port unreachable' },
    '3/4': { name: 'fragmentation needed', whole: 'fragmentation needed and DF set', brief: 'frag needed' },
    '3/5': { name: 'source route failed' },
    '3/6': { name: 'network unknown', whole: 'destination network unknown' },
    '3/7': { name: 'host unknown', whole: 'destination host unknown' },
    '3/8': { name: 'source host isolated' },
    '3/9': {
      name: 'network prohibited',
      whole: 'communication with destination network administratively prohibited',
    },
    '3/10': {
      name: 'host prohibited',
      whole: 'communication with destination host administratively prohibited',
    },
    '3/11': {
      name: 'network unreachable for TOS',
      whole: 'network unreachable for type of service',
      brief: 'net unreachable, TOS',
    },
    '3/12': {
      name: 'host unreachable for TOS',
      whole: 'host unreachable for type of service',
      brief: 'host unreachable, TOS',
    },
    '3/13': {
      name: 'administratively prohibited',
      whole: 'communication administratively prohibited',
      brief: 'prohibited',
    },
    '3/14': { name: 'host precedence violation', brief: 'precedence violation' },
    '3/15': { name: 'precedence cutoff', whole: 'precedence cutoff in effect' },
    '4': { name: 'source quench' },
    '5': { name: 'redirect' },
    '5/0': { name: 'redirect for the network', brief: 'redirect' },
    '5/1': { name: 'redirect for the host', brief: 'redirect' },
    '5/2': {
      name: 'redirect for TOS and network',
      whole: 'redirect for the type of service and network',
      brief: 'redirect',
    },
    '5/3': {
      name: 'redirect for TOS and host',
      whole: 'redirect for the type of service and host',
      brief: 'redirect',
    },
    '8': { name: 'echo request' },
    '9': { name: 'router advertisement' },
    '10': { name: 'router solicitation' },
    '11': { name: 'time exceeded' },
    '11/0': { name: 'time to live exceeded', whole: 'time to live exceeded in transit', brief: 'time exceeded' },
    '11/1': { name: 'fragment reassembly time exceeded', brief: 'reassembly timeout' },
    '12': { name: 'parameter problem' },
    '12/0': { name: 'parameter problem', whole: 'pointer indicates the error' },
    '12/1': { name: 'missing a required option', brief: 'option missing' },
    '13': { name: 'timestamp request', brief: 'timestamp' },
    '14': { name: 'timestamp reply' },
  },
  // RFC 4443.
  ICMPv6: {
    '1': { name: 'destination unreachable', brief: 'unreachable' },
    '1/0': { name: 'no route to destination', brief: 'no route' },
    '1/1': {
      name: 'administratively prohibited',
      whole: 'communication with destination administratively prohibited',
      brief: 'prohibited',
    },
    '1/2': { name: 'beyond scope of source', whole: 'beyond scope of source address', brief: 'beyond scope' },
    '1/3': { name: 'address unreachable' },
    '1/4': { name: 'port unreachable' },
    '1/5': {
      name: 'source address failed policy',
      whole: 'source address failed ingress/egress policy',
      brief: 'failed policy',
    },
    '1/6': { name: 'reject route to destination', brief: 'reject route' },
    '2': { name: 'packet too big', brief: 'too big' },
    '3': { name: 'time exceeded' },
    '3/0': { name: 'hop limit exceeded', whole: 'hop limit exceeded in transit', brief: 'time exceeded' },
    '3/1': { name: 'fragment reassembly time exceeded', brief: 'reassembly timeout' },
    '4': { name: 'parameter problem' },
    '4/0': { name: 'erroneous header field', whole: 'erroneous header field encountered', brief: 'bad header' },
    '4/1': {
      name: 'unrecognized Next Header',
      whole: 'unrecognized Next Header type encountered',
      brief: 'bad Next Header',
    },
    '4/2': { name: 'unrecognized option', whole: 'unrecognized IPv6 option encountered', brief: 'bad option' },
    '128': { name: 'echo request' },
    '129': { name: 'echo reply' },
  },
};

/** A word that a reader may not know, and what it means, in a sentence. */
export interface Word {
  readonly word: string;
  readonly means: string;
}

/** Where a word is used, in the texts of any language: names of calls, states and options are the same in all of them. */
export const used = {
  bind: /\bbind\b/,
  listener: /\blisten(er|ers|s|ing)?\b|\bLISTEN\b|监听/,
  any: /\bANY\b|\bwildcard\b|通配/,
  specific: /\bspecific\b|具体/,
  addresses:
    /(?<![\w'-])B(?![\w'-])|(?:\b(?:to|of|on|or|and|at|then|is)|,|^) A(?=$|[,.:;\])]| (?:and|or|on|then|twice|to)\b)|\bA (?:and|twice|then)\b/,
  fourTuple: /four-tuple|四元组/,
  ephemeral: /ephemeral|临时端口/,
  reuseaddr: /SO_REUSEADDR/,
  reuseport: /SO_REUSEPORT/,
  linger: /SO_LINGER/,
  v6only: /IPV6_V6ONLY|v6only/,
  halfClosed: /half-closed|半关闭/,
  fin: /\bFINs?\b/,
  rst: /\bRST\b|\bresets?\b|复位|重置/,
  syn: /\bSYNs?\b/,
  ack: /\bACKs?\b/,
  timestamps: /timestamp|时间戳/,
  msl: /\b2?MSL\b/,
  timeWait: /TIME_WAIT/,
  finWait1: /FIN_WAIT1/,
  finWait2: /FIN_WAIT2/,
  closeWait: /CLOSE_WAIT/,
  lastAck: /LAST_ACK/,
  closing: /\bCLOSING\b/,
  synRecv: /SYN_RECV/,
  established: /ESTABLISHED/,
  finTimeout: /tcp_fin_timeout/,
  twReuse: /tcp_tw_reuse/,
  twBuckets: /tcp_max_tw_buckets/,
  rfc1337: /tcp_rfc1337/,
  eaddrinuse: /EADDRINUSE/,
  eaddrnotavail: /EADDRNOTAVAIL/,
  econnreset: /ECONNRESET/,
  econnrefused: /ECONNREFUSED/,
  epipe: /EPIPE/,
  etimedout: /ETIMEDOUT/,
} as const satisfies Readonly<Record<string, RegExp>>;

/** Each of the words; a language that lacks one does not compile. */
export type Glossary = { readonly [W in keyof typeof used]: Word };

function word(name: string, means: string): Word {
  return { word: name, means };
}

export const englishGlossary: Glossary = {
  bind: word('bind()', 'the call that gives a socket its own address and port.'),
  listener: word(
    'listener',
    'a socket on which listen() was called: a server accepts connections from it. Its state is LISTEN.',
  ),
  any: word('ANY, the wildcard', 'the address 0.0.0.0 (:: in IPv6), which stands for every address of the machine.'),
  specific: word('specific', 'of an address: one of the machine, such as 192.168.0.1, instead of the wildcard.'),
  addresses: word('A and B', 'two addresses of one machine, 192.168.0.1 and 10.0.0.1.'),
  fourTuple: word('four-tuple', 'the two addresses and two ports of a connection.'),
  ephemeral: word('ephemeral range', 'the ports from which the kernel chooses if a program names none.'),
  reuseaddr: word(
    'SO_REUSEADDR',
    'a socket option that a program sets before bind(), so that it can have a port that old connections still hold.',
  ),
  reuseport: word(
    'SO_REUSEPORT',
    'a socket option with which several sockets of one user can share one address and port.',
  ),
  linger: word('SO_LINGER', 'a socket option that says how close() treats data that is not sent yet.'),
  v6only: word('IPV6_V6ONLY', 'a socket option that keeps a socket on [::] from having IPv4 addresses too.'),
  halfClosed: word('half-closed', 'of a socket after shutdown(SHUT_WR): it sends nothing more, and can still read.'),
  fin: word('FIN', 'the segment by which a side says that it sends nothing more.'),
  rst: word('RST, a reset', 'the segment that ends a connection at once, as an error.'),
  syn: word('SYN', 'the segment that asks for a connection.'),
  ack: word('ACK', 'the segment that says what has arrived.'),
  timestamps: word('timestamps', 'a time that each segment carries, by which old segments are told from new ones.'),
  msl: word('MSL', 'maximum segment lifetime: for how long a segment may travel in the network.'),
  timeWait: word(
    'TIME_WAIT',
    'the state in which the kernel keeps a connection for a minute after both sides have closed, at the side that closed first. No process holds it.',
  ),
  finWait1: word('FIN_WAIT1', 'the state of the side that has closed first and whose FIN is not acknowledged yet.'),
  finWait2: word('FIN_WAIT2', 'the state of the side that has closed first, while the other side has not closed.'),
  closeWait: word('CLOSE_WAIT', 'the state in which the other side has closed, and the program here has not.'),
  lastAck: word('LAST_ACK', 'the state of the side that has closed last and waits for the ACK of its FIN.'),
  closing: word('CLOSING', 'the state after both sides have closed at the same time.'),
  synRecv: word('SYN_RECV', 'the state of a server in the middle of the handshake.'),
  established: word('ESTABLISHED', 'the state of an open connection.'),
  finTimeout: word(
    'tcp_fin_timeout',
    'a setting of the kernel: for how many seconds it keeps a FIN_WAIT2 that no process holds; 60 by default.',
  ),
  twReuse: word('tcp_tw_reuse', 'a setting of the kernel: whether connect() may take over a TIME_WAIT.'),
  twBuckets: word('tcp_max_tw_buckets', 'a setting of the kernel: how many TIME_WAITs it keeps at most.'),
  rfc1337: word('tcp_rfc1337', 'a setting of the kernel: with 1 a reset does not end a TIME_WAIT.'),
  eaddrinuse: word('EADDRINUSE', 'the error "Address already in use": another socket has the address and port.'),
  eaddrnotavail: word(
    'EADDRNOTAVAIL',
    'the error "Cannot assign requested address": of connect(), that no port is left, or that the connection is there already.',
  ),
  econnreset: word('ECONNRESET', 'the error "Connection reset by peer": the other side has sent a reset.'),
  econnrefused: word('ECONNREFUSED', 'the error "Connection refused": nobody listens there.'),
  epipe: word('EPIPE', 'the error "Broken pipe": of a write to a connection that is closed.'),
  etimedout: word('ETIMEDOUT', 'the error "Connection timed out": the other side did not answer for too long.'),
};

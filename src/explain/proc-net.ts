import { readFileSync } from 'node:fs';
import { formatIPv4, formatIPv6 } from '../address.js';
import type { SocketRow } from '../netlink/inet-diag.js';
import { timerKind } from '../netlink/inet-diag.js';
import { stateName } from '../netlink/state.js';
import { littleEndian } from '../options/memory.js';

/** What a line of `/proc/net/tcp` and its siblings says of a socket. It lacks the cookie, the interface and IPV6_V6ONLY. */
export type ProcNetRow = Omit<SocketRow, 'cookie'>;

// USER_HZ, in which times are told to programs; it is 100 on every architecture Node runs on.
const tickMs = 10;

const line =
  /^\s*\d+: ([\dA-F]+):([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) ([\dA-F]{2}) ([\dA-F]{8}):([\dA-F]{8}) ([\dA-F]{2}):([\dA-F]+) ([\dA-F]{8})\s+(\d+)\s+\d+ (\d+)/;

const hex = (digits: string | undefined): number => Number.parseInt(digits ?? '0', 16);

/** Words of 32 bits, each printed as the number it is on this machine. */
function addressOf(digits: string): string {
  const bytes = new Uint8Array(digits.length / 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 4) view.setUint32(at, hex(digits.slice(2 * at, 2 * at + 8)), littleEndian);
  return bytes.length === 4 ? formatIPv4(bytes) : formatIPv6(bytes);
}

function parseLine(text: string, protocol: 'tcp' | 'udp'): ProcNetRow | undefined {
  const [
    ,
    local = '',
    localPort,
    remote = '',
    remotePort,
    state,
    sent,
    received,
    timer,
    when,
    retransmits,
    uid,
    inode,
  ] = line.exec(text) ?? [];
  // 12 is TCP_NEW_SYN_RECV, which the file does not turn into SYN_RECV as sock_diag does.
  const name = hex(state) === 12 ? 'SYN_RECV' : stateName(hex(state));
  if (local === '' || name === undefined) return undefined;
  const kind = timerKind(hex(timer));
  return {
    protocol,
    family: local.length === 8 ? 'IPv4' : 'IPv6',
    state: name === 'CLOSE' && protocol === 'tcp' ? 'BOUND' : name,
    localAddress: addressOf(local),
    localPort: hex(localPort),
    remoteAddress: addressOf(remote),
    remotePort: hex(remotePort),
    receiveQueue: hex(received),
    sendQueue: hex(sent),
    timer: kind && { kind, remainingMs: tickMs * hex(when), retransmits: hex(retransmits) },
    uid: Number(uid),
    inode: Number(inode),
    interfaceIndex: 0,
  };
}

/** Reads the text of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`, proc_pid_net(5). */
export function parseProcNet(text: string, protocol: 'tcp' | 'udp'): ProcNetRow[] {
  return text.split('\n').flatMap((entry) => parseLine(entry, protocol) ?? []);
}

/**
 * The sockets of the network namespace this thread is in, from /proc/net: for kernels and sandboxes without sock_diag. It lists
 * no TCP socket that is only bound.
 */
export function readProcNet(protocol: 'tcp' | 'udp'): ProcNetRow[] {
  return ['', '6'].flatMap((suffix) => {
    try {
      return parseProcNet(readFileSync(`/proc/thread-self/net/${protocol}${suffix}`, 'utf8'), protocol);
    } catch (error) {
      // A kernel without IPv6 has no tcp6.
      if (suffix === '6' && error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

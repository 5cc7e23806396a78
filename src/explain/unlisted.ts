import { fstatSync } from 'node:fs';
import { release } from 'node:os';
import { identify } from '../netlink/socket-identity.js';
import type { PortRange } from '../options/values.gen.js';
import { withDescriptorOf } from '../proc/borrow.js';
import { socketDescriptors } from '../proc/owner.js';
import type { ProcNetRow } from './proc-net.js';

/** A port, or a range with both its bounds. */
export type Ports = number | PortRange;

export function isAmong(ports: Ports, port: number): boolean {
  return typeof ports === 'number' ? port === ports : port >= ports.low && port <= ports.high;
}

/** Linux lists TCP sockets that are only bound since 6.8 (TCP_BOUND_INACTIVE). */
export function listsBound(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 8);
}

function boundRow(fd: number, protocol: 'tcp' | 'udp', ports: Ports): ProcNetRow | undefined {
  const identity = identify(fd);
  if (identity.protocol !== protocol || !isAmong(ports, identity.local.port)) return undefined;
  const { ino: inode, uid } = fstatSync(fd);
  return {
    protocol,
    family: identity.local.family,
    state: protocol === 'tcp' ? 'BOUND' : 'CLOSE',
    localAddress: identity.local.address,
    localPort: identity.local.port,
    remoteAddress: identity.local.family === 'IPv4' ? '0.0.0.0' : '::',
    remotePort: 0,
    receiveQueue: 0,
    sendQueue: 0,
    timer: undefined,
    uid,
    inode,
    interfaceIndex: 0,
  };
}

/**
 * Sockets that no table lists, by asking each socket of each process that may be asked: TCP sockets that are only bound,
 * before Linux 6.8 and where only /proc/net is there. `listed` are inodes that need not be looked at.
 */
export function findUnlisted(
  protocol: 'tcp' | 'udp',
  ports: Ports,
  listed: ReadonlySet<number>,
  hasTime: () => boolean = () => true,
): ProcNetRow[] {
  const rows = new Map<number, ProcNetRow>();
  for (const { pid, fd, inode } of socketDescriptors()) {
    if (listed.has(inode) || rows.has(inode) || !hasTime()) continue;
    try {
      const row = withDescriptorOf(pid, fd, (duplicate) => boundRow(duplicate, protocol, ports));
      if (row !== undefined) rows.set(inode, row);
    } catch {
      // Not to be asked (another user's, another namespace's), without a port, or closed meanwhile.
    }
  }
  return [...rows.values()];
}

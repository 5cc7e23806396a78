import { readFileSync, readlinkSync } from 'node:fs';
import { processes } from './owner.js';

/** A unix socket with a name, as `/proc/PID/net/unix` lists it, proc_pid_net(5). */
export interface ListedUnixSocket {
  readonly path: string;
  readonly inode: number;
  readonly type: 'stream' | 'dgram' | 'seqpacket';
  readonly state: 'LISTEN' | 'ESTABLISHED' | 'CLOSE';
}

// SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
const types = { 1: 'stream', 2: 'dgram', 5: 'seqpacket' } as const;
// __SO_ACCEPTCON of include/uapi/linux/net.h, and SS_CONNECTED.
const [accepts, connected] = [0x1_0000, 3];

const line = /^[\da-f]+: [\da-f]{8} [\da-f]{8} ([\da-f]{8}) ([\da-f]{4}) ([\da-f]{2}) +(\d+) (.+)$/i;

function parse(text: string): ListedUnixSocket[] {
  return text.split('\n').flatMap((entry) => {
    const [, flags = '', type = '', state = '', inode = '', path = ''] = line.exec(entry) ?? [];
    const name = types[Number.parseInt(type, 16) as keyof typeof types] as (typeof types)[1 | 2 | 5] | undefined;
    if (name === undefined) return [];
    const listens = (Number.parseInt(flags, 16) & accepts) !== 0;
    const rest = Number.parseInt(state, 16) === connected ? 'ESTABLISHED' : 'CLOSE';
    return [{ path, inode: Number(inode), type: name, state: listens ? 'LISTEN' : rest }];
  });
}

function known<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * The named unix sockets of the network namespaces that other processes are in, each once: a path leads to all of them. A
 * namespace in which no process is has no such table. Nobody's right is needed to read one.
 */
export function unixSocketsElsewhere(hasTime: () => boolean): ListedUnixSocket[] {
  const found = new Map<number, ListedUnixSocket>();
  const seen = new Set([known(() => readlinkSync('/proc/thread-self/ns/net'))]);
  for (const pid of known(processes) ?? []) {
    if (!hasTime()) break;
    // That of another user's process cannot be told, and is read again for each.
    const namespace = known(() => readlinkSync(`/proc/${pid}/ns/net`));
    if (namespace !== undefined && seen.has(namespace)) continue;
    seen.add(namespace);
    const text = known(() => readFileSync(`/proc/${pid}/net/unix`, 'utf8')) ?? '';
    for (const socket of parse(text)) found.set(socket.inode, socket);
  }
  return [...found.values()];
}

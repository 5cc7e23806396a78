import { describe, expect, test } from 'vitest';
import { parseProcNet, type ProcNetRow, readProcNet } from '../../src/explain/proc-net.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { Socket } from '../../src/socket/socket.js';
import { bound, connection, listening } from '../support/sockets.js';
import { withoutIPv6 } from '../support/ipv6.js';
import { needs } from '../support/needs.js';

const fields = ['state', 'localAddress', 'remoteAddress', 'remotePort', 'uid', 'inode', 'family'] as const;

function pick(row: object | undefined): unknown[] {
  return fields.map((name) => (row as Record<string, unknown> | undefined)?.[name]);
}

describe('/proc/net', () => {
  test('shows a listener as sock_diag does', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const mine = readProcNet('tcp').filter(({ localPort }) => localPort === port);
    expect(mine.map(pick)).toEqual(listSockets({ localPort: port }).map(pick));
    expect(mine).toHaveLength(1);
  });

  test('shows both ends of a connection', async () => {
    const [client, accepted] = await connection();
    using _client = client;
    using _accepted = accepted;
    // Both ports, since a TIME_WAIT of somebody else's may have one of them.
    const ports = [client.getsockname().port, accepted.getsockname().port];
    const ends = (rows: readonly ProcNetRow[]): unknown[] =>
      rows
        .filter((row) => ports.includes(row.localPort) && ports.includes(row.remotePort))
        .map(pick)
        .sort();
    const there = ends(readProcNet('tcp'));
    expect(there).toEqual(ends(listSockets({ protocol: 'tcp' })));
    expect(there).toHaveLength(2);
  });

  test('shows a UDP socket, and IPv6', (context) => {
    needs(context, !withoutIPv6, 'there is no IPv6 here');
    using socket = bound('dgram', '::1');
    const { port } = socket.getsockname();
    const [row] = readProcNet('udp').filter(({ localPort }) => localPort === port);
    expect(pick(row)).toEqual(pick(listSockets({ protocol: 'udp', localPort: port })[0]));
    expect(row?.localAddress).toBe('::1');
  });

  test('does not show a socket that is only bound', () => {
    using socket = Socket.open().bind({ address: '127.0.0.1' });
    const { port } = socket.getsockname();
    expect(readProcNet('tcp').filter(({ localPort }) => localPort === port)).toEqual([]);
  });

  // A line as proc_pid_net(5) has it, on a little-endian machine.
  const line =
    '   1: 0100007F:1F90 0200007F:C350 06 00000000:00000000 03:00001752 00000000     0        0 0 3 0000000000000000';

  test('a TIME_WAIT has what is left of it', () => {
    expect(parseProcNet(`  sl  local_address ...\n${line}\n`, 'tcp')).toMatchObject([
      {
        state: 'TIME_WAIT',
        localAddress: '127.0.0.1',
        localPort: 8080,
        remoteAddress: '127.0.0.2',
        remotePort: 50_000,
        timer: { kind: 'time-wait', remainingMs: 59_700, retransmits: 0 },
        inode: 0,
      },
    ]);
  });

  test('a half-open connection is SYN_RECV, as sock_diag has it', () => {
    expect(parseProcNet(line.replace(' 06 ', ' 0C '), 'tcp')[0]?.state).toBe('SYN_RECV');
  });

  test.each(['', 'no line', line.slice(0, 60), line.replace(' 06 ', ' FF ')])('%j is no row', (text) => {
    expect(parseProcNet(text, 'tcp')).toEqual([]);
  });
});

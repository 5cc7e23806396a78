import { type Experiment, experiment } from '../kit/index.js';

/** Client and server may do without a cookie, so that the first SYN can carry data: ip-sysctl.rst, tcp_fastopen. */
const fastOpenForAll = 0x1 | 0x2 | 0x4 | 0x200;

/** close() right after accept(). */
const closedAtOnce = experiment(
  'A server that closes as soon as it has accepted',
  {
    name: 'close-at-once',
    about:
      'What accept() returns is ESTABLISHED already; only with TCP_FASTOPEN it may still be in SYN_RECV, and goes to FIN_WAIT1 from there.',
    rule: 'accept(2) returns what has finished its handshake. With TCP Fast Open a socket is handed out on the data of the SYN (tcp_try_fastopen(), RFC 7413 section 4.2); close() in SYN_RECV sends FIN (tcp_close_state()).',
    cases: ['A12'],
    labels: {
      accepted: 'state after accept()',
      closed: 'state after close()',
      finBeforeHandshake: 'FIN before the handshake is done',
    },
    variants: { 'a whole handshake': 0, TCP_FASTOPEN: fastOpenForAll },
  },
  async ({ host, segments }, fastopen) => {
    // A delay, so that the states in between last.
    const [server, client] = [host('server'), host('client', { delayMs: 100 })];
    for (const side of [server, client]) if (fastopen > 0) side.setSysctl('net.ipv4.tcp_fastopen', fastopen);
    const listener = server.listen({ port: 8080, options: fastopen > 0 ? { TCP_FASTOPEN: 5 } : {} });
    const c = client.open({ name: 'client', options: fastopen > 0 ? { TCP_FASTOPEN_CONNECT: true } : {} });
    const isOpen = c.tryConnect({ address: server.address, port: 8080 });
    // With the option connect() only notes the address: the SYN goes out with the data.
    if (isOpen) c.trySend('request');
    const s = await listener.accept('server');
    // Unread data would make close() reset the connection.
    if (isOpen) await s.recv();
    const accepted = s.state;
    s.close();
    const [row] = server.sockets({ localPort: 8080, remotePort: c.local.port });
    await server.waitFor({ localPort: 8080, state: 'FIN_WAIT2' }, 'the FIN is acknowledged');
    const fin = segments().find(({ from, flags }) => from === 'server' && flags.includes('FIN'));
    const ack = segments().find(({ from, flags }) => from === 'client' && !flags.includes('SYN'));
    const finBeforeHandshake = (fin?.sentMs ?? Number.NaN) < (ack?.receivedMs ?? Number.NaN);
    return { accepted, closed: row?.state ?? 'gone', finBeforeHandshake };
  },
);

export const closeAtOnceExperiments: readonly Experiment[] = [closedAtOnce];

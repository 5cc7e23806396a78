import {
  connected,
  endingsOf,
  type Experiment,
  experiment,
  inState,
  outcome,
  outcomeAsync,
  readToEnd,
  until,
} from '../kit/index.js';

type Half = 'read' | 'write' | 'both';

/** Shuts down one half or both; then the peer writes, the socket reads, and is closed. */
export const shutdownHalves = experiment(
  'shutdown() of each half',
  {
    name: 'shutdown-halves',
    about:
      'SHUT_WR sends FIN and goes on receiving; SHUT_RD tells the peer nothing and refuses nothing; after both, data meets RST.',
    rule: 'tcp_shutdown() acts on SEND_SHUTDOWN alone. With both halves shut and the FIN sent, tcp_rcv_state_process() answers data with RST.',
    cases: ['R7'],
    labels: { sent: 'sent by the server', 'data of the peer': 'data of the peer', 'the peer reads': 'the peer reads' },
    variants: { SHUT_WR: 'write', SHUT_RD: 'read', SHUT_RDWR: 'both' } as const,
  },
  async (context, half: Half) => {
    const { s, c } = await connected(context);
    s.shutdown(half);
    const sent = endingsOf(context.segments(), 'server');
    context.mark('the peer writes');
    await c.send('late');
    await until(
      () => (c.state === 'CLOSE' || c.socket.getOption('TCP_INFO').unacked === 0 ? true : undefined),
      'an answer',
    );
    const refused = c.state === 'CLOSE';
    const got = refused ? 'answered with RST' : (await s.recv()).length > 0 ? 'read' : 'lost';
    s.close();
    return { sent, 'data of the peer': got, 'the peer reads': (await readToEnd(c)).end };
  },
);

interface ListenerShut {
  readonly half: 'read' | 'write';
  /** 0 for one of the kernel's choice. */
  readonly port: number;
}

/** Shuts a listener down with a connection in its queue. */
export const shutdownListener = experiment(
  'shutdown() of a listener',
  {
    name: 'shutdown-listener',
    about: 'SHUT_RD stops it: what waits in its queue is reset, and new connections are refused. SHUT_WR does nothing.',
    rule: 'inet_shutdown() of a listener with SHUT_RD disconnects it: inet_csk_listen_stop() resets the queue, and the port is kept only if bind() was given its number.',
    cases: ['R7'],
    labels: { connect: 'connect()', 'in the queue': 'connection in the queue', port: 'port' },
    variants: {
      'SHUT_RD of a listener': { half: 'read', port: 8080 },
      'SHUT_RD of a listener on a port the kernel chose': { half: 'read', port: 0 },
      'SHUT_WR of a listener': { half: 'write', port: 8080 },
    } as const,
  },
  async ({ host, mark }, { half, port }: ListenerShut) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen({ address: server.address, port });
    const { local } = listener;
    const waiting = await client.connect(local, { name: 'waiting client' });
    mark('a connection waits in the queue');
    listener.shutdown(half);
    const connect = await outcomeAsync(() => client.connect(local, { name: 'late client' }));
    if (half === 'read') await inState(waiting, 'CLOSE');
    const queued = waiting.state === 'ESTABLISHED' ? 'kept' : (await readToEnd(waiting)).end;
    const other = outcome(() => server.open({ name: 'other', options: { SO_REUSEADDR: true } }).bind(local));
    return { connect, 'in the queue': queued, port: other === 'ok' ? 'free' : 'held' };
  },
);

export const shutdownExperiments: readonly Experiment[] = [shutdownHalves, shutdownListener];

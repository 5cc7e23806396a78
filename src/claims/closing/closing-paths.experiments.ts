import { type Experiment, experiment, outcome, resultOf, stateAfter, stateOf } from '../kit/index.js';

/** The way of either side, on a link slow enough to see each state. */
export const closingPath = experiment(
  'The closing states of both sides',
  {
    name: 'closing-paths',
    about:
      'The side that closes first goes through FIN_WAIT1, FIN_WAIT2 and TIME_WAIT, the other through CLOSE_WAIT and LAST_ACK.',
    rule: 'RFC 9293 section 3.3.2 and figure 12 of section 3.6: tcp_close_state() for close(), tcp_fin() and tcp_rcv_state_process() for what arrives.',
    cases: ['A3'],
    labels: { server: 'states of the server', client: 'states of the client' },
  },
  async ({ host }) => {
    const [server, client] = [host('server'), host('client', { delayMs: 20 })];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const [first, last] = [{ localPort: 8080, remotePort: c.local.port }, { localPort: c.local.port }];
    s.close();
    const finWait1 = stateOf(server, first);
    const closeWait = await stateAfter(client, last, 'ESTABLISHED');
    const finWait2 = await stateAfter(server, first, finWait1);
    c.close();
    const lastAck = stateOf(client, last);
    const timeWait = await stateAfter(server, first, finWait2);
    return {
      server: [finWait1, finWait2, timeWait],
      client: [closeWait, lastAck, await stateAfter(client, last, lastAck)],
    };
  },
);

const closers: Readonly<Record<string, 'server' | 'client'>> = { 'the server': 'server', 'the client': 'client' };

/** The same connection closed from either side. */
export const firstCloser = experiment(
  'Who closes first, and whether the server can be restarted',
  {
    name: 'who-closes-first',
    about:
      'The TIME_WAIT is left on the side that closes first: on the port of the server it keeps it from being restarted, at the client it does not.',
    rule: 'tcp_time_wait() is reached from FIN_WAIT2 (or CLOSING) only. inet_bind_conflict() sees a TIME_WAIT in the bucket of its port unless both sockets have SO_REUSEADDR.',
    cases: ['A5', 'A6'],
    labels: {
      halfWay: 'after the first close',
      after: 'after both closed',
      restart: 'restart of the server',
      server: 'server',
      client: 'client',
    },
    variants: closers,
  },
  async ({ host, mark }, who) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const ends = { server: { localPort: 8080 }, client: { localPort: c.local.port } };
    const states = (): Record<keyof typeof ends, string> => ({
      server: stateOf(server, ends.server),
      client: stateOf(client, ends.client),
    });
    listener.close();
    const [first, second] = who === 'server' ? [s, c] : [c, s];
    first.close();
    await resultOf(() => second.recv());
    // The ACK of the FIN may be a delayed one.
    await stateAfter(first.host, ends[who], 'FIN_WAIT1');
    const halfWay = states();
    second.close();
    await second.waitForState('CLOSED');
    const after = states();
    mark('the server is started again');
    return { halfWay, after, restart: outcome(() => server.listen({ port: 8080, name: 'restarted' })) };
  },
);

export const closingPathsExperiments: readonly Experiment[] = [closingPath, firstCloser];

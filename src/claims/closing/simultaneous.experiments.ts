import { answersTo, type Experiment, experiment, stateAfter, stateOf, type Trace } from '../kit/index.js';

const port = 8080;
const peerPort = 5000;

/** Each was sent before the other arrived. */
function cross(segments: Trace['segments'], flag: 'SYN' | 'FIN'): boolean {
  const firstOf = (from: string): Trace['segments'][number] | undefined =>
    segments.find((segment) => segment.from === from && segment.flags.includes(flag));
  const [one, other] = [firstOf('server'), firstOf('client')];
  if (one?.receivedMs === undefined || other?.receivedMs === undefined) return false;
  return one.sentMs < other.receivedMs && other.sentMs < one.receivedMs;
}

/** Two FINs that meet on the way. */
export const simultaneousClose = experiment(
  'Both sides close at the same time',
  {
    name: 'simultaneous-close',
    about: 'The FINs cross: either side goes from FIN_WAIT1 to CLOSING, and both end in TIME_WAIT.',
    rule: 'tcp_fin(): a FIN in FIN_WAIT1, before the own one is acknowledged, leads to CLOSING (RFC 9293 section 3.6, figure 13).',
    cases: ['A4'],
    labels: { crossed: 'the FINs crossed', server: 'states of the server', client: 'states of the client' },
  },
  async ({ host, segments }) => {
    // So long either side stays in CLOSING: enough to be seen on a busy machine too.
    const [server, client] = [host('server'), host('client', { delayMs: 250 })];
    const listener = server.listen(port);
    const c = await client.connect(server, port);
    const s = await listener.accept('server');
    const ends = [
      { host: server, filter: { localPort: port, remotePort: c.local.port } },
      { host: client, filter: { localPort: c.local.port } },
    ] as const;
    s.close();
    c.close();
    const path = async ({ host: end, filter }: (typeof ends)[number]): Promise<string[]> => {
      const first = stateOf(end, filter);
      const second = await stateAfter(end, filter, first);
      return [first, second, await stateAfter(end, filter, second)];
    };
    const [ofServer, ofClient] = await Promise.all([path(ends[0]), path(ends[1])]);
    return { crossed: cross(segments(), 'FIN'), server: ofServer, client: ofClient };
  },
);

/** As above, with time to look. */
export const closing = experiment(
  'CLOSING, until the last ACK comes',
  {
    name: 'closing',
    about:
      'A FIN that acknowledges no FIN takes the host to CLOSING, where it stays until the ACK comes; then TIME_WAIT.',
    rule: 'tcp_fin() leads from FIN_WAIT1 to CLOSING, tcp_rcv_state_process() from there to TIME_WAIT when the FIN is acknowledged (RFC 9293 section 3.10.7.4).',
    cases: ['A4'],
    labels: { states: 'states', answers: 'answers to the FIN' },
  },
  async ({ host, peer, mark }) => {
    const server = host('server');
    const far = await peer('peer', server);
    const listener = server.listen(port);
    const connection = far.connection({ localPort: peerPort, remotePort: port });
    await connection.connect();
    const s = await listener.accept('server');
    const filter = { localPort: port, remotePort: peerPort };
    s.close();
    const closed = stateOf(server, filter);
    const { seq } = await connection.expect('FIN ACK');
    connection.send('FIN ACK', { ack: seq });
    const answers = await answersTo(connection, ['FIN ACK']);
    const crossed = stateOf(server, filter);
    mark('the last ACK is still to come');
    connection.send('ACK');
    await connection.answers();
    return { states: [closed, crossed, stateOf(server, filter)], answers };
  },
);

/** Two SYNs that meet on the way. */
export const simultaneousOpen = experiment(
  'Both sides connect at the same time',
  {
    name: 'simultaneous-open',
    about: 'The SYNs cross and there is one connection without any listener: each side goes from SYN_SENT to SYN_RECV.',
    rule: 'tcp_rcv_synsent_state_process(): a SYN without ACK in SYN_SENT leads to SYN_RECV and is answered with SYN ACK (RFC 9293 section 3.5, figure 7).',
    labels: { states: 'states', answers: 'answers to the SYN', toSynAck: 'answer to the SYN ACK' },
  },
  async ({ host, peer }) => {
    const server = host('host');
    const far = await peer('peer', server);
    const socket = server.open({ name: 'socket' }).bind({ port });
    const connection = far.connection({ localPort: peerPort, remotePort: port });
    const filter = { localPort: port };
    socket.tryConnect({ address: far.address, port: peerPort });
    const begun = stateOf(server, filter);
    await connection.expect('SYN');
    connection.send('SYN', { options: { mss: 1460 } });
    const answers = await answersTo(connection, ['SYN']);
    const crossed = stateOf(server, filter);
    connection.send('SYN ACK', { seq: 0, options: { mss: 1460 } });
    const toSynAck = await answersTo(connection, ['SYN ACK']);
    const acknowledged = stateOf(server, filter);
    connection.send('ACK');
    await connection.answers();
    return { states: [begun, crossed, acknowledged, stateOf(server, filter)], answers, toSynAck };
  },
);

export const simultaneousExperiments: readonly Experiment[] = [simultaneousClose, closing, simultaneousOpen];

import { endingsOf, type Experiment, experiment, flagsOf, type LabSocket, readingOf, resultOf } from '../kit/index.js';

/** Loses one end of a connection as a crash of its machine does: in repair mode a close says nothing to the other. */
function forget(socket: LabSocket): void {
  socket.setOption('TCP_REPAIR', 1).close();
}

/** The side that still knows the connection sends. */
export const halfOpenWrite = experiment(
  'Half open: the other side writes',
  {
    name: 'half-open-write',
    about: 'The write succeeds, its segment is answered with RST, and the next read fails with ECONNRESET.',
    rule: 'RFC 9293 section 3.5.1: a segment for a connection that is not there is answered with RST.',
    cases: ['R15'],
    labels: { send: 'send()', answer: 'answer to it', recv: 'then recv()' },
  },
  async ({ host, mark, segments }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    mark('the client crashes and is back: it knows nothing of the connection');
    forget(c);
    const send = await resultOf(() => s.send('anyone there?'));
    const recv = await resultOf(() => s.recv());
    return { send, answer: endingsOf(segments(), 'client'), recv };
  },
);

/** The side that still knows the connection says nothing. */
export const halfOpenRead = experiment(
  'Half open: the other side only reads',
  {
    name: 'half-open-read',
    about: 'A reader sends nothing and so learns nothing; with keepalive its probe is answered with RST.',
    rule: 'RFC 9293 section 3.5.1 needs a segment to answer. Without data and SO_KEEPALIVE no timer of the connection runs.',
    cases: ['R15'],
    labels: { timer: 'timer', recv: 'recv()' },
    variants: { 'without keepalive': false, 'with keepalive': true },
  },
  async ({ host, mark, settle }, hasKeepalive) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    if (hasKeepalive) s.setOption('TCP_KEEPIDLE', 1).setOption('SO_KEEPALIVE', true);
    // Looked at in the same turn: a busy machine may come back when the timer is over.
    const [row] = server.sockets({ localPort: 8080, state: 'ESTABLISHED' });
    const timer = row?.timer?.kind ?? 'none';
    mark('the client crashes and is back: it knows nothing of the connection');
    forget(c);
    const reading = readingOf(s);
    await settle();
    // Nothing is on its way and no timer of the connection runs: nothing will ever come.
    const recv = timer === 'none' ? (reading.result ?? 'nothing') : await reading.done;
    return { timer, recv };
  },
);

/** The side that lost the connection makes it anew. */
export const halfOpenConnect = experiment(
  'Half open: the lost side connects again',
  {
    name: 'half-open-connect',
    about: 'A SYN from the same port gets an ACK of the old connection, RST ends that, and the next SYN is taken.',
    rule: 'In ESTABLISHED a SYN is answered with a challenge ACK (tcp_send_challenge_ack(), RFC 5961 section 4); in SYN_SENT that ACK does not fit and is answered with RST (RFC 9293 section 3.10.7.3).',
    cases: ['R15'],
    labels: { connect: 'connect()', wire: 'segments', recv: 'recv() of the old end' },
  },
  async ({ host, mark, segments }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const from = { port: 5000 };
    const c = await client.connect(server, 8080, { from });
    const s = await listener.accept('server');
    mark('the client crashes and is back: it knows nothing of the connection');
    forget(c);
    const before = segments().length;
    const connect = await resultOf(() => client.connect(server, 8080, { name: 'client again', from }));
    const said = segments().slice(before).map(flagsOf);
    return { connect, wire: said, recv: await resultOf(() => s.recv()) };
  },
);

export const halfOpenExperiments: readonly Experiment[] = [halfOpenWrite, halfOpenRead, halfOpenConnect];

import { Capture, endingsSent } from '../capture.js';
import { type Case, defineCase } from '../case.js';
import { type Connection, establish, smallBuffers } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { endOfStream } from '../lab-socket.js';
import { arrived, fill, inState, readToEnd } from '../peer-view.js';
import { outcome, outcomeAsync } from '../step.js';
import { until } from '../until.js';
import { alike } from '../wording.js';

/** Long enough for anything on its way to come; the sockets that read this long are sure to have nothing to read. */
const quiet = { timeoutMs: 60 };

/** Sees what comes within a while: an error, the end, or nothing. */
async function listenFor(socket: LabSocket): Promise<string> {
  let end = endOfStream;
  const said = await outcomeAsync(async () => {
    if ((await socket.recv(100, quiet)).length > 0) end = 'data';
  });
  if (said === 'ERR_TIMED_OUT') return 'nothing';
  return said === 'ok' ? end : said;
}

/** Loses one end of a connection as a crash of its machine does: without a word to the other. */
function forget(socket: LabSocket): void {
  socket.setOption('TCP_REPAIR', 1).close();
}

type Silent = 'nothing pending' | 'data unread' | 'data unsent' | 'repair mode left before the close';
type SilentEnd = { readonly sent: string; readonly peer: string; readonly write: string; readonly read: string };

const ordinaryClose = { sent: 'FIN', peer: 'CLOSE_WAIT', write: 'ok', read: endOfStream };

const silentClose = defineCase<Silent, SilentEnd>({
  id: 'R13',
  articles: [],
  title: 'TCP_REPAIR: a close that sends nothing',
  claim:
    'A socket in repair mode closes without a packet: its peer stays ESTABLISHED, and only what it writes then meets an RST.',
  rule: '__tcp_close() looks at tp->repair before anything is sent and calls tcp_disconnect(), which sends no RST for such a socket. A segment for a connection nobody knows is answered with RST (tcp_v4_rcv(), RFC 9293 section 3.10.7.1). It needs CAP_NET_ADMIN over the network namespace.',
  advice:
    'It is meant for moving connections to another machine (CRIU); in a test it stands for a crashed peer, with no cable to pull.',
  rows: (['nothing pending', 'data unread', 'data unsent', 'repair mode left before the close'] as const).map(
    (pending) => ({
      name: pending,
      given: pending,
      says:
        pending === 'repair mode left before the close'
          ? ordinaryClose
          : { sent: 'nothing', peer: 'ESTABLISHED', write: 'ok', read: 'ECONNRESET' },
    }),
  ),
  async run(lab, pending) {
    const host = lab.host();
    const capture = new Capture(host);
    const { listener, server, client } = await establish(host, smallBuffers);
    const { port } = listener.local;
    if (pending === 'data unread') await arrived(server, await client.send('never read'));
    if (pending === 'data unsent') fill(server);
    server.setOption('TCP_REPAIR', 1);
    if (pending === 'repair mode left before the close') server.setOption('TCP_REPAIR', 0);
    server.close();
    const peer = client.state;
    host.note('state of the client', peer);
    const sent = endingsSent(capture, port);
    const write = await outcomeAsync(() => client.send('more'));
    return { sent, peer, write, read: (await readToEnd(client)).end };
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed: { sent, peer, write, read } }) =>
        `the close sent ${sent} and left the peer in ${peer}, whose next write said ${write} and next read ${read}`,
      ({ name }) => name,
    )
      .map(({ outcome: what, labels }) => `${what} (${labels.join('; ')})`)
      .join(', '),
});

type Notice =
  | 'it writes'
  | 'it only reads'
  | 'it only reads, with keepalive'
  | 'the lost side connects again from the same port';

async function noticeBy(notice: Notice, host: Host, { listener, server, client }: Connection): Promise<string> {
  const [lost, remote] = [client.local, listener.local];
  if (notice === 'it only reads, with keepalive') server.setOption('TCP_KEEPIDLE', 1).setOption('SO_KEEPALIVE', true);
  forget(client);
  if (notice === 'it writes') await server.send('anyone there?');
  if (notice === 'it only reads') return await listenFor(server);
  if (notice === 'the lost side connects again from the same port') {
    const again = await host.connect(remote, { name: 'client again', from: lost });
    host.note('the new connection', again.state);
  }
  return (await readToEnd(server)).end;
}

const halfOpen = defineCase<Notice, string>({
  id: 'R15',
  articles: [],
  title: 'A half-open connection: one side lost its state',
  claim: 'When one side has lost the connection, the other is told so with ECONNRESET.',
  rule: 'RFC 9293 section 3.5.1: only a segment for the lost connection is answered with RST. A reader sends none, so it waits for ever unless keepalive probes go out. A new SYN for the same four-tuple gets a challenge ACK (tcp_send_challenge_ack(), RFC 5961 section 4), and that is answered with RST.',
  advice:
    'Who only reads needs SO_KEEPALIVE with short times, or a heartbeat in the protocol, or the connection is held for ever.',
  rows: (
    [
      'it writes',
      'it only reads, with keepalive',
      'the lost side connects again from the same port',
      'it only reads',
    ] as const
  ).map((notice) => ({
    name: notice,
    given: notice,
    says: 'ECONNRESET',
  })),
  async run(lab, notice) {
    const host = lab.host();
    return await noticeBy(notice, host, await establish(host));
  },
  because: (rows) => rows.map(({ name, observed }) => `the other side sees ${observed} when ${name}`).join('; '),
});

type Question =
  | 'the peer reads'
  | 'the peer reads, after shutdown(SHUT_WR)'
  | 'the socket connects again'
  | 'a port given to bind() is still held'
  | 'a port chosen by bind() is still held'
  | 'a port chosen by connect() is still held'
  | 'getsockname() tells the port that is held';

/** Whether another socket is kept from binding the port. */
function isHeld(host: Host, port: number): boolean {
  return outcome(() => host.open({ name: 'other' }).bind({ address: host.A, port })) === 'EADDRINUSE';
}

async function disconnect(lab: Lab, question: Question): Promise<string> {
  const host = lab.host();
  const listener = host.listen({ address: host.A });
  const client = host.open({ name: 'client' });
  if (question === 'a port given to bind() is still held') client.bind({ address: host.A, port: 5000 });
  if (question === 'a port chosen by bind() is still held') client.bind({ address: host.A });
  await client.connect(listener.local);
  const server = await listener.accept('server');
  const { port } = client.local;
  if (question === 'the peer reads, after shutdown(SHUT_WR)') {
    client.shutdown('write');
    // A reader that has seen the FIN is told of no RST: tcp_fin() has set SOCK_DONE.
    await inState(server, 'CLOSE_WAIT');
  }
  if (!isHeld(host, port)) throw new Error('the port was not held before');
  client.disconnect();
  if (question === 'the socket connects again') return await outcomeAsync(() => client.connect(listener.local));
  if (question.startsWith('the peer reads')) {
    await until(() => (server.state === 'CLOSE' ? true : undefined), 'the RST');
    return (await readToEnd(server)).end;
  }
  const held = isHeld(host, port);
  if (question === 'getsockname() tells the port that is held')
    return client.local.port === port && !held ? 'no' : 'yes';
  return held ? 'yes' : 'no';
}

const unspec = defineCase<Question, string>({
  id: 'R12',
  articles: [],
  title: 'connect() with AF_UNSPEC on a connected socket',
  claim:
    'connect() with AF_UNSPEC dissolves the association (connect(2)): the peer sees the connection end, and the socket, which keeps its address, can be connected again.',
  rule: '__inet_stream_connect() calls tcp_disconnect(), which sends RST in every synchronized state, whatever SO_LINGER says. inet_reset_saddr() and __inet_put_port() follow only where SOCK_BINDADDR_LOCK and SOCK_BINDPORT_LOCK, which bind() sets, are not; inet_sport is left as it was.',
  advice:
    'Do not use it to end a TCP connection: it is an abort. Open a new socket; after a failed connect that is simpler too.',
  rows: [
    { name: 'the peer reads', given: 'the peer reads', says: 'end of stream' },
    {
      name: 'the peer reads, after shutdown(SHUT_WR)',
      given: 'the peer reads, after shutdown(SHUT_WR)',
      says: 'end of stream',
    },
    { name: 'the socket connects again', given: 'the socket connects again', says: 'ok' },
    { name: 'a port given to bind() is still held', given: 'a port given to bind() is still held', says: 'yes' },
    { name: 'a port chosen by bind() is still held', given: 'a port chosen by bind() is still held', says: 'yes' },
    {
      name: 'a port chosen by connect() is still held',
      given: 'a port chosen by connect() is still held',
      says: 'yes',
    },
    {
      name: 'getsockname() tells the port that is held',
      given: 'getsockname() tells the port that is held',
      says: 'yes',
    },
  ],
  run: disconnect,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

/** Connections of which one end is gone without having closed. */
export const halfOpenCases: readonly Case[] = [unspec, silentClose, halfOpen];

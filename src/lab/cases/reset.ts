import { Capture, endingsSent } from '../capture.js';
import { type Case, defineCase } from '../case.js';
import { type Connection, establish, smallBuffers } from '../connection.js';
import type { Host } from '../host.js';
import { arrived, fill, inState, readToEnd } from '../peer-view.js';
import { outcomeAsync } from '../step.js';
import { alike } from '../wording.js';

const abortive = { on: true, seconds: 0 };

type Moment =
  | 'connected'
  | 'it has shut down its sending half'
  | 'the peer has closed first'
  | 'its TIME_WAIT is there already'
  | 'l_linger 0, but l_onoff 0';

async function reach(moment: Moment, { server, client }: Connection): Promise<void> {
  if (moment === 'it has shut down its sending half' || moment === 'its TIME_WAIT is there already') {
    server.shutdown('write');
    await inState(client, 'CLOSE_WAIT');
    await inState(server, 'FIN_WAIT2');
  }
  if (moment === 'the peer has closed first' || moment === 'its TIME_WAIT is there already') client.shutdown('write');
  if (moment === 'the peer has closed first') await inState(server, 'CLOSE_WAIT');
}

/** What a connection that has been closed has left behind on the server's port. */
function leftBehind(host: Host, { localPort, remotePort }: { localPort: number; remotePort: number }): string {
  return (
    host
      .look("what is left of the server's end", { localPort, remotePort })
      .map(({ state }) => state)
      .join(', ') || 'nothing'
  );
}

type Abort = { readonly sent: string; readonly left: string };

const moments: readonly Moment[] = [
  'connected',
  'the peer has closed first',
  'it has shut down its sending half',
  'its TIME_WAIT is there already',
  'l_linger 0, but l_onoff 0',
];

const lingerZero = defineCase<Moment, Abort>({
  id: 'L5',
  articles: ['004'],
  title: 'SO_LINGER with time 0 instead of TIME_WAIT',
  claim: 'With SO_LINGER and time 0 close() sends RST in place of FIN, and there is no TIME_WAIT.',
  rule: '__tcp_close() disconnects with RST where tcp_need_reset() says the state allows it and l_onoff is set with l_linger 0. A TIME_WAIT is a socket of its own (tcp_time_wait()), which the close of the old one no longer reaches. RFC 9293 section 3.10.4 (ABORT).',
  advice:
    'Use it where a connection has failed, never to be rid of TIME_WAIT: set SO_REUSEADDR on the listener for that.',
  rows: moments.map((moment) => {
    const half = moment === 'it has shut down its sending half' || moment === 'its TIME_WAIT is there already';
    return { name: moment, given: moment, says: { sent: half ? 'FIN, RST' : 'RST', left: 'nothing' } };
  }),
  async run(lab, moment) {
    const host = lab.host();
    const capture = new Capture(host);
    const connection = await establish(host);
    const { server, client } = connection;
    const [local, remote] = [server.local, server.remote];
    await reach(moment, connection);
    server.setOption('SO_LINGER', { on: moment !== 'l_linger 0, but l_onoff 0', seconds: 0 });
    server.close();
    await readToEnd(client);
    client.close();
    return {
      sent: endingsSent(capture, local.port),
      left: leftBehind(host, { localPort: local.port, remotePort: remote.port }),
    };
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => `it sent ${observed.sent} and left ${observed.left} behind`,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

type Pending = 'not sent yet' | 'arrived, not read yet' | 'read';
type Loss = {
  readonly got: 'all' | 'a part' | 'nothing';
  readonly read: string;
  readonly readAgain: string;
  readonly write: string;
};

function share(got: number, sent: number): Loss['got'] {
  if (got === 0) return 'nothing';
  return got === sent ? 'all' : 'a part';
}

const whatIsLost = defineCase<{ pending: Pending; linger: boolean }, Loss>({
  id: 'L6',
  articles: ['004'],
  title: 'What SO_LINGER with time 0 costs',
  claim:
    'To close with RST is not a good idea: data on its way is lost, and the peer gets an error instead of the end of the stream.',
  rule: 'tcp_disconnect() purges the send queue. tcp_reset() sets sk_err of the peer to ECONNRESET, and tcp_recvmsg() hands out what is in its receive queue before it looks at the error, though RFC 9293 section 3.10.7.4 says the queues should be flushed. The error is reported once: then read() returns 0 and write() EPIPE.',
  advice:
    'End with shutdown(SHUT_WR), read until the peer ends, then close(). Take ECONNRESET as "data may be missing" also after what was read looked complete.',
  onLoopback: true,
  rows: [
    {
      name: 'RST, data not sent yet',
      given: { pending: 'not sent yet', linger: true },
      says: { got: 'a part', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'RST, data arrived but not read yet',
      given: { pending: 'arrived, not read yet', linger: true },
      says: { got: 'nothing', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'RST, data read',
      given: { pending: 'read', linger: true },
      says: { got: 'all', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'FIN, data not sent yet',
      given: { pending: 'not sent yet', linger: false },
      says: { got: 'all', read: 'end of stream', readAgain: 'end of stream', write: 'ok' },
    },
  ],
  async run(lab, { pending, linger }) {
    const { server, client } = await establish(lab.host(), smallBuffers);
    const sent = pending === 'not sent yet' ? fill(server) : await server.send('x'.repeat(1000));
    if (pending === 'arrived, not read yet') await arrived(client, sent);
    const early = pending === 'read' ? (await client.recv()).length : 0;
    server.setOption('SO_LINGER', { on: linger, seconds: 0 });
    server.close();
    const { bytes, end } = await readToEnd(client);
    const readAgain = (await readToEnd(client)).end;
    return {
      got: share(early + bytes, sent),
      read: end,
      readAgain,
      write: await outcomeAsync(() => client.send('more')),
    };
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed: { read, readAgain, write } }) => `read said ${read}, then ${readAgain}, and write ${write}`,
      ({ name, observed }) => `${name}: ${observed.got} of it came`,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

type Unfinished = 'unsent data' | 'unread data' | 'nothing';

const abortWith = defineCase<Unfinished, { sent: string; got: Loss['got']; read: string }>({
  id: 'R1',
  articles: [],
  title: 'SO_LINGER {1, 0}: one RST whatever is pending',
  claim:
    'With SO_LINGER {1, 0} close() throws away what it has and sends an RST, and no FIN: with data unsent, with data unread and with nothing pending (socket(7), RFC 9293 section 3.10.5).',
  rule: '__tcp_close(): with unread data it sends the RST on that account, before it looks at SO_LINGER; else with l_linger 0 it calls tcp_disconnect(), which sends it. What had reached the peer before stays readable there.',
  advice: 'The peer cannot tell an abort from a crash: send the reason in the protocol before.',
  rows: (['unsent data', 'unread data', 'nothing'] as const).map((pending) => ({
    name: pending,
    given: pending,
    says: {
      sent: 'RST',
      got: pending === 'unsent data' ? ('a part' as const) : ('nothing' as const),
      read: 'ECONNRESET',
    },
  })),
  async run(lab, pending) {
    const host = lab.host();
    const capture = new Capture(host);
    const { listener, server, client } = await establish(host, smallBuffers);
    const { port } = listener.local;
    let sent = 0;
    if (pending === 'unsent data') sent = fill(server);
    if (pending === 'unread data') await arrived(server, await client.send('never read'));
    server.setOption('SO_LINGER', abortive).close();
    const { bytes, end } = await readToEnd(client);
    return { sent: endingsSent(capture, port), got: share(bytes, sent), read: end };
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `with ${name} pending it sent ${observed.sent}, and the peer read ${observed.got} and then ${observed.read}`,
      )
      .join('; '),
});

type Input =
  | 'all read'
  | 'unread'
  | 'looked at with MSG_PEEK'
  | 'unread, after shutdown(SHUT_RD)'
  | 'unread, SO_LINGER {1, 1}'
  | "only the peer's FIN";

/** What is in the receive queue when close() is called. */
async function receive(input: Input, { server, client }: Connection): Promise<void> {
  if (input === "only the peer's FIN") {
    client.shutdown('write');
    return await inState(server, 'CLOSE_WAIT');
  }
  await arrived(server, await client.send('a request'));
  if (input === 'all read') await server.recv();
  if (input === 'looked at with MSG_PEEK') {
    server.socket.tryRecv({ flags: ['MSG_PEEK'] });
    server.host.note('server.recv(MSG_PEEK)');
  }
  if (input === 'unread, after shutdown(SHUT_RD)') server.shutdown('read');
  if (input === 'unread, SO_LINGER {1, 1}') server.setOption('SO_LINGER', { on: true, seconds: 1 });
}

const inputs: readonly Input[] = [
  'all read',
  "only the peer's FIN",
  'unread',
  'looked at with MSG_PEEK',
  'unread, after shutdown(SHUT_RD)',
  'unread, SO_LINGER {1, 1}',
];

const unreadAtClose = defineCase<Input, { sent: string; answer: string }>({
  id: 'R2',
  articles: [],
  title: 'close() with received data unread',
  claim:
    'Without SO_LINGER close() sends what is queued and then FIN (close(2), socket(7)): the peer reads the whole answer and the end of the stream.',
  rule: '__tcp_close() counts what is unread in the receive queue; if there is any it calls tcp_send_active_reset() and the connection is gone, whatever SO_LINGER says (RFC 2525 section 2.17, RFC 9293 section 3.6.1). A FIN that was not read is no data.',
  advice:
    'Read to the end before you close, above all a server that answers before it has read the whole request: the RST can destroy the answer.',
  rows: inputs.map((input) => ({
    name: input,
    given: input,
    says: { sent: 'FIN', answer: 'whole, then end of stream' },
  })),
  async run(lab, input) {
    const host = lab.host();
    const capture = new Capture(host);
    const connection = await establish(host);
    const { listener, server, client } = connection;
    const { port } = listener.local;
    await receive(input, connection);
    await server.send('answer');
    server.close();
    const { bytes, end } = await readToEnd(client);
    return {
      sent: endingsSent(capture, port),
      answer: `${bytes === 'answer'.length ? 'whole' : `${bytes} bytes`}, then ${end}`,
    };
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => `close() sent ${observed.sent} and the peer read the answer ${observed.answer}`,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

/** RST where one would expect FIN. */
export const resetCases: readonly Case[] = [lingerZero, whatIsLost, abortWith, unreadAtClose];

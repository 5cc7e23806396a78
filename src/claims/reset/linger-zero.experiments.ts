import {
  arrived,
  byName,
  closingStates,
  connected,
  endingsOf,
  type Experiment,
  experiment,
  fill,
  inState,
  type LabSocket,
  outcomeAsync,
  readToEnd,
} from '../kit/index.js';

const abortive = { on: true, seconds: 0 };

/** How much of what was sent the peer could read. */
type Share = 'all' | 'a part' | 'nothing';

function share(got: number, sent: number): Share {
  if (got === 0) return 'nothing';
  return got === sent ? 'all' : 'a part';
}

type Pending = 'nothing' | 'unread data' | 'unsent data';

export const lingerZero = experiment(
  'close() with SO_LINGER {1, 0}',
  {
    name: 'linger-zero',
    about: 'The connection ends with RST at once, whatever is pending, and the peer reads ECONNRESET.',
    rule: '__tcp_close() disconnects with RST where SO_LINGER is on with time 0 (tcp_need_reset()); tcp_reset() of the peer sets its error. RFC 9293 section 3.10.5 (ABORT).',
    cases: ['R1', 'L5'],
    labels: { sent: 'sent by the server', got: 'data the peer got', read: 'then recv() of the peer' },
    variants: { nothing: 'nothing', 'unread data': 'unread data', 'unsent data': 'unsent data' } as const,
  },
  async (context, pending: Pending) => {
    const { s, c } = await connected(context, 'small');
    const sent = pending === 'unsent data' ? fill(s) : 0;
    if (pending === 'unread data') await arrived(s, await c.send('never read'));
    context.mark('close with SO_LINGER {1, 0}');
    s.setOption('SO_LINGER', abortive).close();
    const { bytes, end } = await readToEnd(c);
    return { sent: endingsOf(context.segments(), 'server'), got: share(bytes, sent), read: end };
  },
);

/** When close() is called. */
const moments = [
  'connected',
  'the peer has closed first',
  'it has shut down its sending half',
  'its TIME_WAIT is there already',
  'l_linger 0, but l_onoff 0',
] as const;
type Moment = (typeof moments)[number];

export const lingerZeroMoments = experiment(
  'SO_LINGER {1, 0} at different moments',
  {
    name: 'linger-zero-moments',
    about:
      'RST instead of FIN, and no TIME_WAIT, unless the TIME_WAIT is there before: that is another socket, out of reach of close().',
    rule: 'tcp_need_reset() says in which states close() resets. A TIME_WAIT is a socket of its own (tcp_time_wait()).',
    cases: ['L5'],
    labels: { sent: 'sent by the server', left: 'left behind' },
    variants: byName(moments),
  },
  async (context, moment: Moment) => {
    const { server, s, c } = await connected(context);
    const { local, remote } = s;
    const isHalf = moment === 'it has shut down its sending half' || moment === 'its TIME_WAIT is there already';
    if (isHalf) {
      s.shutdown('write');
      await inState(c, 'CLOSE_WAIT');
      await inState(s, 'FIN_WAIT2');
    }
    if (moment === 'the peer has closed first' || moment === 'its TIME_WAIT is there already') c.shutdown('write');
    if (moment === 'the peer has closed first') await inState(s, 'CLOSE_WAIT');
    // What is left of the socket itself: tcp_time_wait() ends it with tcp_done().
    if (moment === 'its TIME_WAIT is there already') await inState(s, 'CLOSE');
    context.mark(moment);
    s.setOption('SO_LINGER', { on: moment !== 'l_linger 0, but l_onoff 0', seconds: 0 }).close();
    await readToEnd(c);
    c.close();
    const ended = { localPort: local.port, remotePort: remote.port };
    await server.waitUntilGone({ ...ended, state: closingStates }, 'both have closed');
    const rows = server.look('what is left', ended);
    return {
      sent: endingsOf(context.segments(), 'server'),
      left: rows.map(({ state }) => state).join(', ') || 'nothing',
    };
  },
);

export interface Cost {
  readonly pending: 'not sent yet' | 'arrived, not read yet' | 'read';
  readonly linger: boolean;
}

export type Loss = {
  readonly got: Share;
  readonly read: string;
  readonly readAgain: string;
  readonly write: string;
};

/** Closes with data pending, and sees what the other end can still read and write. The buffers must be small ones. */
export async function closeWithPending(s: LabSocket, c: LabSocket, { pending, linger }: Cost): Promise<Loss> {
  const sent = pending === 'not sent yet' ? fill(s) : await s.send('x'.repeat(1000));
  if (pending === 'arrived, not read yet') await arrived(c, sent);
  const early = pending === 'read' ? (await c.recv()).length : 0;
  s.setOption('SO_LINGER', { on: linger, seconds: 0 }).close();
  const { bytes, end } = await readToEnd(c);
  const readAgain = (await readToEnd(c)).end;
  return { got: share(early + bytes, sent), read: end, readAgain, write: await outcomeAsync(() => c.send('more')) };
}

const cost = experiment(
  'What SO_LINGER {1, 0} costs',
  {
    name: 'linger-zero-cost',
    about: 'Data not sent yet is thrown away, and the peer gets an error instead of the end of the stream.',
    rule: 'tcp_disconnect() purges the send queue; tcp_reset() of the peer sets ECONNRESET, which is reported once, then read() returns 0 and write() EPIPE.',
    cases: ['L6'],
    labels: {
      got: 'data the peer got',
      read: 'then recv() of the peer',
      readAgain: 'recv() after that',
      write: 'send() of the peer',
    },
    variants: {
      'RST, data not sent yet': { pending: 'not sent yet', linger: true },
      'RST, data arrived but not read yet': { pending: 'arrived, not read yet', linger: true },
      'FIN, data not sent yet': { pending: 'not sent yet', linger: false },
    } as const,
  },
  async (context, given: Cost) => {
    const { s, c } = await connected(context, 'small');
    return await closeWithPending(s, c, given);
  },
);

export const lingerZeroExperiments: readonly Experiment[] = [lingerZero, lingerZeroMoments, cost];

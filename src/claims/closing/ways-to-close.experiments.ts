import {
  arrived,
  endingFlags,
  type Experiment,
  experiment,
  type ExperimentContext,
  fill,
  type Host,
  type LabSocket,
  lasted,
  makeBlocking,
  outcome,
  outcomeAsync,
  readToEnd,
  resultOf,
  until,
} from '../kit/index.js';

interface Call {
  readonly text: string;
  readonly shutdown?: 'read' | 'write' | 'both';
}

/** What is called: every way ends with close(). */
const calls: readonly Call[] = [
  { text: 'close()' },
  { text: 'shutdown(read), close()', shutdown: 'read' },
  { text: 'shutdown(write), close()', shutdown: 'write' },
  { text: 'shutdown(both), close()', shutdown: 'both' },
];

interface Linger {
  readonly text: string;
  /** The option is not set without. */
  readonly seconds?: number;
}

const lingers: readonly Linger[] = [{ text: 'off' }, { text: '{1, 0}', seconds: 0 }, { text: '{1, 1 s}', seconds: 1 }];

interface Pair {
  readonly closer: LabSocket;
  readonly peer: LabSocket;
}

interface Situation {
  readonly text: string;
  /** Comes about before the first call of the closer. Returns how many bytes the peer has to read. */
  readonly arrange: (pair: Pair) => number | Promise<number>;
  /** The closer's FIN is not acknowledged until the peer does something, or never. */
  readonly unanswered?: 'until the peer reads' | 'for ever';
  /** The peer has no socket any more. */
  readonly noPeer?: boolean;
}

const situations: readonly Situation[] = [
  { text: 'nothing is pending', arrange: () => 0 },
  {
    text: 'data has come and is not read',
    async arrange({ closer, peer }) {
      await arrived(closer, await peer.send('unread'));
      return 0;
    },
  },
  {
    text: 'data is not sent, since the peer does not read',
    arrange: ({ closer }) => fill(closer),
    unanswered: 'until the peer reads',
  },
  {
    text: 'the peer has vanished',
    arrange({ peer }) {
      peer.host.vanish();
      return 0;
    },
    unanswered: 'for ever',
  },
  {
    text: 'the peer has closed first',
    async arrange({ closer, peer }) {
      peer.close();
      await closer.waitForState('CLOSE_WAIT');
      return 0;
    },
    noPeer: true,
  },
];

interface Way {
  readonly call: Call;
  readonly linger: Linger;
  readonly situation: Situation;
  /** What the peer does then. */
  readonly answer: 'reads' | 'sends';
  readonly blocking: boolean;
}

/** Every combination. Whether the socket is blocking could only matter where close() may wait. */
const ways: readonly Way[] = situations.flatMap((situation) =>
  calls.flatMap((call) =>
    lingers.flatMap((linger): Way[] => {
      const way = { situation, call, linger, answer: 'reads', blocking: false } as const;
      const sends: Way[] = situation.noPeer === true ? [] : [{ ...way, answer: 'sends' }];
      const blocking: Way[] = linger.seconds === 1 ? [{ ...way, blocking: true }] : [];
      return [way, ...sends, ...blocking];
    }),
  ),
);

/** What a variant combines, for a page that puts all of them into tables. */
export interface WayFacts {
  readonly variant: string;
  readonly situation: string;
  readonly calls: string;
  readonly linger: string;
  readonly blocking: boolean;
}

function nameOf({ situation, call, linger, answer, blocking }: Way): string {
  const peer = answer === 'reads' ? [] : ['the peer sends'];
  return [situation.text, call.text, linger.text, ...peer, ...(blocking ? ['blocking'] : [])].join(' / ');
}

/** As `at once`, `after about 1 s`. */
function returned(ms: number): string {
  const took = lasted(ms);
  return took === 'at once' ? took : `after ${took}`;
}

/** The kernel leaves these as soon as the other end has answered. */
const passing: readonly string[] = ['FIN_WAIT1', 'CLOSING', 'LAST_ACK'];
/** Here a socket without a process waits for its time to run out. */
const timed: readonly string[] = ['FIN_WAIT2', 'TIME_WAIT'];

/** What a timer was started with, however busy the machine was since: times are tens of seconds here. */
function startedWith(remainingMs: number): string {
  return `${10 * Math.ceil(remainingMs / 10_000 - 0.01)} s`;
}

/** One end of the connection as its kernel lists it, as `TIME_WAIT, 60 s`. */
function stateOf(host: Host, client: number): string {
  const rows = host.sockets().filter(({ localPort, remotePort }) => localPort === client || remotePort === client);
  const [row] = rows;
  if (row === undefined) return 'no socket';
  if (row.inode !== 0 || row.timer === undefined || !timed.includes(row.state)) return row.state;
  return `${row.state}, ${startedWith(row.timer.remainingMs)}`;
}

async function atRest(host: Host, client: number): Promise<string> {
  return await until(() => {
    const state = stateOf(host, client);
    return passing.includes(state) ? undefined : state;
  }, `${host.name} at rest`);
}

const nothing = 'nothing';

function shown(flags: readonly string[]): string {
  return flags.join(', ') || nothing;
}

/** `waits` where nothing comes within the time given. */
async function waitingFor(call: () => Promise<string | number>): Promise<string> {
  const result = await resultOf(call);
  return result === 'ERR_TIMED_OUT' ? 'waits' : result;
}

/** What recv() comes to; where data is to be expected, what came and what ended it. */
async function recvOf(peer: LabSocket, pending: number, wait: { readonly timeoutMs: number }): Promise<string> {
  if (pending === 0) return await waitingFor(() => peer.recv(100, wait));
  const { bytes, end } = await readToEnd(peer);
  const share = bytes === 0 ? 'no data' : bytes === pending ? 'all data' : 'part of the data';
  return `${share}, then ${end}`;
}

/** The calls of the closer: what came of them, and how long they took. */
async function closed(closer: LabSocket, { call, situation }: Way, client: number): Promise<string> {
  const { shutdown } = call;
  let told = '';
  if (shutdown !== undefined) {
    const begin = performance.now();
    const result = outcome(() => closer.shutdown(shutdown));
    const took = returned(performance.now() - begin);
    if (result !== 'ok' || took !== 'at once') told = `shutdown() ${result} ${took}, `;
    if (situation.unanswered === undefined) await atRest(closer.host, client);
  }
  let tookMs = 0;
  const result = await outcomeAsync(async () => {
    tookMs = await closer.closeAsync();
  });
  return `${told}${result} ${returned(tookMs)}`;
}

async function closeSo({ host, mark, segments, settle }: ExperimentContext, way: Way): Promise<Record<string, string>> {
  const { situation, linger, answer, blocking } = way;
  const hosts = { closer: host('closer'), peer: host('peer') };
  const unread = situation.unanswered === 'until the peer reads';
  const listener = hosts.closer.listen({ port: 8080, ...(unread && { options: { SO_SNDBUF: 4096 } }) });
  const peer = await hosts.peer.connect(hosts.closer, 8080, {
    name: 'peer',
    ...(unread && { options: { SO_RCVBUF: 4096 } }),
  });
  const closer = await listener.accept('closer');
  const client = peer.local.port;
  const pending = await situation.arrange({ closer, peer });
  if (blocking) makeBlocking(closer);
  if (linger.seconds !== undefined) closer.setOption('SO_LINGER', { on: true, seconds: linger.seconds });
  await settle();
  const before = segments().length;

  mark(`${way.call.text} with SO_LINGER ${linger.text}`);
  const returned = await closed(closer, way, client);
  await settle();
  const look = situation.unanswered === undefined ? atRest : stateOf;
  const left = {
    sent: endingFlags(segments().slice(before), 'closer'),
    closer: await look(hosts.closer, client),
    peer: await look(hosts.peer, client),
  };
  const findings = {
    'sent by the closer': shown(left.sent),
    'close() returns': returned,
    'left at the closer': left.closer,
    'left at the peer': left.peer,
  };
  if (situation.noPeer === true) return findings;

  const wait = { timeoutMs: situation.unanswered === 'for ever' ? 50 : 5000 };
  const since = (): string => shown(endingFlags(segments().slice(before), 'closer').slice(left.sent.length));
  if (answer === 'sends') {
    mark('the peer sends');
    const first = await waitingFor(() => peer.send('hello', wait));
    await settle();
    const reply = since();
    const again = await waitingFor(() => peer.send('hello', wait));
    const recv = await recvOf(peer, pending, wait);
    const answered = reply === nothing ? '' : `, answered by ${reply}`;
    return { ...findings, 'or the peer calls send(), send(), recv()': `${first}${answered}; ${again}; ${recv}` };
  }
  mark('the peer reads, and closes');
  const first = await recvOf(peer, pending, wait);
  const sent = since();
  const again = await waitingFor(() => peer.recv(100, wait));
  peer.close();
  await settle();
  const rest = situation.unanswered === 'for ever' ? stateOf : atRest;
  const end = [await rest(hosts.peer, client), await rest(hosts.closer, client)] as const;
  return {
    ...findings,
    'the peer calls recv(), recv()': `${first}${sent === nothing ? '' : ` (${sent} is sent now)`}; ${again}`,
    'and closes; left at the closer': end[1],
    'left at the peer then': end[0],
  };
}

const waysToClose = experiment(
  'ways to close',
  {
    name: 'ways-to-close',
    about: 'close(), shutdown() and SO_LINGER in every combination, in five situations.',
    rule: '__tcp_close() sends RST where data is unread, or SO_LINGER is on with time 0 and tcp_need_reset() holds, and FIN otherwise; tcp_shutdown() looks at SEND_SHUTDOWN only. RFC 9293 section 3.6, RFC 2525 section 2.17.',
    cases: ['R3', 'R4'],
    variants: Object.fromEntries(ways.map((way) => [nameOf(way), way])),
    byNameOnly: true,
  },
  closeSo,
);

/** The facts of every variant. */
export const wayFacts: readonly WayFacts[] = ways.map((way) => ({
  variant: nameOf(way),
  situation: way.situation.text,
  calls: way.call.text,
  linger: way.linger.text,
  blocking: way.blocking,
}));

export const waysToCloseExperiments: readonly Experiment[] = [waysToClose];

import { type SocketRow, TimeoutError } from '../../index.js';
import {
  acceptedEarly,
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  establish,
  fate,
  following,
  type LabSocket,
  listed,
  outcome,
  type Stage,
  standing,
  statesOn,
  until,
} from '../kit/index.js';

const port = 8080;

type Side = 'active' | 'passive';

/** The states the server's end passes through. Its FIN is lost at first, so that the state before the ACK can be seen. */
async function path(stage: Stage, side: Side): Promise<readonly string[]> {
  const [host, peer] = stage.pair();
  const { listener, server, client } = await establish(host, { at: { port }, clientHost: peer });
  listener.close();
  const seen = ['ESTABLISHED'];
  const next = async (): Promise<void> => {
    const state = await following(host, port, seen.at(-1) ?? '', "the server's end");
    seen.push(state === 'nothing' ? 'CLOSED' : state);
  };
  if (side === 'passive') {
    client.close();
    await next();
  }
  host.mute(peer);
  server.close();
  await next();
  host.unmute(peer);
  await next();
  if (side === 'active') {
    client.close();
    await next();
  }
  return seen.slice(1);
}

const paths = defineCase<Side, readonly string[]>({
  id: 'A3',
  articles: ['003'],
  title: 'The states of closing, on either side',
  claim:
    'The side that closes first passes FIN_WAIT1, FIN_WAIT2 and TIME_WAIT, the other CLOSE_WAIT and LAST_ACK, until both are CLOSED.',
  rule: 'tcp_close_state() and tcp_fin() in net/ipv4; RFC 9293 section 3.3.2. That TIME_WAIT ends in CLOSED after 60 s is left to the case that waits for it.',
  advice:
    'A socket that stays in FIN_WAIT1 or LAST_ACK has a peer that does not answer; one in FIN_WAIT2 has a peer that does not close; one in CLOSE_WAIT is your own to close.',
  rows: [
    { name: 'the side that closes first', given: 'active', says: ['FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'] },
    { name: 'the other side', given: 'passive', says: ['CLOSE_WAIT', 'LAST_ACK', 'CLOSED'] },
  ],
  run: path,
  because: (rows) => rows.map(({ name, observed }) => `${name} passes ${listed(observed)}`).join('; '),
});

type Crossing = 'the FINs cross' | 'one after the other';

const crossing = defineCase<Crossing, string>({
  id: 'A4',
  articles: ['003'],
  title: 'CLOSING',
  claim: 'CLOSING comes from both sides closing at the same time.',
  rule: 'tcp_fin(): a FIN that arrives in FIN_WAIT1, so before the own one is acknowledged, leads to CLOSING; in FIN_WAIT2 to TIME_WAIT. RFC 9293 section 3.6, figure 13.',
  advice: 'Rare and short, unless the ACK is lost. Both sides end in TIME_WAIT then.',
  rows: [
    { name: 'the FINs cross', given: 'the FINs cross', says: 'CLOSING' },
    { name: 'one FIN comes after the other', given: 'one after the other', says: 'TIME_WAIT' },
  ],
  async run(stage, how) {
    const [host, peer] = stage.pair();
    const { listener, server, client } = await establish(host, { at: { port }, clientHost: peer });
    listener.close();
    // The server's FIN has not arrived when the client sends its own: the same as if they had met on the way.
    if (how === 'the FINs cross') host.mute(peer);
    server.close();
    if (how === 'one after the other') await standing(host, port, ['FIN_WAIT2'], 'the FIN is acknowledged');
    client.close();
    return await standing(host, port, ['CLOSING', 'TIME_WAIT'], 'both have closed');
  },
  because: (rows) => rows.map(({ name, observed }) => `when ${name}, the server's end is in ${observed}`).join('; '),
});

type LastFin = 'the last FIN is lost, and arrives in the end' | 'the last ACK has not come yet';

interface LastCloser {
  readonly [what: string]: string | boolean;
  readonly whileLost: string;
  readonly sentAgain: boolean;
  readonly after: string;
  readonly bind: string;
}

/** The end of the side that closes last, and whether its port can be bound then. */
async function closeLast(stage: Stage, given: LastFin): Promise<LastCloser> {
  const [host, peer] = stage.pair();
  const { listener, server, client } = await establish(host, { at: { port }, clientHost: peer });
  listener.close();
  client.close();
  await standing(host, port, ['CLOSE_WAIT'], 'the client has closed');
  host.mute(peer);
  server.close();
  const rows = (): SocketRow[] => host.sockets({ localPort: port });
  const whileLost = await standing(host, port, ['LAST_ACK'], 'while the FIN is lost');
  const sentAgain = await comesTrue(() => (rows()[0]?.timer?.retransmits ?? 0) > 0, 'the FIN is sent again');
  if (given !== 'the last ACK has not come yet') {
    host.unmute(peer);
    await comesTrue(() => rows().length === 0, 'the FIN has arrived');
  }
  return {
    whileLost,
    sentAgain,
    after: statesOn(host, port),
    bind: outcome(() => host.open({ name: 'restarted' }).bind({ address: host.A, port })),
  };
}

const lastFin = defineCase<LastFin, LastCloser>({
  id: 'A9',
  articles: ['003'],
  title: 'The FIN of the side that closes last',
  claim: 'The side that closes last needs no 2MSL: if its FIN is lost it is sent again, until it is acknowledged.',
  rule: 'tcp_retransmit_timer() in LAST_ACK; tcp_rcv_state_process() frees the socket when the FIN is acknowledged. Until then it is in the bucket of its port, and inet_bind_conflict() sees it there. An orphan gives up after tcp_orphan_retries.',
  advice:
    'Many LAST_ACK are peers that are gone: tcp_orphan_retries bounds how long they are kept. Until then they hold their port, as TIME_WAIT would: set SO_REUSEADDR on the side that closes last as well.',
  rows: [
    {
      name: 'the last FIN is lost and arrives in the end',
      given: 'the last FIN is lost, and arrives in the end',
      says: { whileLost: 'LAST_ACK', sentAgain: true, after: 'nothing', bind: 'ok' },
    },
    {
      name: 'the last ACK has not come yet',
      given: 'the last ACK has not come yet',
      says: { whileLost: 'LAST_ACK', sentAgain: true },
    },
  ],
  run: closeLast,
  because: (rows) =>
    rows
      .map(
        ({ name, observed: { whileLost, sentAgain, after, bind } }) =>
          `when ${name}, the side that closes last is in ${whileLost}, its FIN is ${sentAgain ? '' : 'not '}sent again, and then ${after} is left, so that a bind ${fate(bind)}`,
      )
      .join('; '),
});

type Remedy = 'SO_REUSEADDR' | 'wait for 2MSL' | 'the client closes first';

interface Up {
  readonly [what: string]: string | boolean;
  readonly isUp: boolean;
  readonly after: string;
}

async function untilUp(stage: Stage, remedy: Remedy): Promise<Up> {
  const host = stage.alone();
  const options = remedy === 'SO_REUSEADDR' ? { SO_REUSEADDR: true } : {};
  const { listener, server, client } = await establish(host, { at: { port }, options });
  await (remedy === 'the client closes first' ? closeInOrder(client, server) : closeInOrder(server, client));
  listener.close();
  const begin = performance.now();
  const tryAgain = (): true | undefined =>
    start(host.open({ name: 'restarted', options })) === 'ok' ? true : undefined;
  try {
    await until(tryAgain, 'the server is up again', { deadlineMs: 70_000, signal: stage.signal });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return { isUp: false, after: 'not within 70 s' };
  }
  const seconds = (performance.now() - begin) / 1000;
  stage.note('up again', `after ${seconds.toFixed(2)} s`, host.name);
  if (seconds < 1) return { isUp: true, after: 'at once' };
  return { isUp: true, after: seconds > 55 && seconds < 66 ? 'after about 60 s' : `after ${seconds.toFixed(1)} s` };
}

/** bind and listen; a socket that was refused is closed, for a minute of them would use up the descriptors. */
function start(socket: LabSocket): string {
  const said = outcome(() => socket.bind({ address: socket.host.A, port }).listen());
  if (said !== 'ok') socket.close();
  return said;
}

const remedies = defineCase<Remedy, Up>({
  id: 'A10',
  articles: ['003'],
  title: 'Three remedies, measured',
  claim: 'Three things help: SO_REUSEADDR, letting the client close first, and waiting for 2MSL.',
  rule: 'TCP_TIMEWAIT_LEN is 60 s (include/net/tcp.h), a constant; the other two leave nothing to wait for.',
  advice: 'SO_REUSEADDR on every start. It costs nothing and depends on nobody.',
  slow: true,
  rows: [
    { name: 'with SO_REUSEADDR', given: 'SO_REUSEADDR', says: { isUp: true, after: 'at once' } },
    {
      name: 'where the client closed first',
      given: 'the client closes first',
      says: { isUp: true, after: 'at once' },
    },
    // How long that is the article leaves to the system.
    { name: 'by waiting alone', given: 'wait for 2MSL', says: { isUp: true } },
  ],
  run: untilUp,
  because: (rows) =>
    `the server is up again ${rows.map(({ name, observed }) => `${observed.after} ${name}`).join('; ')}`,
});

const maximumSegmentLifetime = defineCase<null, string>({
  id: 'A11',
  articles: ['003'],
  title: 'The MSL of this kernel',
  claim: 'The MSL is two minutes by RFC 793, and TIME_WAIT waits for two of them.',
  rule: 'RFC 9293 section 3.4.2, as RFC 793 before it, takes the MSL to be two minutes and calls that "an engineering choice". Linux knows no MSL: TCP_TIMEWAIT_LEN in include/net/tcp.h is 60 s, a constant that no sysctl changes.',
  advice: 'Reckon with a minute on Linux. tcp_fin_timeout, often named for it, is about FIN_WAIT2.',
  onLoopback: true,
  rows: [{ name: 'half of TIME_WAIT, which is the MSL of this kernel', given: null, says: 'about 120 s' }],
  async run(stage) {
    const host = stage.alone();
    const { server, client } = await establish(host);
    const { port: remotePort } = client.local;
    await closeInOrder(server, client);
    const { timer } = await host.waitFor({ remotePort, state: 'TIME_WAIT' }, 'its timer');
    // Read a moment after it began.
    return timer?.kind === 'time-wait' ? `about ${Math.round(timer.remainingMs / 10_000) * 5} s` : 'no timer';
  },
  because: (rows) => rows.map(({ observed }) => `half of the time a TIME_WAIT is kept is ${observed}`).join('; '),
});

interface ClosedAtOnce {
  readonly accepted: string;
  readonly closed: string;
  readonly [key: string]: string;
}

type Handshake = 'with a whole handshake' | 'with TCP_FASTOPEN';

const closedAtOnce = defineCase<Handshake, ClosedAtOnce>({
  id: 'A12',
  articles: ['003'],
  title: 'A server that closes as soon as it has accepted',
  claim: 'A server that closes as soon as it has accepted goes from SYN_RECV to FIN_WAIT1 directly.',
  rule: 'accept(2) returns what has finished its handshake, so it is in ESTABLISHED. Only with TCP Fast Open is a socket handed out in SYN_RECV, on the data of the SYN (tcp_try_fastopen(), RFC 7413 section 4.2).',
  advice:
    'A server that refuses by accepting and closing is the active closer, and keeps a TIME_WAIT for every connection refused, unless the client has sent what nobody read: then it is an RST.',
  rows: (['with a whole handshake', 'with TCP_FASTOPEN'] as const).map((handshake) => ({
    name: `accepted ${handshake}`,
    given: handshake,
    says: { accepted: 'SYN_RECV', closed: 'FIN_WAIT1' },
  })),
  async run(stage, handshake) {
    const [host, peer] = stage.pair();
    let server: LabSocket;
    if (handshake === 'with TCP_FASTOPEN') {
      server = await acceptedEarly({ host, peer, options: {} });
    } else {
      const connection = await establish(host, { at: { port }, clientHost: peer });
      connection.listener.close();
      server = connection.server;
      // The FIN is lost, so that the state it leaves can be looked at.
      host.mute(peer);
    }
    const accepted = server.state;
    server.close();
    return { accepted, closed: await following(host, port, accepted, 'closed at once') };
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `a connection ${name} is in ${observed.accepted}, and after close() in ${observed.closed}`,
      )
      .join('; '),
});

/** The way through the closing states, and how long it takes. */
export const closingPathsCases: readonly Case[] = [
  paths,
  crossing,
  lastFin,
  remedies,
  maximumSegmentLifetime,
  closedAtOnce,
];

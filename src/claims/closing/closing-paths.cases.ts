import { type SocketRow, TimeoutError } from '../../index.js';
import {
  acceptedEarly,
  overIPv4,
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  establish,
  following,
  type LabSocket,
  outcome,
  type Stage,
  standing,
  statesOn,
  until,
  setIfThere,
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
  rules: ['closing-states'],
  advice:
    'Read the state to see whose turn it is: in FIN_WAIT1 or LAST_ACK the peer does not answer, in FIN_WAIT2 the peer does not close, in CLOSE_WAIT your own program has to close.',
  rows: [
    { name: 'the side that closes first', given: 'active', says: ['FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'] },
    { name: 'the other side', given: 'passive', says: ['CLOSE_WAIT', 'LAST_ACK', 'CLOSED'] },
  ],
  run: path,
  laws: [
    {
      text: 'The side that closes first passes FIN_WAIT1, FIN_WAIT2 and TIME_WAIT. The other side passes CLOSE_WAIT and LAST_ACK, and is then CLOSED.',
      rows: (side) =>
        side === 'active' ? ['FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'] : ['CLOSE_WAIT', 'LAST_ACK', 'CLOSED'],
    },
  ],
});

type Crossing = 'the FINs cross' | 'one after the other';

const crossing = defineCase<Crossing, string>({
  id: 'A4',
  articles: ['003'],
  title: 'CLOSING',
  claim: 'CLOSING comes from both sides closing at the same time.',
  rules: ['closing-crossed', 'first-fin-time-wait'],
  advice: 'Do nothing: CLOSING is rare and short, unless the ACK is lost. Expect a TIME_WAIT on both sides after it.',
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
  laws: [
    {
      text: 'CLOSING comes from FINs that cross. If one FIN comes after the other, the side of the first is in TIME_WAIT instead.',
      rows: (how) => (how === 'the FINs cross' ? 'CLOSING' : 'TIME_WAIT'),
    },
  ],
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
  rules: ['last-closer-done', 'held-by-closing-connection'],
  advice:
    'Set SO_REUSEADDR on the side that closes last as well: LAST_ACK holds its port, as TIME_WAIT would. If there are many LAST_ACK, their peers are gone: lower tcp_orphan_retries.',
  labels: {
    whileLost: 'while the FIN is lost',
    sentAgain: 'FIN sent again',
    after: 'left in the end',
    bind: 'bind() then',
  },
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
  laws: [
    {
      text: 'The side that closes last stays in LAST_ACK and repeats its FIN until the ACK arrives; then nothing is left and its port is free. Until then bind() fails with EADDRINUSE.',
      rows: {
        'the last FIN is lost and arrives in the end': {
          whileLost: 'LAST_ACK',
          sentAgain: true,
          after: 'nothing',
          bind: 'ok',
        },
        'the last ACK has not come yet': {
          whileLost: 'LAST_ACK',
          sentAgain: true,
          after: 'LAST_ACK',
          bind: 'EADDRINUSE',
        },
      },
    },
  ],
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
  let tries = 0;
  function tryAgain(): true | undefined {
    tries++;
    return start(host.open({ name: 'restarted', options })) === 'ok' ? true : undefined;
  }
  try {
    await until(tryAgain, 'the server is up again', { deadlineMs: 70_000, signal: stage.signal });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return { isUp: false, after: 'not within 70 s' };
  }
  const seconds = (performance.now() - begin) / 1000;
  stage.note('up again', `after ${seconds.toFixed(2)} s`, host.name);
  // The first try, however late a busy machine came to it.
  if (tries === 1) return { isUp: true, after: 'at once' };
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
  rules: ['reuseaddr-shared', 'last-closer-done', 'time-wait-60s'],
  advice: 'Set SO_REUSEADDR on every start. It costs nothing and depends on nobody.',
  labels: { isUp: 'up again', after: 'when' },
  waitsFor: '60 s for TIME_WAIT to expire',
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
  laws: [
    {
      text: 'All three help. With SO_REUSEADDR, or if the client closes first, the server is up again at once. By waiting alone it is up again after 60 s.',
      rows: (remedy) => ({ isUp: true, after: remedy === 'wait for 2MSL' ? 'after about 60 s' : 'at once' }),
    },
  ],
});

const lengthSysctl = 'net.ipv4.tcp_tw_timeout';
const noLengthSysctl = 'this kernel has no such parameter';
/** Another namespace's sysctls are not ours to set. */
const notTried = 'not tried without a namespace';

/** To the nearest ten seconds: the timer is read a moment after it began. */
function length(timer: SocketRow['timer']): string {
  return timer?.kind === 'time-wait' ? `about ${Math.round(timer.remainingMs / 10_000) * 10} s` : 'no timer';
}

const maximumSegmentLifetime = defineCase<'as it is' | 'set to 20 s', string>({
  id: 'A11',
  articles: ['003'],
  title: 'The MSL of this kernel',
  claim: 'RFC 793 takes the MSL to be two minutes, and TIME_WAIT waits for two of them.',
  rules: ['time-wait-60s'],
  advice:
    'Expect one minute on Linux, or what net.ipv4.tcp_tw_timeout says where there is one (Alibaba Cloud Linux). Do not tune tcp_fin_timeout for it: that is about FIN_WAIT2.',
  onLoopback: true,
  rows: [
    { name: 'TIME_WAIT on this kernel, twice the MSL', given: 'as it is', says: 'about 240 s' },
    // That the kernel could be told the article does not say.
    { name: `${lengthSysctl} 20`, given: 'set to 20 s' },
  ],
  async run(stage, how) {
    const host = stage.alone();
    if (how === 'set to 20 s') {
      if (host.namespace === undefined) return notTried;
      if (!setIfThere(host, lengthSysctl, 20)) return noLengthSysctl;
    }
    const { server, client } = await establish(host);
    const { port: remotePort } = client.local;
    await closeInOrder(server, client);
    const { timer } = await host.waitFor({ remotePort, state: 'TIME_WAIT' }, 'its timer');
    return length(timer);
  },
  laws: [
    {
      text: 'The standard sets the MSL to two minutes. On Linux TIME_WAIT lasts 60 s, as if the MSL were 30 s, and mainline Linux has no parameter to change it.',
      rows: (how) => (how === 'as it is' ? 'about 60 s' : noLengthSysctl),
    },
    {
      text: 'The standard takes the MSL to be two minutes. This Linux does not: TIME_WAIT lasts 60 s, or as long as net.ipv4.tcp_tw_timeout says.',
      rows: (how) => (how === 'as it is' ? 'about 60 s' : 'about 20 s'),
    },
    {
      text: 'The standard sets the MSL to two minutes. On Linux TIME_WAIT lasts 60 s, as if the MSL were 30 s.',
      rows: (how) => (how === 'as it is' ? 'about 60 s' : notTried),
    },
    {
      text: 'TIME_WAIT lasts for two MSL of the standard, four minutes.',
      rows: (how) => (how === 'as it is' ? 'about 240 s' : noLengthSysctl),
    },
  ],
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
  rules: ['accept-after-handshake'],
  advice:
    'Do not refuse clients by accepting and closing: the server is then the active closer, and keeps a TIME_WAIT for every connection that it refused.',
  labels: { accepted: 'once accepted', closed: 'after close()' },
  rows: (['with a whole handshake', 'with TCP_FASTOPEN'] as const).map((handshake) => ({
    name: `accepted ${handshake}`,
    given: handshake,
    says: { accepted: 'SYN_RECV', closed: 'FIN_WAIT1' },
  })),
  async run(stage, handshake) {
    const [host, peer] = stage.pair();
    let server: LabSocket;
    if (handshake === 'with TCP_FASTOPEN') {
      server = await acceptedEarly(overIPv4(host, peer));
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
  laws: [
    {
      text: 'A server that closes at once goes from ESTABLISHED to FIN_WAIT1: accept() returns a connection only after its handshake. Only with TCP_FASTOPEN does it go from SYN_RECV to FIN_WAIT1.',
      rows: (handshake) => ({
        accepted: handshake === 'with TCP_FASTOPEN' ? 'SYN_RECV' : 'ESTABLISHED',
        closed: 'FIN_WAIT1',
      }),
    },
    {
      text: 'A server that closes at once goes from SYN_RECV to FIN_WAIT1.',
      rows: () => ({ accepted: 'SYN_RECV', closed: 'FIN_WAIT1' }),
    },
  ],
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

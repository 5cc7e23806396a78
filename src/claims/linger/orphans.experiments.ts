import type { SocketRow } from '../../index.js';
import {
  abandon,
  about,
  endingsOf,
  type Experiment,
  experiment,
  type Host,
  type LabSocket,
  resultOf,
  type Stage,
  until,
} from '../kit/index.js';

/** From the timer just after it was started, with its kind if it is not the one that ends the socket. */
function timerOf({ timer }: SocketRow): string {
  if (timer === undefined) return 'for ever, as no timer runs';
  return `${about(timer.remainingMs, [1, 10, 30, 60])}${timer.kind === 'time-wait' ? '' : ' and then another timer'}`;
}

/** A jiffy of the slowest kernel, and what reading a timer takes. */
const doubtMs = 20;

/** A timer of whole seconds, from what was left of it when a busy machine came to look. */
function startedWith({ timer }: SocketRow): number {
  return timer === undefined ? Number.POSITIVE_INFINITY : Math.ceil((timer.remainingMs - doubtMs) / 1000);
}

/** The timers of a socket, one after the other, each from when it was started: the last is that of a minisocket. */
async function timersOf(server: Host, row: SocketRow): Promise<SocketRow[]> {
  if (row.timer?.kind === 'time-wait') return [row];
  const isMini = ({ timer }: SocketRow): boolean => timer?.kind === 'time-wait';
  const deadlineMs = (row.timer?.remainingMs ?? 0) + 5000;
  const find = (): SocketRow | undefined => server.sockets({ remotePort: row.remotePort }).find(isMini);
  return [row, await until(find, 'the minisocket', { deadlineMs })];
}

/** How long a socket lasts, by its timers. When it is found gone is later on a busy machine, but never before. */
async function lifetimeOf(server: Host, row: SocketRow, beginMs: number): Promise<string> {
  const timers = await timersOf(server, row);
  await server.waitUntilGone({ remotePort: row.remotePort }, 'it is gone');
  const leastMs = timers.reduce((sum, { timer }) => sum + (timer?.remainingMs ?? 0) - doubtMs, 0);
  if (performance.now() - beginMs < leastMs) return 'less than its timers say';
  return `about ${timers.reduce((sum, timer) => sum + startedWith(timer), 0)} s`;
}

interface Lifetime {
  readonly finTimeout?: number;
  readonly linger2?: number;
  /** Above it the timer is only read. */
  readonly isShort: boolean;
}

/** A server closes, its client never does. Returns what is left of the server's end, and its client. */
async function leaveBehind(
  [server, client]: readonly [Host, Host],
  linger2: number | undefined,
): Promise<{ readonly c: LabSocket; readonly reads: number; readonly row: SocketRow; readonly beginMs: number }> {
  const listener = server.listen(8080);
  const c = await client.connect(server, 8080);
  const s = await listener.accept('server');
  if (linger2 !== undefined) s.setOption('TCP_LINGER2', linger2);
  const reads = s.getOption('TCP_LINGER2');
  await abandon(s);
  const beginMs = performance.now();
  const row = await server.waitFor({ remotePort: c.local.port, state: 'FIN_WAIT2' }, 'nobody holds it');
  return { c, reads, row, beginMs };
}

/** By both timers of a time above 60 s: the second is read when it starts, so that this takes as long as the first. */
export async function longOrphan(stage: Stage, linger2: number): Promise<{ reads: number; lasts: string }> {
  const [server, client] = stage.pair();
  const { reads, row } = await leaveBehind([server, client], linger2);
  const timers = await timersOf(server, row);
  server.look('the second timer', { remotePort: row.remotePort });
  const sumMs = timers.reduce((sum, { timer }) => sum + (timer?.remainingMs ?? 0), 0);
  return { reads, lasts: about(sumMs, [20, 60, 120]) };
}

/** A server closes, its client never does: what the kernel keeps of the connection, and for how long. */
export const orphanLifetime = experiment<Lifetime>(
  'FIN_WAIT2 of a closed socket',
  {
    name: 'orphan-lifetime',
    about:
      'Nobody holds the socket and the peer does not close: after tcp_fin_timeout, or TCP_LINGER2, it is gone and a late FIN meets RST.',
    rule: 'tcp_fin_time() takes TCP_LINGER2 or the sysctl. Of more than 60 s only what exceeds them counts, twice: the full socket waits so long by its keepalive timer, and then a minisocket does (tcp_keepalive_timer() passes tcp_fin_time() - TCP_TIMEWAIT_LEN to tcp_time_wait()). 61 s make 2 s. Values above 120 s are cut (TCP_FIN_TIMEOUT_MAX). Where the ACK of the FIN comes while close(2) still holds the socket, the full socket stays for times below 60 s too, and ends with RST: the server shuts down first, so that it does not.',
    cases: ['R10'],
    labels: { reads: 'TCP_LINGER2 reads', lasts: 'FIN_WAIT2 lasts', server: 'sent by the server' },
    variants: {
      'TCP_LINGER2 1': { linger2: 1, isShort: true },
      'TCP_LINGER2 61': { linger2: 61, isShort: true },
      'TCP_LINGER2 70': { linger2: 70, isShort: false },
      'TCP_LINGER2 90': { linger2: 90, isShort: false },
      'TCP_LINGER2 300': { linger2: 300, isShort: false },
      'tcp_fin_timeout 1': { finTimeout: 1, isShort: true },
      default: { isShort: false },
    },
  },
  async ({ host, mark, segments }, { finTimeout, linger2, isShort }) => {
    const [server, client] = [host('server'), host('client')];
    if (finTimeout !== undefined) server.setSysctl('net.ipv4.tcp_fin_timeout', finTimeout);
    const { c, reads, row, beginMs } = await leaveBehind([server, client], linger2);
    if (!isShort) return { reads, lasts: timerOf(row) };
    const lasts = await lifetimeOf(server, row, beginMs);
    mark('the client closes at last');
    c.close();
    await c.waitForState('CLOSED');
    return { reads, lasts, server: endingsOf(segments(), 'server') };
  },
);

/** The same while the process keeps the descriptor. */
export const heldFinWait2 = experiment(
  'FIN_WAIT2 of a socket that is still open',
  {
    name: 'held-fin-wait-2',
    about:
      'After shutdown(SHUT_WR) no timer runs, whatever TCP_LINGER2 says: the socket waits for ever, and can still read.',
    rule: 'tcp_rcv_state_process() starts the timer of FIN_WAIT2 only for a socket that is SOCK_DEAD, which close(2) makes of it.',
    cases: ['R10'],
    labels: { reads: 'TCP_LINGER2 reads', lasts: 'FIN_WAIT2 lasts', recv: 'recv() of late data' },
  },
  async ({ host, mark }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    s.setOption('TCP_LINGER2', 1);
    const reads = s.getOption('TCP_LINGER2');
    s.shutdown('write');
    const row = await server.waitFor({ remotePort: c.local.port, state: 'FIN_WAIT2' }, 'the FIN is acknowledged');
    mark('no timer runs');
    await c.send('late, but welcome');
    return { reads, lasts: timerOf(row), recv: await resultOf(() => s.recv()) };
  },
);

/** A negative time. */
export const negativeLinger2 = experiment(
  'close() with TCP_LINGER2 -1',
  {
    name: 'negative-linger2',
    about: 'There is no FIN_WAIT2: an RST follows the FIN at once.',
    rule: '__tcp_close() sends RST where the socket has reached FIN_WAIT2 and linger2 is negative; tcp_rcv_state_process() does so where the ACK of the FIN comes later.',
    cases: ['R10'],
    labels: {
      reads: 'TCP_LINGER2 reads',
      lasts: 'FIN_WAIT2 lasts',
      sent: 'sent by the server',
      send: 'send() of the peer',
    },
  },
  async ({ host, segments }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    s.setOption('TCP_LINGER2', -1);
    const reads = s.getOption('TCP_LINGER2');
    const remotePort = c.local.port;
    s.close();
    await server.waitUntilGone({ remotePort, state: 'FIN_WAIT1' }, 'the FIN is acknowledged');
    const [row] = server.sockets({ remotePort });
    await c.waitForState('CLOSED');
    return {
      reads,
      lasts: row === undefined ? 'nothing is left' : timerOf(row),
      sent: endingsOf(segments(), 'server'),
      send: await resultOf(() => c.send('x')),
    };
  },
);

export const orphansExperiments: readonly Experiment[] = [orphanLifetime, heldFinWait2, negativeLinger2];

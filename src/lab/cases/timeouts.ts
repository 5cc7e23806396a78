import type { OptionValues, SocketRow } from '../../index.js';
import { type Case, defineCase } from '../case.js';
import { type Connection, establish } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { inState, readToEnd } from '../peer-view.js';
import { until } from '../until.js';

type Orphan =
  | 'default'
  | 'tcp_fin_timeout 1'
  | 'TCP_LINGER2 1'
  | 'TCP_LINGER2 61'
  | 'TCP_LINGER2 300'
  | 'TCP_LINGER2 1, the process keeps the socket'
  | 'TCP_LINGER2 -1';

type Kept = { readonly reads: number; readonly lasts: string };

/** From the timer just after it was started, with its kind if it is not the one that ends the socket. */
function timerOf({ timer }: SocketRow): string {
  if (timer === undefined) return 'for ever, as no timer runs';
  const seconds = timer.remainingMs / 1000;
  const near = [1, 60].find((length) => seconds <= length && seconds > length * 0.8 - 0.7);
  return `${near === undefined ? seconds.toFixed(1) : `about ${near}`} s${timer.kind === 'time-wait' ? '' : ` and then another timer`}`;
}

function secondsOf(orphan: Orphan): number | undefined {
  const value = /TCP_LINGER2 (-?\d+)/.exec(orphan)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Ends the server's side first, and reads how long the kernel means to wait for the FIN of the client; the short ones it waits for. */
async function orphaned(lab: Lab, orphan: Orphan): Promise<Kept> {
  const host = lab.host();
  if (orphan === 'tcp_fin_timeout 1') host.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  const { server, client } = await establish(host);
  const ends = { localPort: server.local.port, remotePort: client.local.port };
  const seconds = secondsOf(orphan);
  if (seconds !== undefined) server.setOption('TCP_LINGER2', seconds);
  const reads = server.getOption('TCP_LINGER2');
  const begin = performance.now();
  if (orphan.endsWith('keeps the socket')) server.shutdown('write');
  else server.close();
  await inState(client, 'CLOSE_WAIT');
  // The ACK of the FIN may still be on its way.
  await host.waitUntilGone({ ...ends, state: 'FIN_WAIT1' }, 'the FIN is acknowledged');
  const [row] = host.look("the socket without a peer's FIN", ends);
  if (row === undefined) return { reads, lasts: 'nothing is left' };
  if (orphan !== 'TCP_LINGER2 1' && orphan !== 'TCP_LINGER2 61') return { reads, lasts: timerOf(row) };
  await host.waitUntilGone(ends, 'it is gone');
  return { reads, lasts: rounded(performance.now() - begin) };
}

/** Timers are never early, and a busy machine is late. */
function rounded(ms: number): string {
  return `about ${Math.floor(ms / 1000 + 0.1)} s`;
}

const orphanTime = defineCase<Orphan, Kept>({
  id: 'R10',
  articles: [],
  title: 'TCP_LINGER2: how long FIN_WAIT2 lasts when nobody holds it',
  claim:
    'TCP_LINGER2 is the lifetime in seconds of an orphaned FIN_WAIT2 socket, in place of tcp_fin_timeout (tcp(7)).',
  rule: 'tcp_fin_time() takes the option or the sysctl; do_tcp_setsockopt() cuts it to TCP_FIN_TIMEOUT_MAX, 120 s. Above 60 s the full socket waits for what is above by its keepalive timer, and then the minisocket not for 60 s but for as long again (tcp_keepalive_timer() passes tcp_fin_time() - TCP_TIMEWAIT_LEN to tcp_time_wait()). A negative value resets at once (__tcp_close()).',
  advice:
    "Lower tcp_fin_timeout or this option where peers forget to close, and do not set either above 60: 61 s last 2 s. A negative value makes close() an abort. A socket that is still open needs a timeout of the program's own.",
  sideBySide: true,
  rows: (
    [
      ['default', 60],
      ['tcp_fin_timeout 1', 1],
      ['TCP_LINGER2 1', 1],
      ['TCP_LINGER2 61', 61],
      ['TCP_LINGER2 300', 300],
      ['TCP_LINGER2 1, the process keeps the socket', 1],
    ] as const
  )
    .map(([name, seconds]): { name: Orphan; given: Orphan; says: Kept } => ({
      name,
      given: name,
      says: { reads: seconds, lasts: `about ${seconds} s` },
    }))
    .concat([{ name: 'TCP_LINGER2 -1', given: 'TCP_LINGER2 -1', says: { reads: -1, lasts: 'nothing is left' } }]),
  run: orphaned,
  because: (rows) =>
    rows
      .map(
        ({ name, observed: { reads, lasts } }) =>
          `${name}: it reads ${reads}, ${lasts === 'nothing is left' ? lasts : `FIN_WAIT2 lasts ${lasts}`}`,
      )
      .join('; '),
});

type Watch = { readonly options: OptionValues; readonly data: boolean; readonly limitMs: number };
type Noticed = { readonly error: string; readonly after: string };

const keepalive = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 1 };
const userTimeout = { TCP_USER_TIMEOUT: 300 };

/** A timer may be late by what a busy machine takes; twice the time is another thing. */
function punctual(ms: number, limitMs: number): string {
  if (ms <= limitMs * 1.25) return 'in time';
  return ms >= limitMs * 2 ? 'after more than twice the time' : 'late';
}

const inTime: Noticed = { error: 'ETIMEDOUT', after: 'in time' };
const notNoticed: Noticed = { error: 'none', after: 'it is still ESTABLISHED' };

/** Which of the kernel's timers is to notice; without one the connection stays for ever. */
function timerRuns(host: Host, server: LabSocket): boolean {
  const [row] = host.look('the timer of the connection', { localPort: server.local.port, state: 'ESTABLISHED' });
  return row?.timer !== undefined;
}

async function notice({ server }: Connection, { data, options, limitMs }: Watch): Promise<Noticed> {
  const begin = performance.now();
  if (data) await server.send('anyone there?');
  if (!timerRuns(server.host, server)) return notNoticed;
  if (data && options === keepalive) {
    // Two seconds are over for keepalive once nothing has been heard for longer.
    await until(
      () => (server.socket.getOption('TCP_INFO').lastAckRecvMs > 2300 ? true : undefined),
      'more than 2 s of silence',
    );
    timerRuns(server.host, server);
    if (server.state === 'ESTABLISHED') return notNoticed;
  }
  const { end } = await readToEnd(server);
  return { error: end, after: punctual(performance.now() - begin, limitMs) };
}

const vanished = defineCase<Watch, Noticed>({
  id: 'R11',
  articles: [],
  title: 'A peer that vanished: TCP_USER_TIMEOUT and keepalive',
  claim:
    'TCP_USER_TIMEOUT, and keepalive, notice a peer that vanished within the time that is set, and the next call fails with ETIMEDOUT (tcp(7)).',
  rule: 'tcp_write_timeout() applies TCP_USER_TIMEOUT to data without an ACK only, so on an idle connection nothing runs, and it counts from the first retransmission, not from the send (retransmits_timed_out(), tcp_clamp_rto_to_user_timeout()). tcp_keepalive_timer() sends no probe while data is in flight: then retransmission counts, up to tcp_retries2 (15 times, about 15 minutes). Both end in tcp_write_err().',
  advice:
    'Set both: keepalive for idle connections, TCP_USER_TIMEOUT for those with data on its way, and the same total for the two.',
  sideBySide: true,
  rows: [
    {
      name: 'TCP_USER_TIMEOUT 300 ms, data on its way',
      given: { options: userTimeout, data: true, limitMs: 300 },
      says: inTime,
    },
    { name: 'TCP_USER_TIMEOUT 300 ms, idle', given: { options: userTimeout, data: false, limitMs: 300 }, says: inTime },
    { name: 'keepalive 1 s + 1 s, idle', given: { options: keepalive, data: false, limitMs: 2000 }, says: inTime },
    {
      name: 'keepalive 1 s + 1 s, data on its way',
      given: { options: keepalive, data: true, limitMs: 2000 },
      says: inTime,
    },
    { name: 'neither, idle', given: { options: {}, data: false, limitMs: Number.POSITIVE_INFINITY }, says: notNoticed },
  ],
  async run(lab, watch) {
    const [serverHost, clientHost] = lab.pair();
    const connection = await establish(serverHost, { clientHost, options: watch.options });
    clientHost.vanish();
    return await notice(connection, watch);
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed: { error, after } }) =>
          `${name}: ${error === 'none' ? `no error, ${after}` : `${error} ${after}`}`,
      )
      .join('; '),
});

/** What the kernel's timers end. */
export const timeoutCases: readonly Case[] = [orphanTime, vanished];

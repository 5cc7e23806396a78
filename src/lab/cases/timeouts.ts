import type { OptionValues, SocketRow } from '../../index.js';
import { type Case, defineCase } from '../case.js';
import { type Connection, establish } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { readToEnd } from '../peer-view.js';
import { until } from '../until.js';

type Orphan = 'default' | 'tcp_fin_timeout 1' | 'TCP_LINGER2 1' | 'TCP_LINGER2 100' | 'TCP_LINGER2 300' | 'TCP_LINGER2 -1' | 'TCP_LINGER2 1, the process keeps the socket';

type Kept = { readonly reads: number; readonly timer: string };

/** As `about 60 s`, from the timer just after it was started; with its kind if it is not the one that ends the socket. */
function timerOf(row: SocketRow | undefined): string {
  if (row === undefined) return 'nothing is left';
  if (row.timer === undefined) return 'none';
  const seconds = row.timer.remainingMs / 1000;
  const near = [1, 40, 60, 100, 120, 300].find((length) => seconds <= length && seconds > length * 0.8 - 0.7);
  return `${near === undefined ? seconds.toFixed(1) : `about ${near}`} s${row.timer.kind === 'time-wait' ? '' : `, ${row.timer.kind}`}`;
}

function given(orphan: Orphan): number | undefined {
  const value = /TCP_LINGER2 (-?\d+)/.exec(orphan)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Ends the server's side first, and reads how long the kernel means to wait for the FIN of the client. */
async function orphaned(lab: Lab, orphan: Orphan): Promise<Kept> {
  const host = lab.host();
  if (orphan === 'tcp_fin_timeout 1') host.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  const { server, client } = await establish(host);
  const ends = { localPort: server.local.port, remotePort: client.local.port };
  const linger = given(orphan);
  if (linger !== undefined) server.setOption('TCP_LINGER2', linger);
  const reads = server.getOption('TCP_LINGER2');
  if (orphan.endsWith('keeps the socket')) server.shutdown('write');
  else server.close();
  await until(() => (client.state === 'ESTABLISHED' ? undefined : true), 'the end of the server');
  host.note('state of the client', client.state);
  // The client's ACK of the FIN may still be on its way through this host.
  await host.waitUntilGone({ ...ends, state: 'FIN_WAIT1' }, 'the FIN is acknowledged');
  const [row] = host.look('the orphan', ends);
  const timer = timerOf(row);
  if (orphan === 'TCP_LINGER2 1' && row !== undefined) await host.waitUntilGone(ends, 'the timer has run off');
  return { reads, timer };
}

const orphanTime = defineCase<Orphan, Kept>({
  id: 'R10',
  articles: [],
  title: 'TCP_LINGER2: how long FIN_WAIT2 lasts when nobody holds it',
  claim: 'TCP_LINGER2 is the lifetime in seconds of an orphaned FIN_WAIT2 socket, in place of tcp_fin_timeout (tcp(7)).',
  rule: 'tcp_fin_time() takes the option or the sysctl, never less than 3.5 RTO; do_tcp_setsockopt() cuts it to TCP_FIN_TIMEOUT_MAX, 120 s. Above 60 s the full socket waits for the rest first, by its keepalive timer, and a negative value resets at once (__tcp_close()).',
  advice: 'Lower tcp_fin_timeout or this option where peers forget to close; a negative value makes close() an abort. A socket that is still open needs a timeout of the program\'s own.',
  rows: (
    [
      ['default', 60],
      ['tcp_fin_timeout 1', 1],
      ['TCP_LINGER2 1', 1],
      ['TCP_LINGER2 100', 100],
      ['TCP_LINGER2 300', 300],
      ['TCP_LINGER2 1, the process keeps the socket', 1],
    ] as const
  )
    .map(([name, seconds]): { name: Orphan; given: Orphan; says: Kept } => ({ name, given: name, says: { reads: seconds, timer: `about ${seconds} s` } }))
    .concat([{ name: 'TCP_LINGER2 -1', given: 'TCP_LINGER2 -1', says: { reads: -1, timer: 'nothing is left' } }]),
  run: orphaned,
  because: (rows) => rows.map(({ name, observed: { reads, timer } }) => `${name}: it reads ${reads}, the timer ${timer}`).join('; '),
});

type Watch = { readonly options: OptionValues; readonly data: boolean };
type Noticed = { readonly error: string; readonly after: string };

const keepalive = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 1 };
const userTimeout = { TCP_USER_TIMEOUT: 300 };

function roughly(ms: number): string {
  if (ms < 1000) return 'under 1 s';
  return ms < 1800 ? 'about 1 s' : ms < 3500 ? 'about 2 s' : `${(ms / 1000).toFixed(1)} s`;
}

const notNoticed: Noticed = { error: 'none', after: 'it is still ESTABLISHED' };

/** Which of the kernel's timers is to notice; without one the connection stays for ever. */
function timerRuns(host: Host, server: LabSocket): boolean {
  const [row] = host.look('the timer of the connection', { localPort: server.local.port, state: 'ESTABLISHED' });
  return row?.timer !== undefined;
}

async function notice({ server }: Connection, { data, options }: Watch): Promise<Noticed> {
  const begin = performance.now();
  if (data) await server.send('anyone there?');
  if (!timerRuns(server.host, server)) return notNoticed;
  if (data && options === keepalive) {
    // Two seconds are over for keepalive once nothing has been heard for longer.
    await until(() => (server.socket.getOption('TCP_INFO').lastAckRecvMs > 2300 ? true : undefined), 'more than 2 s of silence');
    timerRuns(server.host, server);
    if (server.state === 'ESTABLISHED') return notNoticed;
  }
  const { end } = await readToEnd(server);
  return { error: end, after: roughly(performance.now() - begin) };
}

const vanished = defineCase<Watch, Noticed>({
  id: 'R11',
  articles: [],
  title: 'A peer that vanished: TCP_USER_TIMEOUT and keepalive',
  claim: 'TCP_USER_TIMEOUT, and keepalive, notice a peer that vanished within the time that is set, and the next call fails with ETIMEDOUT (tcp(7)).',
  rule: 'tcp_write_timeout() applies TCP_USER_TIMEOUT to data without an ACK only, so on an idle connection nothing runs. tcp_keepalive_timer() sends no probe while data is in flight: then retransmission counts, up to tcp_retries2 (15 times, about 15 minutes). Both end in tcp_write_err().',
  advice: 'Set both: keepalive for idle connections, TCP_USER_TIMEOUT for those with data on its way, and the same total for the two.',
  rows: [
    { name: 'TCP_USER_TIMEOUT 300 ms, data on its way', given: { options: userTimeout, data: true }, says: { error: 'ETIMEDOUT', after: 'under 1 s' } },
    { name: 'TCP_USER_TIMEOUT 300 ms, idle', given: { options: userTimeout, data: false }, says: { error: 'ETIMEDOUT', after: 'under 1 s' } },
    { name: 'keepalive 1 s + 1 s, idle', given: { options: keepalive, data: false }, says: { error: 'ETIMEDOUT', after: 'about 2 s' } },
    { name: 'keepalive 1 s + 1 s, data on its way', given: { options: keepalive, data: true }, says: { error: 'ETIMEDOUT', after: 'about 2 s' } },
    { name: 'neither, idle', given: { options: {}, data: false }, says: notNoticed },
  ],
  async run(lab, watch) {
    const [serverHost, clientHost] = lab.pair();
    const connection = await establish(serverHost, { clientHost, options: watch.options });
    clientHost.vanish();
    return await notice(connection, watch);
  },
  because: (rows) =>
    rows.map(({ name, observed: { error, after } }) => `${name}: ${error === 'none' ? `no error, ${after}` : `${error} after ${after}`}`).join('; '),
});

/** What the kernel's timers end. */
export const timeoutCases: readonly Case[] = [orphanTime, vanished];

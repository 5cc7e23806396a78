import { constants } from 'node:os';
import { type Case, defineCase } from '../case.js';
import { closeInOrder, establish } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { readToEnd } from '../peer-view.js';
import { statesOn } from '../states.js';
import { outcome } from '../step.js';
import { until } from '../until.js';

const port = 8080;
const reuse = { SO_REUSEADDR: true };

interface LostAck {
  readonly host: Host;
  readonly peer: Host;
  /** The passive closer: it has sent its FIN and keeps its descriptor, so that an error would be told to it. */
  readonly client: LabSocket;
}

/** The host closes first; the last ACK, for the FIN of its peer, is lost. The host is in TIME_WAIT, the peer in LAST_ACK. */
async function loseLastAck(lab: Lab): Promise<LostAck> {
  const [host, peer] = lab.pair('host', 'peer');
  const { listener, server, client } = await establish(host, { at: { port }, clientHost: peer });
  listener.close();
  const clientPort = client.local.port;
  server.close();
  await host.waitFor({ localPort: port, state: 'FIN_WAIT2' }, 'the host has closed');
  await client.recv();
  host.mute(peer);
  client.shutdown('write');
  await host.waitFor({ localPort: port, state: 'TIME_WAIT' }, 'the FIN of the peer has come, and its ACK is lost');
  await peer.waitFor({ localPort: clientPort, state: 'LAST_ACK' }, 'the peer waits for the ACK');
  return { host, peer, client };
}

const repeatedFin = defineCase<'lost', { peerWaitsIn: string; peerAfterwards: string; timerStartsAgain: boolean }>({
  id: 'A8',
  articles: ['003'],
  title: 'The last ACK is lost',
  claim: 'If the last ACK is lost the peer in LAST_ACK sends its FIN again, TIME_WAIT answers it, and the 2MSL begin anew.',
  rule: 'tcp_timewait_state_process() answers a repeated FIN with an ACK and calls inet_twsk_reschedule() with TCP_TIMEWAIT_LEN: RFC 9293 section 3.10.7.4, eighth check.',
  advice: 'This is what TIME_WAIT is for. Whatever shortens it (tcp_max_tw_buckets, SO_LINGER with 0) takes the answer away from the peer.',
  rows: [{ name: 'the ACK is lost once', given: 'lost', says: { peerWaitsIn: 'LAST_ACK', peerAfterwards: 'nothing', timerStartsAgain: true } }],
  async run(lab) {
    const { host, peer, client } = await loseLastAck(lab);
    const clientPort = client.local.port;
    const remaining = (): number => host.sockets({ localPort: port, state: 'TIME_WAIT' })[0]?.timer?.remainingMs ?? 0;
    // So much of it has passed that a timer that begins anew can be told from one that goes on.
    await until(() => (remaining() < 59_900 ? true : undefined), 'some of the time has passed');
    const before = remaining();
    const [{ state: peerWaitsIn } = { state: 'nothing' }] = peer.sockets({ localPort: clientPort });
    host.unmute(peer);
    await peer.waitUntilGone({ localPort: clientPort, state: 'LAST_ACK' }, 'the FIN was sent again and answered');
    const after = remaining();
    lab.note('the timer of TIME_WAIT', `${before} ms before the repeated FIN, ${after} ms after it`, host.name);
    return { peerWaitsIn, peerAfterwards: statesOn(peer, clientPort), timerStartsAgain: after > before };
  },
  because: ([row]) =>
    `the peer waits in ${row?.observed.peerWaitsIn}, its repeated FIN is answered (then it has ${row?.observed.peerAfterwards}), and the timer of TIME_WAIT ${row?.observed.timerStartsAgain === true ? 'starts again' : 'goes on'}`,
});

const withoutTimeWait = defineCase<'TIME_WAIT is there' | 'TIME_WAIT is removed', string>({
  id: 'L3',
  articles: ['004'],
  title: 'A repeated FIN without TIME_WAIT',
  claim: 'Were there no TIME_WAIT, the repeated FIN would meet an RST, and the peer would see an error in place of a clean end.',
  rule: 'A segment that belongs to no socket is answered with RST (tcp_v4_send_reset(); RFC 9293 section 3.10.7.1). tcp_reset() in LAST_ACK sets ECONNRESET.',
  advice: 'Leave TIME_WAIT alone on the side whose peers care how a connection ended.',
  needs: ['destroy-socket'],
  rows: [
    { name: 'TIME_WAIT is there', given: 'TIME_WAIT is there', says: 'no error' },
    { name: 'TIME_WAIT is removed', given: 'TIME_WAIT is removed', says: 'ECONNRESET' },
  ],
  async run(lab, what) {
    const { host, peer, client } = await loseLastAck(lab);
    const localPort = client.local.port;
    if (what === 'TIME_WAIT is removed') host.destroy({ localPort: port, state: 'TIME_WAIT' });
    host.unmute(peer);
    await peer.waitUntilGone({ localPort, state: 'LAST_ACK' }, 'the repeated FIN was answered');
    const error = client.getOption('SO_ERROR');
    return error === 0 ? 'no error' : error === constants.errno.ECONNRESET ? 'ECONNRESET' : `errno ${error}`;
  },
  because: (rows) => rows.map(({ name, observed }) => `${name}: the peer sees ${observed}`).join('; '),
});

interface Robbed {
  readonly restart: string;
  readonly peerReads: string;
  readonly [key: string]: string;
}

const robbed = defineCase<'the FIN is lost' | 'the last ACK is lost', Robbed>({
  id: 'S14',
  articles: ['002'],
  title: 'Does reusing the port rob the old connection?',
  claim: 'A server that takes its port over with SO_REUSEADDR takes its end away from the old connection, so that the peer never gets the FIN.',
  rule: 'The old connection stays in the established hash under its own four-tuple, with its timers, beside the new listener: inet_bind_conflict() only lets them stand together. __inet_lookup_established() comes before the listener.',
  advice: 'A restart with SO_REUSEADDR does no harm to connections that are being closed: they end as they would have.',
  rows: [
    { name: 'the FIN is lost before the restart', given: 'the FIN is lost', says: { restart: 'ok', peerReads: 'nothing' } },
    { name: 'the last ACK is lost before the restart', given: 'the last ACK is lost', says: { restart: 'ok', peerReads: 'nothing' } },
  ],
  async run(lab, what) {
    const [host, peer] = lab.pair('host', 'peer');
    const { listener, server, client } = await establish(host, { at: { port }, clientHost: peer, options: reuse });
    const localPort = client.local.port;
    if (what === 'the FIN is lost') host.mute(peer);
    server.close();
    listener.close();
    if (what === 'the last ACK is lost') {
      await host.waitFor({ localPort: port, state: 'FIN_WAIT2' });
      host.mute(peer);
      client.shutdown('write');
    }
    const state = what === 'the FIN is lost' ? 'FIN_WAIT1' : 'TIME_WAIT';
    await host.waitFor({ localPort: port, state }, 'the server has stopped');
    const restart = outcome(() => host.listen({ name: 'restarted', address: host.A, port, options: reuse }));
    host.unmute(peer);
    const { end } = await readToEnd(client);
    if (what === 'the last ACK is lost') await peer.waitUntilGone({ localPort, state: 'LAST_ACK' }, 'its FIN was answered');
    return { restart, peerReads: end };
  },
  because: (rows) => rows.map(({ name, observed }) => `${name}: the restart says ${observed.restart}, and the peer reads ${observed.peerReads}`).join('; '),
});

interface TwReuse {
  readonly value: 0 | 1 | 2;
  readonly timestamps: boolean;
  readonly over: 'a link' | '127.0.0.1' | 'lo, from and to 192.168.0.1';
  readonly age: 'younger than the delay' | 'older than the delay';
}

const reuseDelay = 'net.ipv4.tcp_tw_reuse_delay';

interface Places {
  readonly server: Host;
  readonly client: Host;
  readonly address: string;
}

function places(lab: Lab, over: TwReuse['over']): Places {
  if (over === 'a link') {
    const [server, client] = lab.pair();
    return { server, client, address: server.A };
  }
  const host = lab.host();
  return { server: host, client: host, address: over === '127.0.0.1' ? over : host.A };
}

async function reconnect(lab: Lab, { value, timestamps, over, age }: TwReuse): Promise<string> {
  const { server, client, address } = places(lab, over);
  client.setSysctl('net.ipv4.ip_local_port_range', '40000 40000');
  client.setSysctl('net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
  client.setSysctl('net.ipv4.tcp_tw_reuse', value);
  const { server: accepted, client: first } = await establish(server, { at: { address, port }, clientHost: client });
  await closeInOrder(first, accepted);
  if (age === 'older than the delay') await growOlder(client);
  const next = client.open({ name: 'next' });
  return outcome(() => next.tryConnect({ address, port }));
}

/** Linux 6.14 made the delay a sysctl; before, it is a second. */
async function growOlder(host: Host): Promise<void> {
  const delayMs = outcome(() => host.setSysctl(reuseDelay, 1)) === 'ok' ? 1 : 1000;
  const old = (): boolean =>
    host.sockets({ state: 'TIME_WAIT' }).every(({ timer }) => (timer?.remainingMs ?? 0) < 60_000 - delayMs - 200);
  await until(() => (old() ? true : undefined), 'the TIME_WAIT is older than the delay');
}

const ages = ['younger than the delay', 'older than the delay'] as const;

const connectReuse = defineCase<TwReuse, string>({
  id: 'C18',
  articles: ['001'],
  title: 'tcp_tw_reuse',
  claim: 'tcp_tw_reuse is for the side that connects: after one second the four-tuple of a TIME_WAIT may be taken again.',
  rule: 'tcp_twsk_unique(), asked by __inet_check_established() for a port the kernel chooses: it needs tcp_tw_reuse 1, or 2 (the default) and a connection of 127.0.0.0/8 or ::1 (one between other addresses of the host does not count), timestamps on the old connection, and an age of more than tcp_tw_reuse_delay.',
  advice: 'The default helps on loopback only. For a proxy that connects to few destinations set it to 1, and make sure timestamps are on.',
  rows: [
    ...([0, 1, 2] as const).flatMap((value) =>
      (['a link', '127.0.0.1', 'lo, from and to 192.168.0.1'] as const).map((over) => ({ value, timestamps: true, over, age: ages[1] }) satisfies TwReuse),
    ),
    { value: 1, timestamps: true, over: 'a link', age: ages[0] } satisfies TwReuse,
    { value: 1, timestamps: false, over: 'a link', age: ages[1] } satisfies TwReuse,
  ].map((given) => ({
    name: `tcp_tw_reuse=${given.value}, over ${given.over}, timestamps ${given.timestamps ? 'on' : 'off'}, ${given.age}`,
    given,
    says: given.value !== 0 && given.age === ages[1] ? 'ok' : 'EADDRNOTAVAIL',
  })),
  run: reconnect,
  because(rows) {
    const works = rows.filter(({ observed }) => observed === 'ok').map(({ name }) => name);
    const fails = rows.filter(({ observed }) => observed !== 'ok').map(({ name, observed }) => `${name} (${observed})`);
    return `connect takes the port over with ${works.join('; ')}; not with ${fails.join('; ')}`;
  },
});

/** What becomes of a segment that is lost at the end of a connection, and of the TIME_WAIT it is for. */
export const lostSegmentCases: readonly Case[] = [repeatedFin, withoutTimeWait, robbed, connectReuse];

import type { SocketRow } from '../../index.js';
import {
  abandon,
  about,
  alike,
  type Case,
  clauses,
  closeInOrder,
  closingStates,
  comesTrue,
  defineCase,
  establish,
  fill,
  type Host,
  inGrid,
  outcome,
  readToEnd,
  reuse,
  serverPlace,
  type Stage,
  startAgain,
  textsOf,
} from '../kit/index.js';
import { wholeLife } from './life.experiments.js';

type End = 'server' | 'client';

const serverPort = 8080;

const onTheWire = defineCase<string, Record<'handshake' | 'data' | 'firstFin' | 'timeWait', string>>({
  id: 'G3',
  articles: ['000'],
  title: 'What goes over the wire',
  claim:
    'Three segments open the connection, data goes both ways, and the side that sends the first FIN ends in TIME_WAIT.',
  rule: 'RFC 9293 section 3.6; tcp_fin() and tcp_rcv_state_process() send the active closer to TIME_WAIT when the FIN of the peer arrives. A peer that closes with data unread sends RST instead of FIN (__tcp_close()), and that ends FIN_WAIT2 without a TIME_WAIT.',
  advice:
    'Let the side that can afford it close first; the protocol of the application decides who that is. A server that says "I will close" and closes after its answer keeps the TIME_WAIT; a client that ends the conversation keeps it itself.',
  rows: wholeLife.variants.map((ending) => {
    const first = ending.startsWith('server') ? 'server' : 'client';
    return {
      name: ending,
      given: ending,
      says: {
        handshake: 'client SYN, server SYN ACK, client ACK',
        data: 'client, server',
        firstFin: first,
        timeWait: first,
      },
    };
  }),
  run: async (stage, ending) =>
    textsOf(await wholeLife.on(stage, ending), ['handshake', 'data', 'firstFin', 'timeWait']),
  because: (rows) =>
    alike(
      rows,
      ({ observed: { firstFin, timeWait } }) =>
        `${timeWait === firstFin ? 'the side that sent the first FIN' : timeWait} had the TIME_WAIT`,
      ({ name }) => `where the ${name}`,
    )
      .map(({ outcome: who, labels }) => `${who} ${labels.join(' and ')}`)
      .join('; '),
});

/** Of a timer: what the kernel still keeps the socket for. A second or two may have gone by on a busy machine. */
function keptFor(row: SocketRow | undefined): string {
  if (row === undefined) return 'not kept';
  return about(row.timer?.remainingMs ?? Number.NaN, [5, 60, 240]);
}

const twiceTheMsl = defineCase<'how long' | 'at most', string>({
  id: 'G4',
  articles: ['000'],
  title: 'How long TIME_WAIT is kept',
  claim: 'By RFC 793 TIME_WAIT is kept for twice the maximum segment lifetime, which is four minutes at most.',
  rule: 'TCP_TIMEWAIT_LEN in include/net/tcp.h is 60 s, a constant; RFC 9293 section 3.4.2 takes an MSL of two minutes, "an engineering choice".',
  advice: 'Count with one minute on Linux, not with four, and do not look for a setting: there is none.',
  onLoopback: true,
  rows: [
    { name: 'for how long, by the timer of a new TIME_WAIT', given: 'how long', says: 'about 240 s' },
    { name: 'for four minutes at most', given: 'at most', says: 'yes' },
  ],
  async run(stage, asked) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host);
    const { port } = listener.local;
    await closeInOrder(server, client);
    const [row] = host.look('the timer of TIME_WAIT', { localPort: port, state: 'TIME_WAIT' });
    if (asked === 'how long') return keptFor(row);
    return row?.timer?.kind === 'time-wait' && row.timer.remainingMs <= 240_000 ? 'yes' : 'no';
  },
  because: (rows) =>
    rows
      .map(({ given, observed }) =>
        given === 'how long'
          ? `read as TIME_WAIT begins, the timer of the socket has ${observed} to go`
          : `that is ${observed === 'yes' ? '' : 'not '}within four minutes`,
      )
      .join('; '),
});

const unsentData = defineCase<End, { dataUnsent: string; dataGone: string }>({
  id: 'G5',
  articles: ['000'],
  title: 'Where unsent data waits after close()',
  claim:
    'A socket that still has data to send goes into TIME_WAIT when it is closed, and stays there until the data is sent.',
  rule: 'tcp_close_state() moves ESTABLISHED to FIN_WAIT1 and CLOSE_WAIT to LAST_ACK; the FIN goes out behind the data (tcp_send_fin()). TIME_WAIT comes after both FINs, has no send queue, and repeats nothing but an ACK (RFC 9293 sections 3.3.2 and 3.6).',
  advice:
    'To know whether data has left after close(), look for FIN_WAIT1 and LAST_ACK and their Send-Q. A TIME_WAIT says that everything has arrived at the kernel of the peer; whether the program there has read it, it does not say.',
  onLoopback: true,
  rows: [
    { name: 'the closing side is the first', given: 'server' as const },
    { name: 'the other side has closed before', given: 'client' as const },
  ].map((row) => ({ ...row, says: { dataUnsent: 'TIME_WAIT with data in its queue' } })),
  async run(stage, first) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host);
    const mine = { localPort: listener.local.port, remotePort: client.local.port };
    fill(server);
    if (first === 'client') {
      client.shutdown('write');
      await server.recv();
    }
    server.close();
    const [waiting] = host.look('closed with data unsent', mine);
    const queue = (waiting?.sendQueue ?? 0) > 0 ? 'data in its queue' : 'nothing in its queue';
    await readToEnd(client);
    client.close();
    await host.waitUntilGone(
      { remotePort: listener.local.port, state: ['CLOSE_WAIT', 'LAST_ACK'] },
      'the client has closed',
    );
    const [after] = host.look('all is read', mine);
    return { dataUnsent: `${waiting?.state ?? 'closed'} with ${queue}`, dataGone: after?.state ?? 'closed' };
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed: { dataUnsent, dataGone } }) =>
          `where ${name}, the closed socket is in ${dataUnsent}, and once all is read ${dataGone === 'closed' ? 'gone' : `in ${dataGone}`}`,
      )
      .join('; '),
});

interface Rebind {
  readonly holder: End;
  readonly address: 'ANY' | 'A' | 'B';
  readonly samePort: boolean;
}

const countsAsBound = defineCase<Rebind, string>({
  id: 'G6',
  articles: ['000'],
  title: 'TIME_WAIT counts as bound',
  claim: 'Without SO_REUSEADDR a socket in TIME_WAIT still counts as bound to its address and port.',
  rule: 'inet_twsk_hashdance_schedule() puts the minisocket into the bind table of its port, with the address of the connection: the wildcard of the listener is forgotten. A port that connect() chose is in that table as well.',
  advice: 'A restart on another address of the machine needs no option; on the same address, or the wildcard, it does.',
  bindsBeside: true,
  rows: (['server', 'client'] as const).flatMap((holder) =>
    (['A', 'ANY', 'B'] as const)
      .map((address) => ({ address, samePort: true }))
      .concat({ address: 'A', samePort: false })
      .map(({ address, samePort }) => ({
        ...inGrid(`TIME_WAIT of the ${holder} on A`, `bind to ${address} and ${samePort ? 'its' : 'another'} port`),
        given: { holder, address, samePort },
        // It does not speak of other addresses and ports.
        ...(samePort && address !== 'B' ? { says: 'EADDRINUSE' } : {}),
      })),
  ),
  async run(stage, { holder, address, samePort }) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host, { at: serverPlace(stage, host, serverPort) });
    const { port } = holder === 'server' ? listener.local : client.local;
    await (holder === 'server' ? closeInOrder(server, client) : closeInOrder(client, server));
    listener.close();
    return outcome(() => host.open({ name: 'new' }).bind({ address: host[address], port: samePort ? port : 5000 }));
  },
  because(rows) {
    const targets = (holder: End, result: string): string =>
      rows
        .filter(({ given, observed }) => given.holder === holder && observed === result)
        .map(({ given }) => `${given.address} and ${given.samePort ? 'its' : 'another'} port`)
        .join(', ') || 'nothing';
    const said = (holder: End): string =>
      `EADDRINUSE for ${targets(holder, 'EADDRINUSE')}; ok for ${targets(holder, 'ok')}`;
    return `over the TIME_WAIT of a server on A bind said ${said('server')}; over that of a client it said ${said('client')}`;
  },
});

/** Which of the two servers sets the option. */
interface Setters {
  readonly old: boolean;
  readonly next: boolean;
}

/** A server that has closed its connection first and then its listener, and one bound in its place. Returns what bind said. */
async function replaced(stage: Stage, { old, next }: Setters, connections = 1): Promise<string> {
  const host = stage.alone();
  const listener = host.listen({ ...serverPlace(stage, host, serverPort), options: old ? reuse : {} });
  const { port, address } = listener.local;
  for (let made = 0; made < connections; made++) {
    const client = await host.connect({ address: host.A, port }, { name: `client ${made}` });
    await closeInOrder(await listener.accept(`server ${made}`), client);
  }
  listener.close();
  host.look('netstat: the old server is gone', { localPort: port });
  return startAgain(host, { address, port, options: next ? reuse : {}, name: 'new' });
}

function setBy({ old, next }: Setters): string {
  if (old && next) return 'set by both servers';
  if (old || next) return `set by the ${old ? 'old' : 'new'} server only`;
  return 'set by neither';
}

const newSocketOnly = defineCase<Setters, string>({
  id: 'G7',
  articles: ['000'],
  title: 'Is it enough to set SO_REUSEADDR on the new socket?',
  claim:
    'If the socket that is being bound has SO_REUSEADDR, a socket in TIME_WAIT on that address and port is ignored.',
  rule: 'inet_bind_conflict() asks for sk_reuse of both sockets. A TIME_WAIT has tw_reuse, copied by inet_twsk_alloc() from the connection, which had it from the listener. socket(7) says so in its NOTES, not where it describes the option; BSD asks the new socket only.',
  advice:
    'A server deployed without the option is not helped by the next release alone: its last TIME_WAIT has to run out once, or the option is set on its sockets while it still runs (S10, S11).',
  onLoopback: true,
  bindsBeside: true,
  rows: [false, true].flatMap((old) =>
    [false, true].map((next) => ({
      name: setBy({ old, next }),
      given: { old, next },
      // It is about new sockets with the option.
      ...(next ? { says: 'ok' } : {}),
    })),
  ),
  run: (stage, setters) => replaced(stage, setters),
  because: (rows) =>
    `the new server got ${clauses(
      rows,
      ({ observed }) => `${observed} where the option was set`,
      ({ name }) => name.replace('set ', ''),
    )}`,
});

type Remains = Setters & { readonly connections: number };

const startAtOnce = defineCase<Remains, string>({
  id: 'C11',
  articles: ['001'],
  title: 'Only TIME_WAIT left: the option lets the server start at once',
  claim:
    'Once no socket listens any more and only connections in TIME_WAIT are left, a server with SO_REUSEADDR starts at once.',
  rule: 'inet_bind_conflict(): sockets with SO_REUSEADDR conflict only if one of them listens, and both must have it; a TIME_WAIT has what its connection had.',
  advice: 'Set it on every listener, always: at a restart it counts whether the old server had set it, too.',
  onLoopback: true,
  bindsBeside: true,
  rows: [
    { name: 'one TIME_WAIT, both servers have the option', given: { connections: 1, old: true, next: true } },
    { name: 'three TIME_WAITs, both servers have the option', given: { connections: 3, old: true, next: true } },
    { name: 'one TIME_WAIT, only the new server has the option', given: { connections: 1, old: false, next: true } },
  ].map((row) => ({ ...row, says: 'ok' })),
  run: (stage, { connections, ...setters }) => replaced(stage, setters, connections),
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome: said, labels }) => `the new server got ${said} over ${labels.join(', and over ')}`)
      .join('; '),
});

const afterAMinute = defineCase<null, { before: string; after: string; waited: string }>({
  id: 'C12',
  articles: ['001'],
  title: 'After a minute the server starts without the option',
  claim: 'TIME_WAIT lasts 60 s; after that the server starts again without any option.',
  rule: 'The timer of the minisocket (tw_timer_handler()) takes it out of the bind table: inet_twsk_kill().',
  advice:
    'Waiting works where a minute of outage is acceptable and every client has closed. SO_REUSEADDR makes it needless.',
  slow: true,
  onLoopback: true,
  rows: [
    { name: 'without the option', given: null, says: { before: 'EADDRINUSE', after: 'ok', waited: 'about 60 s' } },
  ],
  async run(stage) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host, { at: serverPlace(stage, host, 5700) });
    const place = listener.local;
    const begin = performance.now();
    await closeInOrder(server, client);
    listener.close();
    const next = host.open({ name: 'new' });
    const before = outcome(() => next.bind(place));
    const left = { localPort: place.port, state: 'TIME_WAIT' } as const;
    await comesTrue(() => host.sockets(left).length === 0, 'TIME_WAIT has run out', 80_000);
    host.look('after the wait', left);
    const seconds = (performance.now() - begin) / 1000;
    stage.note('waited', `${seconds.toFixed(1)} s`, host.name);
    const after = outcome(() => next.bind(place).listen());
    return { before, after, waited: seconds > 55 && seconds < 70 ? 'about 60 s' : `${Math.round(seconds)} s` };
  },
  because: (rows) =>
    rows
      .map(({ observed }) => `bind said ${observed.before} at first, and ${observed.after} after ${observed.waited}`)
      .join('; '),
});

type Kept = 'TIME_WAIT' | 'FIN_WAIT2';
type Setting = { readonly sysctl: string; readonly value: number; readonly state: Kept };

const settings: readonly Omit<Setting, 'state'>[] = [
  { sysctl: 'tcp_fin_timeout', value: 5 },
  { sysctl: 'tcp_tw_reuse', value: 1 },
  { sysctl: 'tcp_max_tw_buckets', value: 0 },
];

/** What a setting changes. A busy machine may read the timers a second or two late. */
function change(before: SocketRow | undefined, now: SocketRow | undefined): string {
  if (now === undefined) return 'not made';
  const seconds = (row: SocketRow | undefined): number => (row?.timer?.remainingMs ?? 0) / 1000;
  const longerBy = seconds(now) - seconds(before);
  if (Math.abs(longerBy) < 10) return 'kept as long as before';
  return `kept for a ${longerBy < 0 ? 'shorter' : 'longer'} time`;
}

const sysctls = defineCase<Setting, string>({
  id: 'G9',
  articles: ['000'],
  title: 'Which kernel parameter shortens TIME_WAIT',
  claim: 'The time of TIME_WAIT can be shortened with kernel parameters.',
  rule: 'tcp_time_wait() always takes TCP_TIMEWAIT_LEN for TIME_WAIT and the time of tcp_fin_timeout for a FIN_WAIT2 that nobody holds; over tcp_max_tw_buckets inet_twsk_alloc() makes neither. tcp_tw_reuse is asked by connect() alone (tcp_twsk_unique()).',
  advice:
    'Leave them alone: tcp_fin_timeout is about FIN_WAIT2, and tcp_max_tw_buckets takes the protection of TIME_WAIT from every connection over the limit. Use SO_REUSEADDR.',
  rows: (['TIME_WAIT', 'FIN_WAIT2'] as const).flatMap((state) =>
    settings.map((setting) => ({
      name: `${state}, ${setting.sysctl} = ${setting.value}`,
      given: { ...setting, state },
      // It speaks of TIME_WAIT alone.
      ...(state === 'TIME_WAIT' ? { says: 'kept for a shorter time' } : {}),
    })),
  ),
  async run(stage, { sysctl, value, state }) {
    const host = stage.alone();
    const before = await leave(host, state, 8080);
    host.setSysctl(`net.ipv4.${sysctl}`, value);
    return change(before, await leave(host, state, 8081));
  },
  because: (rows) =>
    (['TIME_WAIT', 'FIN_WAIT2'] as const)
      .map((state) => {
        const changes = alike(
          rows.filter(({ given }) => given.state === state),
          ({ observed }) => observed,
          ({ given }) => `${given.sysctl} = ${given.value}`,
        );
        return `${state} is ${changes.map(({ outcome: what, labels }) => `${what} with ${labels.join(' and ')}`).join(', ')}`;
      })
      .join('; '),
});

/** Brings a connection into the state and returns its row, none if the kernel keeps nothing. */
async function leave(host: Host, state: Kept, port: number): Promise<SocketRow | undefined> {
  const { server, client } = await establish(host, { at: { port } });
  if (state === 'FIN_WAIT2') {
    await abandon(server);
  } else {
    server.close();
    await client.recv();
    client.close();
    await host.waitUntilGone({ port, state: closingStates }, 'both have closed');
  }
  return host.look(`what is kept of the connection`, { localPort: port, state: ['FIN_WAIT2', 'TIME_WAIT'] })[0];
}

/** What TIME_WAIT is: how it comes, how long it stays, what it blocks. */
export const timeWaitCases: readonly Case[] = [
  onTheWire,
  twiceTheMsl,
  unsentData,
  countsAsBound,
  newSocketOnly,
  sysctls,
  startAtOnce,
  afterAMinute,
];

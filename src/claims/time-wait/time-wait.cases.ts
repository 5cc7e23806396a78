import type { SocketRow } from '../../index.js';
import {
  abandon,
  about,
  type Case,
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
  setIfThere,
} from '../kit/index.js';
import { endings, wholeLife } from './life.experiments.js';

type End = 'server' | 'client';

const serverPort = 8080;

type Wire = Record<'handshake' | 'data' | 'firstFin' | 'timeWait', string>;

/** What is seen of a connection whose one end closes first, with a TIME_WAIT at that end or nowhere. */
function wireOf(firstFin: End, isKept: boolean, handshake = 'client SYN, server SYN ACK, client ACK'): Wire {
  return { handshake, data: 'client, server', firstFin, timeWait: isKept ? firstFin : 'nobody' };
}

const onTheWire = defineCase<{ name: string; first: End; isRead: boolean }, Wire>({
  id: 'G3',
  articles: ['000'],
  title: 'What goes over the wire',
  claim:
    'Three segments open the connection, data goes both ways, and the side that sends the first FIN ends in TIME_WAIT.',
  rules: ['first-fin-time-wait', 'unread-data-resets'],
  advice:
    'Let the side that can afford a TIME_WAIT close first: the protocol of the application decides which side that is. A server that closes after its answer keeps the TIME_WAIT; a client that ends the conversation keeps it itself.',
  labels: { handshake: 'handshake', data: 'data from', firstFin: 'first FIN from', timeWait: 'TIME_WAIT at' },
  rows: Object.entries(endings).map(([name, ending]) => ({
    name,
    given: { name, ...ending },
    says: wireOf(ending.first, true),
  })),
  run: async (stage, { name }) =>
    textsOf(await wholeLife.on(stage, name), ['handshake', 'data', 'firstFin', 'timeWait']),
  laws: [
    {
      text: 'Three segments open the connection, and TIME_WAIT stays at the side that sends the first FIN. There is no TIME_WAIT if the other side closes with data unread.',
      // No TIME_WAIT stays where the other side answers the FIN with RST.
      rows: ({ first, isRead }) => wireOf(first, isRead),
    },
    {
      text: 'The three segments that open the connection have the flags ECE and CWR too, which ask for ECN (net.ipv4.tcp_ecn 1). TIME_WAIT stays at the side that sends the first FIN. There is no TIME_WAIT if the other side closes with data unread.',
      rows: ({ first, isRead }) => wireOf(first, isRead, 'client SYN ECE CWR, server SYN ACK ECE, client ACK'),
    },
    {
      text: 'Three segments open the connection, and TIME_WAIT stays at the side that sends the first FIN.',
      rows: ({ first }) => wireOf(first, true),
    },
  ],
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
  rules: ['time-wait-60s'],
  advice: 'Expect one minute on Linux, not four. Do not look for a setting: mainline Linux has none.',
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
  laws: [
    {
      text: 'TIME_WAIT lasts 60 s on Linux, a quarter of what the standard allows.',
      rows: (asked) => (asked === 'how long' ? 'about 60 s' : 'yes'),
    },
    {
      text: 'TIME_WAIT lasts 240 s, as the standard has it.',
      rows: (asked) => (asked === 'how long' ? 'about 240 s' : 'yes'),
    },
  ],
});

const unsentData = defineCase<End, { dataUnsent: string; dataGone: string }>({
  id: 'G5',
  articles: ['000'],
  title: 'Where unsent data waits after close()',
  claim:
    'A socket that still has data to send goes into TIME_WAIT when it is closed, and stays there until the data is sent.',
  rules: ['fin-behind-data'],
  advice:
    'To see whether data has left after close(), look for FIN_WAIT1 and LAST_ACK and their Send-Q. Do not take a TIME_WAIT as proof that the other program has read its data: only the kernel there has it.',
  labels: { dataUnsent: 'with data unsent', dataGone: 'once all is read' },
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
  laws: [
    {
      text: 'Unsent data waits in FIN_WAIT1, or in LAST_ACK if the other side closed first. TIME_WAIT comes only after all data is read, and never has any to send.',
      rows: (first) =>
        first === 'server'
          ? { dataUnsent: 'FIN_WAIT1 with data in its queue', dataGone: 'TIME_WAIT' }
          : { dataUnsent: 'LAST_ACK with data in its queue', dataGone: 'closed' },
    },
  ],
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
  rules: ['held-by-time-wait', 'time-wait-has-one-address'],
  advice:
    'Set SO_REUSEADDR to restart on the same address or on the wildcard. A restart on another address of the machine needs no option.',
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
  laws: [
    {
      text: 'TIME_WAIT holds the address and port of its connection, at a server and at a client. bind() to that address or to the wildcard fails with EADDRINUSE; another address or port works.',
      rows: ({ address, samePort }) => (samePort && address !== 'B' ? 'EADDRINUSE' : 'ok'),
    },
  ],
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
  rules: ['held-by-time-wait', 'option-inherited'],
  advice:
    'Set SO_REUSEADDR on every listener before bind(), from the first start on: servers of Node do (G12), a C program calls `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)`. If the server that runs now lacks it, set it on its listener and its accepted sockets before you stop it (`sockwise set`, S10), or wait 60 s after the stop.',
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
  laws: [
    {
      text: 'Both the old and the new server must have SO_REUSEADDR. If only one of them has it, a TIME_WAIT still stops the bind with EADDRINUSE.',
      rows: ({ old, next }) => (old && next ? 'ok' : 'EADDRINUSE'),
    },
    {
      text: 'SO_REUSEADDR on the new socket is enough, whatever the old server had.',
      rows: ({ next }) => (next ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

type Remains = Setters & { readonly connections: number };

const startAtOnce = defineCase<Remains, string>({
  id: 'C11',
  articles: ['001'],
  title: 'Only TIME_WAIT left: the option lets the server start at once',
  claim:
    'Once no socket listens any more and only connections in TIME_WAIT are left, a server with SO_REUSEADDR starts at once.',
  rules: ['reuseaddr-shared', 'held-by-time-wait'],
  advice: 'Set it on every listener, always: at a restart it also counts whether the old server had set it.',
  onLoopback: true,
  bindsBeside: true,
  rows: [
    { name: 'one TIME_WAIT, both servers have the option', given: { connections: 1, old: true, next: true } },
    { name: 'three TIME_WAITs, both servers have the option', given: { connections: 3, old: true, next: true } },
    { name: 'one TIME_WAIT, only the new server has the option', given: { connections: 1, old: false, next: true } },
  ].map((row) => ({ ...row, says: 'ok' })),
  run: (stage, { connections, ...setters }) => replaced(stage, setters, connections),
  laws: [
    {
      text: 'With SO_REUSEADDR on the old and on the new server a start works over any number of TIME_WAITs. With the option on the new server alone it fails with EADDRINUSE.',
      rows: ({ old, next }) => (old && next ? 'ok' : 'EADDRINUSE'),
    },
    {
      text: 'With SO_REUSEADDR on the new server a start works over any number of TIME_WAITs.',
      rows: ({ next }) => (next ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

const afterAMinute = defineCase<null, { before: string; after: string; waited: string }>({
  id: 'C12',
  articles: ['001'],
  title: 'After a minute the server starts without the option',
  claim: 'TIME_WAIT lasts 60 s; after that the server starts again without any option.',
  rules: ['time-wait-60s', 'held-by-time-wait'],
  advice:
    'Set SO_REUSEADDR instead of waiting. Wait only where a minute of outage is acceptable and every client has closed.',
  labels: { before: 'bind() at once', after: 'bind() after the wait', waited: 'wait' },
  waitsFor: '60 s for TIME_WAIT to expire',
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
  laws: [
    {
      text: 'bind() fails with EADDRINUSE at first. After 60 s it works, without any option.',
      rows: () => ({ before: 'EADDRINUSE', after: 'ok', waited: 'about 60 s' }),
    },
  ],
});

type Kept = 'TIME_WAIT' | 'FIN_WAIT2';
type Setting = { readonly sysctl: string; readonly value: number; readonly state: Kept };

/** Of TIME_WAIT or FIN_WAIT2: what there is of it, and whether it takes less time. */
type Changed = { readonly kept: string; readonly shorter: 'yes' | 'no' };

const settings: readonly Omit<Setting, 'state'>[] = [
  { sysctl: 'tcp_fin_timeout', value: 5 },
  { sysctl: 'tcp_tw_reuse', value: 1 },
  { sysctl: 'tcp_max_tw_buckets', value: 0 },
  { sysctl: 'tcp_tw_recycle', value: 1 },
];

const noSuchParameter = 'this kernel has no such parameter';

/** What a setting changes. A busy machine may read the timers a second or two late. */
function change(before: SocketRow | undefined, now: SocketRow | undefined): Changed {
  if (now === undefined) return { kept: 'not made', shorter: 'yes' };
  const seconds = (row: SocketRow | undefined): number => (row?.timer?.remainingMs ?? 0) / 1000;
  const longerBy = seconds(now) - seconds(before);
  if (Math.abs(longerBy) < 10) return { kept: 'kept as long as before', shorter: 'no' };
  const shorter = longerBy < 0;
  return { kept: `kept for a ${shorter ? 'shorter' : 'longer'} time`, shorter: shorter ? 'yes' : 'no' };
}

const sysctls = defineCase<Setting, Changed>({
  id: 'G9',
  articles: ['000'],
  title: 'Which kernel parameter shortens TIME_WAIT',
  claim: 'The time of TIME_WAIT can be shortened with kernel parameters.',
  rules: ['time-wait-60s', 'fin-timeout', 'tw-buckets', 'tcp-tw-reuse'],
  advice:
    'Leave them alone, and set SO_REUSEADDR. tcp_fin_timeout is about FIN_WAIT2, tcp_max_tw_buckets takes the protection of TIME_WAIT from every connection over the limit, and tcp_tw_recycle is gone since Linux 4.12.',
  labels: { kept: 'the state is', shorter: 'shorter' },
  rows: (['TIME_WAIT', 'FIN_WAIT2'] as const).flatMap((state) =>
    settings
      // Of TIME_WAIT it was.
      .filter(({ sysctl }) => state === 'TIME_WAIT' || sysctl !== 'tcp_tw_recycle')
      .map((setting) => ({
        name: `${state}, ${setting.sysctl} = ${setting.value}`,
        given: { ...setting, state },
        // It speaks of TIME_WAIT alone.
        ...(state === 'TIME_WAIT' ? { says: { shorter: 'yes' as const } } : {}),
      })),
  ),
  async run(stage, { sysctl, value, state }) {
    const host = stage.alone();
    const before = await leave(host, state, 8080);
    if (!setIfThere(host, `net.ipv4.${sysctl}`, value)) return { kept: noSuchParameter, shorter: 'no' };
    return change(before, await leave(host, state, 8081));
  },
  laws: [
    {
      text: 'No parameter shortens a TIME_WAIT: tcp_fin_timeout shortens only FIN_WAIT2, tcp_tw_reuse shortens neither, and tcp_tw_recycle is gone. With tcp_max_tw_buckets = 0 the kernel keeps no TIME_WAIT and no FIN_WAIT2 at all.',
      rows: ({ sysctl, state }) => {
        if (sysctl === 'tcp_max_tw_buckets') return { kept: 'not made' };
        if (sysctl === 'tcp_tw_recycle') return { kept: noSuchParameter };
        const isShorter = sysctl === 'tcp_fin_timeout' && state === 'FIN_WAIT2';
        return { kept: isShorter ? 'kept for a shorter time' : 'kept as long as before' };
      },
    },
  ],
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

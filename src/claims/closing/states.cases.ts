import {
  alike,
  type Case,
  clauses,
  closeInOrder,
  defineCase,
  establish,
  fate,
  type Host,
  inGrid,
  type LabState,
  labStates,
  listed,
  outcome,
  outcomeAsync,
  programs,
  reach,
  readToEnd,
  reuse,
  type SeenRow,
  type Stage,
  standing,
  startAgain,
  tryToReach,
} from '../kit/index.js';

interface Old {
  readonly state: LabState;
  readonly option: boolean;
}

const anyState = defineCase<Old, string>({
  id: 'C19',
  articles: ['001'],
  title: 'SO_REUSEADDR over a socket in each state',
  claim: 'With SO_REUSEADDR a port in TIME_WAIT may be bound again, but in any other state bind still fails.',
  rule: 'inet_bind_conflict() asks two things of the old socket: does it have SO_REUSEADDR too, and is it in LISTEN? The state is looked at for nothing else, TIME_WAIT included. The usual SYN_RECV is a request of a listener, which holds no port of its own; the one here is a socket, made with TCP Fast Open.',
  advice:
    'With the option on every listener a restart works over whatever connections the old process left, living ones included. Only a listener stops it, and that is the second copy one wants to be told of.',
  bindsBeside: true,
  rows: labStates.flatMap((state) =>
    [true, false].map((option) => ({
      ...inGrid(state, `the old socket ${option ? 'with' : 'without'} the option`),
      given: { state, option },
      // A port without any socket is not busy: the claim does not speak of it.
      ...(state !== 'CLOSED' && { says: state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE' }),
    })),
  ),
  async run(stage, { state, option }) {
    const { host, address, port } = await reach(stage, state, option ? reuse : {});
    return startAgain(host, { address, port, options: reuse });
  },
  because: (rows) =>
    [true, false]
      .map((option) => {
        const over = rows.filter(({ given }) => given.state !== 'CLOSED' && given.option === option);
        return `where the old socket ${option ? 'had' : 'lacked'} the option, the start ${inShort(over)}`;
      })
      .join('; '),
});

/** `works over every state but LISTEN` is shorter than the list of them. */
function inShort(rows: readonly SeenRow<Old, string>[]): string {
  const groups = alike(
    rows,
    ({ observed }) => fate(observed),
    ({ given }) => given.state,
  );
  const states = groups.flatMap(({ labels }) => labels);
  const named = (labels: readonly string[]): string => {
    const others = states.filter((state) => !labels.includes(state));
    if (others.length === 0) return 'every state';
    return others.length < labels.length ? `every state but ${listed(others)}` : listed(labels);
  };
  return groups.map(({ outcome: said, labels }) => `${said} over ${named(labels)}`).join(' and ');
}

type Produced = LabState | 'a socket just made';

/** Which state is there in the end; Linux writes CLOSE for CLOSED. */
async function produce(stage: Stage, state: Produced): Promise<string> {
  if (state !== 'a socket just made') return await tryToReach(stage, state);
  const socket = stage.alone().open();
  const seen = socket.state;
  socket.host.called('getsockopt', ['TCP_INFO'], { actor: socket.name, outcome: { ok: true, value: seen } });
  return seen === 'CLOSE' ? 'CLOSED' : seen;
}

const eleven = defineCase<Produced, string>({
  id: 'A2',
  articles: ['003'],
  title: 'The eleven states of TCP',
  claim: 'A TCP connection has eleven states.',
  rule: 'include/net/tcp_states.h numbers them; RFC 9293 section 3.3.2 names them. CLOSED is no state of a connection but that there is none: after its end nothing is listed, and TCP_INFO of a socket just made says TCP_CLOSE. Linux has two more of its own that are no states of a connection: TCP_BOUND_INACTIVE, and TCP_NEW_SYN_RECV, shown as SYN_RECV, which is a request of a listener. The SYN_RECV here is a socket, made with TCP Fast Open.',
  advice:
    'Read the states with ss or listSockets: each tells whose turn it is. Many CLOSE_WAIT are a program that forgets to close.',
  rows: [
    ...labStates
      .filter((state) => state !== 'BOUND')
      .map((state) => ({
        name: state === 'CLOSED' ? 'CLOSED, after a connection' : state,
        given: state,
        says: state,
      })),
    { name: 'CLOSED, before a connection', given: 'a socket just made', says: 'CLOSED' },
  ],
  run: produce,
  because(rows) {
    const seen = [...new Set(rows.map(({ observed }) => observed))];
    const missed = rows.filter(({ ok }) => ok === false).map(({ name, observed }) => `${observed} in place of ${name}`);
    return `${seen.length} states were seen, each at the end of its way: ${listed(seen)}${missed.length === 0 ? '' : `; not reached: ${listed(missed)}`}`;
  },
});

type Handler = { readonly client: boolean; readonly reuse: boolean };

type Stopped = { readonly left: string; readonly restart: string };

const handler = defineCase<Handler, Stopped>({
  id: 'A1',
  articles: ['003'],
  title: 'Closing the listener in a handler of Ctrl+C',
  claim:
    'A server that shuts down and closes its listening socket when it is interrupted still cannot be started again while a connection of it is in TIME_WAIT.',
  rule: 'What blocks the port is the TIME_WAIT of the connection, not the listener: exit closes the connection actively, whatever became of the listener before.',
  advice:
    'A handler for SIGINT is good for finishing requests, not for freeing the port. For that set SO_REUSEADDR before bind.',
  rows: [
    {
      name: 'a client was connected',
      given: { client: true, reuse: false },
      says: { left: 'TIME_WAIT', restart: 'EADDRINUSE' },
    },
    { name: 'nobody was connected', given: { client: false, reuse: false } },
    { name: 'a client was connected and both servers set SO_REUSEADDR', given: { client: true, reuse: true } },
  ],
  async run(stage, given) {
    const host = stage.alone();
    const options = given.reuse ? reuse : {};
    const program = await host.start({
      program: programs.echoServer,
      args: [host.A, '8080', JSON.stringify(options), 'handler'],
    });
    await program.report('listen');
    const client = given.client ? await host.connect({ address: host.A, port: 8080 }) : undefined;
    if (client !== undefined) await program.report('accept');
    await program.kill('SIGINT');
    if (client !== undefined) {
      await readToEnd(client);
      client.close();
    }
    const left = await standing(host, 8080, [given.client ? 'TIME_WAIT' : 'nothing'], 'the server has ended');
    return { left, restart: startAgain(host, { port: 8080, options }) };
  },
  because: (rows) =>
    `the restart ${clauses(
      rows,
      ({ observed: { left, restart } }) => `${fate(restart)} (${left} is left)`,
      ({ name }) => `when ${name}`,
    )}`,
});

interface Sides {
  readonly [moment: string]: string;
  readonly afterFirst: string;
  readonly afterSecond: string;
  readonly restart: string;
}

interface Closing {
  readonly first: 'server' | 'client';
}

/** Both sides' states after each of two closes, and what a restart says then. */
async function twoCloses(stage: Stage, { first }: Closing): Promise<Sides> {
  const [host, clientHost] = stage.pair();
  const { listener, server, client } = await establish(host, { at: { port: 8080 }, clientHost });
  const ports = { server: 8080, client: client.local.port };
  const isFirst = (side: Closing['first']): boolean => side === first;
  const look = async (what: string, ofFirst: string, ofOther: string): Promise<string> => {
    const seen = (at: Host, side: Closing['first']): Promise<string> =>
      standing(at, ports[side], [isFirst(side) ? ofFirst : ofOther], what);
    return `${await seen(host, 'server')} at the server and ${await seen(clientHost, 'client')} at the client`;
  };
  const [one, other] = first === 'server' ? [server, client] : [client, server];
  one.close();
  const afterFirst = await look('after the first close', 'FIN_WAIT2', 'CLOSE_WAIT');
  await readToEnd(other);
  other.close();
  const afterSecond = await look('after the second close', 'TIME_WAIT', 'nothing');
  listener.close();
  return { afterFirst, afterSecond, restart: startAgain(host, { port: 8080 }) };
}

const because = ({ observed }: { readonly observed: Sides }): string =>
  `after the first close there is ${observed.afterFirst}; after the second, ${observed.afterSecond}; then the restart ${fate(observed.restart)}`;

const serverFirst = defineCase<Closing, Sides>({
  id: 'A5',
  articles: ['003'],
  title: 'The server closes first',
  claim:
    'When the server closes first it is in FIN_WAIT2 and the client in CLOSE_WAIT; when the client closes too the server is in TIME_WAIT and the client has nothing, and the restart fails.',
  rule: 'RFC 9293 section 3.6, figure 12: the side of the first FIN passes FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT.',
  advice: 'A server that must close first should have SO_REUSEADDR; one that can wait lets the client close.',
  rows: [
    {
      name: 'server, then client',
      given: { first: 'server' },
      says: {
        afterFirst: 'FIN_WAIT2 at the server and CLOSE_WAIT at the client',
        afterSecond: 'TIME_WAIT at the server and nothing at the client',
        restart: 'EADDRINUSE',
      },
    },
  ],
  run: twoCloses,
  because: (rows) => rows.map(because).join('; '),
});

const clientFirst = defineCase<Closing, Sides>({
  id: 'A6',
  articles: ['003'],
  title: 'The client closes first',
  claim:
    'When the client closes first the server is in CLOSE_WAIT and the client in FIN_WAIT2; when the server closes too it has nothing and the client is in TIME_WAIT, and the restart works.',
  rule: 'RFC 9293 section 3.6, figure 12: the side of the second FIN passes CLOSE-WAIT and LAST-ACK, and is done when its FIN is acknowledged.',
  advice: 'In protocols of your own let the client close first: the TIME_WAITs are then spread over the clients.',
  rows: [
    {
      name: 'client, then server',
      given: { first: 'client' },
      says: {
        afterFirst: 'CLOSE_WAIT at the server and FIN_WAIT2 at the client',
        afterSecond: 'nothing at the server and TIME_WAIT at the client',
        restart: 'ok',
      },
    },
  ],
  run: twoCloses,
  because: (rows) => rows.map(because).join('; '),
});

type Again = 'binds nothing' | 'binds its port' | 'binds nothing and has one port only';

async function connectAgain(stage: Stage, how: Again): Promise<string> {
  const [server, client] = stage.pair();
  const range = how === 'binds nothing and has one port only' ? '40000 40000' : '40000 40009';
  client.setSysctl('net.ipv4.ip_local_port_range', range);
  const { server: accepted, client: first } = await establish(server, { at: { port: 8080 }, clientHost: client });
  const old = first.local;
  await closeInOrder(first, accepted);
  const next = client.open({ name: 'restarted client' });
  if (how === 'binds its port') {
    const bound = outcome(() => next.bind(old));
    if (bound !== 'ok') return `is refused by bind() with ${bound}`;
  }
  const connected = await outcomeAsync(() => next.connect({ address: server.A, port: 8080 }));
  if (connected !== 'ok') return `is refused by connect() with ${connected}`;
  return next.local.port === old.port ? 'connects from the same port' : 'connects from a new port';
}

const clientAgain = defineCase<Again, string>({
  id: 'A7',
  articles: ['003'],
  title: 'A client started again',
  claim:
    'A client whose old connection is in TIME_WAIT connects again at once from a new port: as it binds nothing, starting it again never fails.',
  rule: '__inet_hash_connect() looks for a port whose four-tuple is free, and says EADDRNOTAVAIL when there is none. bind(2) of a port in TIME_WAIT is refused as to a server.',
  advice:
    'Leave the source port to the kernel. A client that opens and closes connections fast enough to one destination runs out of ports all the same: keep connections open.',
  rows: (['binds nothing', 'binds its port', 'binds nothing and has one port only'] as const).map((how) => ({
    name: how,
    given: how,
    // Who binds the old port does not ask for a new one.
    ...(how !== 'binds its port' && { says: 'connects from a new port' }),
  })),
  run: connectAgain,
  because: (rows) => rows.map(({ name, observed }) => `a client that ${name} ${observed}`).join('; '),
});

/** What the states of a connection are, and who passes through which. */
export const statesCases: readonly Case[] = [anyState, eleven, handler, serverFirst, clientFirst, clientAgain];

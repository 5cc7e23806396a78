import {
  type Case,
  closeInOrder,
  defineCase,
  establish,
  type Host,
  type LabState,
  labStates,
  type OldSocket,
  outcome,
  outcomeAsync,
  overEachState,
  programs,
  readToEnd,
  reuse,
  type Stage,
  standing,
  startAgain,
  startOver,
  tryToReach,
} from '../kit/index.js';

const anyState = defineCase<OldSocket, string>({
  id: 'C19',
  articles: ['001'],
  title: 'SO_REUSEADDR over a socket in each state',
  claim: 'With SO_REUSEADDR a port in TIME_WAIT may be bound again, but in any other state bind still fails.',
  rules: ['reuseaddr-shared', 'held-by-listener', 'held-by-connection'],
  advice:
    'Set the option on every listener: a restart then works over whatever connections the old process left, living ones included. Only a listener stops it, and that is the second copy you want to be told of.',
  bindsBeside: true,
  rows: overEachState,
  run: startOver,
  laws: [
    {
      text: 'If the old socket has SO_REUSEADDR too, a server with it starts over every state except LISTEN. If the old socket lacks it, the start fails with EADDRINUSE over every state, TIME_WAIT included.',
      rows: ({ state, option }) => (state === 'CLOSED' || (option && state !== 'LISTEN') ? 'ok' : 'EADDRINUSE'),
    },
    {
      text: 'A server with SO_REUSEADDR starts over TIME_WAIT, and over no other state.',
      rows: ({ state }) => (state === 'CLOSED' || state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

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
  rules: ['eleven-states'],
  advice:
    'Read the states with ss or `sockwise sockets`: each shows whose turn it is. Many CLOSE_WAIT are a program that forgets to close.',
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
  laws: [
    {
      text: 'All eleven states were reached: LISTEN, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSING, TIME_WAIT, CLOSE_WAIT, LAST_ACK and CLOSED, which is the absence of a connection.',
      rows: (state) => (state === 'a socket just made' ? 'CLOSED' : state),
    },
  ],
});

type Handler = { readonly client: boolean; readonly reuse: boolean };

type Stopped = { readonly left: string; readonly restart: string };

const handler = defineCase<Handler, Stopped>({
  id: 'A1',
  articles: ['003'],
  title: 'Closing the listener in a handler of Ctrl+C',
  claim:
    'A server that shuts down and closes its listening socket when it is interrupted still cannot be started again while a connection of it is in TIME_WAIT.',
  rules: ['held-by-time-wait', 'death-closes', 'reuseaddr-shared'],
  advice:
    'Use a handler for SIGINT to finish requests, not to free the port. To free the port set SO_REUSEADDR before bind().',
  labels: { left: 'left on the port', restart: 'restart' },
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
  laws: [
    {
      text: 'Closing the listener in the handler does not help: bind() fails with EADDRINUSE as long as a connection is in TIME_WAIT. The restart works if nobody was connected, or if both servers set SO_REUSEADDR.',
      rows: ({ client, reuse: both }) => ({
        left: client ? 'TIME_WAIT' : 'nothing',
        restart: client && !both ? 'EADDRINUSE' : 'ok',
      }),
    },
  ],
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

const serverFirst = defineCase<Closing, Sides>({
  id: 'A5',
  articles: ['003'],
  title: 'The server closes first',
  claim:
    'When the server closes first it is in FIN_WAIT2 and the client in CLOSE_WAIT; when the client closes too the server is in TIME_WAIT and the client has nothing, and the restart fails.',
  rules: ['closing-states', 'first-fin-time-wait', 'held-by-time-wait'],
  advice:
    'Let the client close first where the server can wait for it. Set SO_REUSEADDR on a server that must close first.',
  labels: { afterFirst: 'after the first close', afterSecond: 'after the second close', restart: 'restart' },
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
  laws: [
    {
      text: 'The server closes first: it waits in FIN_WAIT2 while the client is in CLOSE_WAIT. When the client closes too, TIME_WAIT stays at the server, and its restart fails with EADDRINUSE.',
      rows: {
        'server, then client': {
          afterFirst: 'FIN_WAIT2 at the server and CLOSE_WAIT at the client',
          afterSecond: 'TIME_WAIT at the server and nothing at the client',
          restart: 'EADDRINUSE',
        },
      },
    },
  ],
});

const clientFirst = defineCase<Closing, Sides>({
  id: 'A6',
  articles: ['003'],
  title: 'The client closes first',
  claim:
    'When the client closes first the server is in CLOSE_WAIT and the client in FIN_WAIT2; when the server closes too it has nothing and the client is in TIME_WAIT, and the restart works.',
  rules: ['closing-states', 'last-closer-done'],
  advice: 'Let the client close first in protocols of your own: the TIME_WAITs are then spread over the clients.',
  labels: { afterFirst: 'after the first close', afterSecond: 'after the second close', restart: 'restart' },
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
  laws: [
    {
      text: 'The client closes first: it waits in FIN_WAIT2 while the server is in CLOSE_WAIT. When the server closes too, TIME_WAIT stays at the client, and the server can be restarted at once.',
      rows: {
        'client, then server': {
          afterFirst: 'CLOSE_WAIT at the server and FIN_WAIT2 at the client',
          afterSecond: 'nothing at the server and TIME_WAIT at the client',
          restart: 'ok',
        },
      },
    },
  ],
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
  rules: ['port-chosen', 'held-by-time-wait', 'no-port-left-for-connect'],
  advice:
    'Leave the source port to the kernel. Keep connections open: a client that opens and closes them fast enough to one destination runs out of ports all the same.',
  rows: (['binds nothing', 'binds its port', 'binds nothing and has one port only'] as const).map((how) => ({
    name: how,
    given: how,
    // Who binds the old port does not ask for a new one.
    ...(how !== 'binds its port' && { says: 'connects from a new port' }),
  })),
  run: connectAgain,
  laws: [
    {
      text: 'A client that binds nothing connects again at once from a new port. It fails only if no port is left: connect() then says EADDRNOTAVAIL. A client that binds its old port fails in bind() with EADDRINUSE.',
      rows: (how) =>
        ({
          'binds nothing': 'connects from a new port',
          'binds its port': 'is refused by bind() with EADDRINUSE',
          'binds nothing and has one port only': 'is refused by connect() with EADDRNOTAVAIL',
        })[how],
    },
  ],
});

/** What the states of a connection are, and who passes through which. */
export const statesCases: readonly Case[] = [anyState, eleven, handler, serverFirst, clientFirst, clientAgain];

import {
  abandon,
  type Case,
  closeInOrder,
  closingStates,
  defineCase,
  establish,
  type Host,
  type Program,
  programs,
  readToEnd,
  type Stage,
  standing,
  startAgain,
} from '../kit/index.js';
import type { SocketTimer } from '../../index.js';

type Clients = 'the only client' | 'one of two clients';

async function restartAfterClient(stage: Stage, clients: Clients): Promise<string> {
  const host = stage.alone();
  const { listener, server, client } = await establish(host);
  const { port } = listener.local;
  if (clients === 'one of two clients') {
    await host.connect({ address: host.A, port }, { name: 'second client' });
    const second = await listener.accept('second');
    await closeInOrder(client, server);
    // The server stops, and so closes the connection that is left.
    second.close();
  } else {
    await closeInOrder(client, server);
  }
  listener.close();
  host.look('the server has stopped', { port });
  return startAgain(host, { port });
}

const clientFirst = defineCase<Clients, string>({
  id: 'S1',
  articles: ['002'],
  title: 'The client closes first, and the server can be restarted',
  claim: 'When the client closes first the server can be restarted at once.',
  rules: ['last-closer-done', 'first-fin-time-wait'],
  advice:
    'Set SO_REUSEADDR. Do not rely on clients: one connection that the server closed is enough to block the port.',
  onLoopback: true,
  rows: [
    { name: 'the only client closed first', given: 'the only client', says: 'ok' },
    {
      name: 'one of two clients closed first, and the server, when it stopped, closed the connection of the other',
      given: 'one of two clients',
    },
  ],
  run: restartAfterClient,
  laws: [
    {
      text: 'The restart works at once if every connection was closed by its client first. One connection that the server closed is enough to stop it with EADDRINUSE.',
      rows: (clients) => (clients === 'the only client' ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

interface Killed {
  readonly [what: string]: string;
  readonly afterKill: string;
  readonly clientReads: string;
  readonly afterClientClosed: string;
  readonly heldBy: string;
}

const killed = defineCase<'kill -9', Killed>({
  id: 'S4',
  articles: ['002'],
  title: 'The process is dead, and the kernel closes its connections',
  claim:
    'After kill -9 of a server the kernel itself sends the FIN and answers the client, so that a TIME_WAIT stands there that belongs to no process.',
  rules: ['death-closes', 'fin-wait2-alone'],
  advice:
    'Set SO_REUSEADDR in a server that a supervisor restarts at once. Killing it harder does not free its port sooner.',
  labels: {
    afterKill: 'after the kill',
    clientReads: 'the client reads',
    afterClientClosed: 'after the client closed',
    heldBy: 'held by',
  },
  onLoopback: true,
  rows: [
    {
      name: 'a server killed with a client connected',
      given: 'kill -9',
      says: { clientReads: 'end of stream', afterClientClosed: 'TIME_WAIT', heldBy: 'no process' },
    },
  ],
  async run(stage) {
    const host = stage.alone();
    const program = await host.start({ program: programs.echoServer, args: [host.A, '0'] });
    const { address } = await program.report('listen');
    const { port } = address as { port: number };
    const client = await host.connect({ address: host.A, port });
    await program.report('accept');
    await program.kill('SIGKILL');
    const afterKill = await standing(host, port, ['FIN_WAIT2'], 'the server is dead');
    const clientReads = (await readToEnd(client)).end;
    client.close();
    const afterClientClosed = await standing(host, port, ['TIME_WAIT'], 'the client has closed');
    const isHeld = host.sockets({ localPort: port }).some(({ inode }) => inode !== 0);
    return { afterKill, clientReads, afterClientClosed, heldBy: isHeld ? 'a process' : 'no process' };
  },
  laws: [
    {
      text: 'The kernel closes for the dead process: the client reads the end of the stream, and once it has closed too a TIME_WAIT is left that belongs to no process.',
      rows: {
        'a server killed with a client connected': {
          afterKill: 'FIN_WAIT2',
          clientReads: 'end of stream',
          afterClientClosed: 'TIME_WAIT',
          heldBy: 'no process',
        },
      },
    },
  ],
});

type Order = 'server first' | 'client first';

const bothOrders = defineCase<Order, { server: string; client: string }>({
  id: 'S5',
  articles: ['002'],
  title: 'Which side has the TIME_WAIT',
  claim:
    'A server that is the passive closer has no TIME_WAIT; it has one where it closes first, as when it is stopped or ends an HTTP connection.',
  rules: ['first-fin-time-wait', 'last-closer-done'],
  advice:
    'Look for TIME_WAIT at the side that closes. A proxy that closes its upstream connections collects TIME_WAIT as a client, and runs out of ports: keep those connections open.',
  labels: { server: 'left at the server', client: 'left at the client' },
  rows: [
    { name: 'the server closes first', given: 'server first', says: { server: 'TIME_WAIT', client: 'nothing' } },
    { name: 'the client closes first', given: 'client first', says: { server: 'nothing', client: 'TIME_WAIT' } },
  ],
  async run(stage, order) {
    const [host, clientHost] = stage.pair();
    const { listener, server, client } = await establish(host, { clientHost });
    const { port } = listener.local;
    const clientPort = client.local.port;
    const [first, second] = order === 'server first' ? [server, client] : [client, server];
    first.close();
    await readToEnd(second);
    second.close();
    const ended = ['TIME_WAIT', 'nothing'];
    return {
      server: await standing(host, port, ended, 'both have closed'),
      client: await standing(clientHost, clientPort, ended, 'both have closed'),
    };
  },
  laws: [
    {
      text: 'TIME_WAIT is left at the side that closes first, server or client. The other side has nothing left.',
      rows: (order) =>
        order === 'server first'
          ? { server: 'TIME_WAIT', client: 'nothing' }
          : { server: 'nothing', client: 'TIME_WAIT' },
    },
  ],
});

type Rest = 'TIME_WAIT' | 'FIN_WAIT2 of a dead server' | 'FIN_WAIT2 of a server that only shut down' | 'ESTABLISHED';

/** Whether the kernel's own timer ends it, and when. */
function endOf(timer: SocketTimer | undefined): string {
  if (timer === undefined) return 'by no timer';
  if (timer.kind !== 'time-wait') return `perhaps by a ${timer.kind} timer`;
  // Read a moment after it began.
  return `in about ${Math.round(timer.remainingMs / 5000) * 5} s`;
}

interface Left {
  readonly [what: string]: string;
  readonly restart: string;
  readonly ends: string;
}

async function leftBehind(stage: Stage, rest: Rest): Promise<Left> {
  const host = stage.alone();
  const { listener, server, client } = await establish(host);
  const { port } = listener.local;
  if (rest === 'TIME_WAIT') await closeInOrder(server, client);
  if (rest === 'FIN_WAIT2 of a dead server') await abandon(server);
  if (rest === 'FIN_WAIT2 of a server that only shut down') server.shutdown('write');
  listener.close();
  const state = rest === 'TIME_WAIT' || rest === 'ESTABLISHED' ? rest : 'FIN_WAIT2';
  await standing(host, port, [state], rest);
  const [row] = host.sockets({ localPort: port });
  return { restart: startAgain(host, { port }), ends: endOf(row?.timer) };
}

const waiting = defineCase<Rest, Left>({
  id: 'S6',
  articles: ['002'],
  title: 'Does waiting always help?',
  claim: 'Whoever waits for twice the MSL, which is a minute on Linux, finds the address free again.',
  rules: ['time-wait-60s', 'fin-timeout', 'half-closed-for-ever'],
  advice:
    'If the address stays in use for more than two minutes, look for a process that still holds a connection (a child that inherited it, or a half-closed one): `sockwise why PORT`.',
  labels: { restart: 'restart', ends: 'ends' },
  onLoopback: true,
  rows: (
    ['TIME_WAIT', 'FIN_WAIT2 of a dead server', 'FIN_WAIT2 of a server that only shut down', 'ESTABLISHED'] as const
  ).map((rest) => ({
    name: rest,
    given: rest,
    says: { ends: 'in about 60 s' },
  })),
  run: leftBehind,
  laws: [
    {
      text: 'Waiting a minute clears TIME_WAIT and the FIN_WAIT2 of a dead process. It never clears a connection that a process still holds, in ESTABLISHED or half-closed in FIN_WAIT2.',
      rows: (rest) => ({
        restart: 'EADDRINUSE',
        ends: rest === 'TIME_WAIT' || rest === 'FIN_WAIT2 of a dead server' ? 'in about 60 s' : 'by no timer',
      }),
    },
    {
      text: 'Waiting a minute clears the port in each of these states.',
      rows: () => ({ restart: 'EADDRINUSE', ends: 'in about 60 s' }),
    },
  ],
});

type Remedy =
  | 'doing nothing'
  | 'tcp_fin_timeout 1'
  | 'tcp_tw_reuse 1'
  | 'tcp_max_tw_buckets 0'
  | 'SOCK_DESTROY of the TIME_WAIT'
  | 'another address'
  | 'the client closing first'
  | 'a network namespace of its own'
  | 'a listener that a supervisor holds and hands down';

const settings: { readonly [R in Remedy]?: readonly [sysctl: string, value: number] } = {
  'tcp_fin_timeout 1': ['net.ipv4.tcp_fin_timeout', 1],
  'tcp_tw_reuse 1': ['net.ipv4.tcp_tw_reuse', 1],
};

/** A server that binds nothing: it accepts from a listener it is started with. */
async function serverOn(host: Host, listener: number, name: string): Promise<Program> {
  const program = await host.start({ program: programs.agent, name, fds: [listener] });
  await program.ask('adopt', 3);
  program.write(JSON.stringify(['accept']));
  return program;
}

/** The supervisor never closes the listener; its first server is killed with a client connected. */
async function handedDown(host: Host): Promise<string> {
  const listener = host.listen({ name: 'supervisor', address: host.A });
  const first = await serverOn(host, listener.socket.fd, 'server');
  const client = await host.connect(listener.local);
  await first.report('accept');
  await first.kill('SIGKILL');
  await readToEnd(client);
  client.close();
  await host.waitFor({ localPort: listener.local.port, state: 'TIME_WAIT' }, 'the first server is dead');
  const second = await serverOn(host, listener.socket.fd, 'restarted');
  await host.connect(listener.local, { name: 'next client' });
  return (await second.report('accept')).result;
}

async function remedy(stage: Stage, what: Remedy): Promise<string> {
  const host = stage.alone();
  if (what === 'a listener that a supervisor holds and hands down') return await handedDown(host);
  if (what === 'tcp_max_tw_buckets 0') host.setSysctl('net.ipv4.tcp_max_tw_buckets', 0);
  const { listener, server, client } = await establish(host);
  const { port } = listener.local;
  if (what === 'tcp_max_tw_buckets 0') {
    server.close();
    await client.recv();
    client.close();
    await host.waitUntilGone({ port, state: closingStates }, 'both have closed');
  } else {
    await (what === 'the client closing first' ? closeInOrder(client, server) : closeInOrder(server, client));
  }
  listener.close();
  const setting = settings[what];
  if (setting !== undefined) host.setSysctl(...setting);
  if (what === 'SOCK_DESTROY of the TIME_WAIT') host.destroy({ localPort: port, state: 'TIME_WAIT' });
  if (what === 'a network namespace of its own') return startAgain(stage.alone('another'), { port });
  return startAgain(host, { port, address: what === 'another address' ? host.B : host.A });
}

const closedProgram = defineCase<Remedy, string>({
  id: 'S11',
  articles: ['002'],
  title: 'A program that does not set SO_REUSEADDR and cannot be changed',
  claim:
    'A server that does not set SO_REUSEADDR cannot be restarted at once. If the program cannot be changed, is there anything else to be done?',
  rules: ['held-by-time-wait', 'time-wait-removed', 'tw-buckets', 'one-socket-many-descriptors'],
  advice:
    'Give the program a listener that is never closed, if it can take one as a descriptor. Otherwise give it an address or a network namespace of its own, or set the option from outside (`sockwise set`, or an LD_PRELOAD library). Remove TIME_WAIT by `sockwise free` or tcp_max_tw_buckets only if you can live without its protection: against old segments, and for a peer whose last ACK was lost.',
  rows: (
    [
      'doing nothing',
      'tcp_fin_timeout 1',
      'tcp_tw_reuse 1',
      'tcp_max_tw_buckets 0',
      'SOCK_DESTROY of the TIME_WAIT',
      'another address',
      'the client closing first',
      'a network namespace of its own',
      'a listener that a supervisor holds and hands down',
    ] as const
  ).map((what) => ({
    name: what,
    given: what,
    ...(what === 'doing nothing' && { says: 'EADDRINUSE' }),
    ...(what === 'SOCK_DESTROY of the TIME_WAIT' && { needs: ['destroy-socket'] as const }),
  })),
  run: remedy,
  laws: [
    {
      text: 'Something else helps: a listener that is never closed and handed down, another address, a network namespace of its own, the client closing first, or no TIME_WAIT at all (SOCK_DESTROY, tcp_max_tw_buckets = 0). tcp_fin_timeout and tcp_tw_reuse do not help.',
      rows: (what) =>
        what === 'doing nothing' || what === 'tcp_fin_timeout 1' || what === 'tcp_tw_reuse 1' ? 'EADDRINUSE' : 'ok',
    },
  ],
});

const otherAddress = defineCase<'A' | 'B' | 'ANY', string>({
  id: 'S12',
  articles: ['002'],
  title: 'TIME_WAIT on one address, bind on another',
  claim:
    'While one address and port is in TIME_WAIT, the same port on another address of the host can be bound at once.',
  rules: ['time-wait-has-one-address', 'addresses-apart', 'held-by-time-wait'],
  advice:
    'Restart on the other addresses of the machine at once if the service has several. For the wildcard set SO_REUSEADDR.',
  bindsBeside: true,
  rows: [
    { name: 'the other address', given: 'B', says: 'ok' },
    { name: 'the address itself', given: 'A' },
    { name: 'the wildcard', given: 'ANY' },
  ],
  async run(stage, place) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host, { at: { address: host.ANY, port: 8010 } });
    await closeInOrder(server, client);
    listener.close();
    return startAgain(host, { port: 8010, address: host[place] });
  },
  laws: [
    {
      text: 'TIME_WAIT holds one address: the port can be bound on another address at once. On the address itself and on the wildcard bind() fails with EADDRINUSE.',
      rows: (place) => (place === 'B' ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

/** What is left after a close, by who closed first, and what that means for a restart. */
export const whoClosesCases: readonly Case[] = [clientFirst, killed, bothOrders, waiting, closedProgram, otherAddress];

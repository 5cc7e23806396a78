import {
  type Case,
  closingStates,
  comesTrue,
  defineCase,
  type Endpoint,
  finAcknowledged,
  type Host,
  type LabSocket,
  outcomeAsync,
  type Program,
  programs,
  reuse,
  serverPlace,
  until,
} from '../kit/index.js';
import type { OptionValues, SocketState } from '../../index.js';

interface EchoServer {
  readonly program: Program;
  readonly port: number;
}

async function startEcho(host: Host, { address, port }: Endpoint, options: OptionValues): Promise<EchoServer> {
  const args = [address, String(port), JSON.stringify(options)];
  const program = await host.start({ program: programs.echoServer, name: 'server', args });
  const { address: bound } = await program.report('listen');
  return { program, port: (bound as { port: number }).port };
}

/** A client as telnet: it has sent a line and got it back. */
async function talk(host: Host, { program, port }: EchoServer, seen = 0): Promise<LabSocket> {
  const client = await host.connect({ address: host.A, port });
  await program.report('accept', seen);
  await client.send('hello server');
  await client.recv();
  return client;
}

/** Ctrl+C; the client sees the end of the stream, and closes too unless it stays. */
async function interrupt(host: Host, { program, port }: EchoServer, client: LabSocket, stays = false): Promise<void> {
  await program.kill('SIGINT');
  await outcomeAsync(() => client.recv());
  // If it does not come to rest, the table that is looked at next tells.
  if (stays) {
    const state = 'FIN_WAIT2';
    await comesTrue(() => host.sockets({ localPort: port, state }).length > 0, `${state} at the server`);
  } else {
    client.close();
    await bothClosed(host, port);
  }
}

/** Waits for both ends: the last ACK leaves the server before its TIME_WAIT is there (tcp_fin()), and takes its time to the client. */
async function bothClosed(host: Host, port: number): Promise<void> {
  await comesTrue(() => host.sockets({ port, state: closingStates }).length === 0, 'both have closed');
}

/** What bind said and, if it worked, listen. */
type Start = { readonly bind: string; readonly listen?: string };

/** Started again, on the same port. */
async function startEchoAgain(
  host: Host,
  place: Endpoint,
  options: OptionValues,
): Promise<{ program: Program; start: Start }> {
  const args = [place.address, String(place.port), JSON.stringify(options)];
  const program = await host.start({ program: programs.echoServer, name: 'server again', args });
  const { result: bind } = await program.report('bind');
  if (bind !== 'ok') return { program, start: { bind } };
  const { result: listen } = await program.report('listen');
  return { program, start: { bind, listen } };
}

function states(host: Host, what: string, port: number): SocketState[] {
  return host
    .look(what, { port })
    .map(({ state }) => state)
    .sort();
}

const restart = defineCase<OptionValues, Start>({
  id: 'G1',
  articles: ['000'],
  title: 'The echo server that cannot be restarted',
  claim:
    'A server without SO_REUSEADDR has a client and is closed first; started again, it fails in bind with EADDRINUSE. With the option it starts.',
  rules: ['held-by-time-wait', 'option-inherited'],
  advice:
    'Set SO_REUSEADDR on every listener from the first start on: on the restarted server alone it comes too late. Node sets it on every TCP server.',
  labels: { bind: 'bind()', listen: 'listen()' },
  onLoopback: true,
  rows: [
    { name: 'without the option', given: {}, says: { bind: 'EADDRINUSE' } },
    { name: 'with SO_REUSEADDR', given: reuse, says: { bind: 'ok', listen: 'ok' } },
  ],
  async run(stage, options) {
    const host = stage.alone();
    const place = serverPlace(stage, host, 8080);
    const echo = await startEcho(host, place, options);
    states(host, 'netstat: the server listens', echo.port);
    const client = await talk(host, echo);
    states(host, 'netstat: a client is connected', echo.port);
    await interrupt(host, echo, client);
    states(host, 'netstat: the server is gone', echo.port);
    const { start } = await startEchoAgain(host, { ...place, port: echo.port }, options);
    states(host, 'netstat: after the restart', echo.port);
    return start;
  },
  laws: [
    {
      text: 'Without SO_REUSEADDR the server cannot be started again: bind() fails with EADDRINUSE. With the option from the first start on it can.',
      rows: { 'without the option': { bind: 'EADDRINUSE' }, 'with SO_REUSEADDR': { bind: 'ok', listen: 'ok' } },
    },
    {
      text: 'The server can be started again at once, with SO_REUSEADDR or without.',
      rows: { 'without the option': { bind: 'ok', listen: 'ok' }, 'with SO_REUSEADDR': { bind: 'ok', listen: 'ok' } },
    },
  ],
});

type Netstat = {
  readonly listening: readonly string[];
  readonly connected: readonly string[];
  readonly closed: readonly string[];
};

interface Visit {
  /** The client keeps its end open when it has seen the end of the stream. */
  readonly stays: boolean;
}

const netstat = defineCase<Visit, Netstat>({
  id: 'G2',
  articles: ['000'],
  title: 'What netstat shows before, during and after',
  claim:
    'netstat shows one LISTEN row, then LISTEN and both ends ESTABLISHED, and after the server was closed a single TIME_WAIT row that belongs to no process.',
  rules: ['fin-wait2-alone', 'death-closes'],
  advice:
    'Make clients close when they read the end of the stream: a FIN_WAIT2 on your port after a restart is a client that has not closed.',
  labels: { listening: 'before a client', connected: 'with a client', closed: 'after the close' },
  onLoopback: true,
  rows: [
    { name: 'the client closes when it sees the end', given: { stays: false } },
    { name: 'the client stays', given: { stays: true } },
  ].map((row) => ({
    ...row,
    says: {
      listening: ['LISTEN'],
      connected: ['ESTABLISHED', 'ESTABLISHED', 'LISTEN'],
      closed: ['TIME_WAIT without a process'],
    },
  })),
  async run(stage, { stays }) {
    const host = stage.alone();
    const echo = await startEcho(host, serverPlace(stage, host, 8080), {});
    const listening = states(host, 'netstat: the server listens', echo.port);
    const client = await talk(host, echo);
    const connected = states(host, 'netstat: a client is connected', echo.port);
    await interrupt(host, echo, client, stays);
    const left = host.look('netstat: after the close', { port: echo.port });
    const closed = left.map(({ state, inode }) => `${state} ${inode === 0 ? 'without' : 'with'} a process`).sort();
    return { listening, connected, closed };
  },
  laws: [
    {
      text: 'There is one LISTEN row at first, then LISTEN and both ends ESTABLISHED. After the close a single TIME_WAIT without a process is left once the client has closed too; while the client stays, its end is in CLOSE_WAIT and that of the server in FIN_WAIT2.',
      rows: {
        'the client closes when it sees the end': {
          listening: ['LISTEN'],
          connected: ['ESTABLISHED', 'ESTABLISHED', 'LISTEN'],
          closed: ['TIME_WAIT without a process'],
        },
        'the client stays': {
          listening: ['LISTEN'],
          connected: ['ESTABLISHED', 'ESTABLISHED', 'LISTEN'],
          closed: ['CLOSE_WAIT with a process', 'FIN_WAIT2 without a process'],
        },
      },
    },
  ],
});

const sideBySide = defineCase<OptionValues, Start & { readonly port: readonly string[] }>({
  id: 'G8',
  articles: ['000'],
  title: 'The restarted server beside its past',
  claim:
    'With SO_REUSEADDR the restart works, and the listener, the old TIME_WAIT and a new ESTABLISHED connection stand side by side on the port.',
  rules: ['reuseaddr-shared', 'four-tuple-first'],
  advice: 'Clean up nothing: the old TIME_WAIT runs out by itself and does not disturb new clients.',
  labels: { bind: 'bind()', listen: 'listen()', port: 'on the port then' },
  onLoopback: true,
  rows: [
    {
      name: 'with SO_REUSEADDR',
      given: reuse,
      says: { bind: 'ok', listen: 'ok', port: ['ESTABLISHED', 'LISTEN', 'TIME_WAIT'] },
    },
  ],
  async run(stage, options) {
    const host = stage.alone();
    const place = serverPlace(stage, host, 8080);
    const echo = await startEcho(host, place, options);
    await interrupt(host, echo, await talk(host, echo));
    const { program, start } = await startEchoAgain(host, { ...place, port: echo.port }, options);
    if (start.listen === 'ok') await talk(host, { program, port: echo.port });
    const rows = host.look('netstat: after the restart', { localPort: echo.port });
    return { ...start, port: rows.map(({ state }) => state).sort() };
  },
  laws: [
    {
      text: 'The restart works, and the port then has the listener, the old TIME_WAIT and a new ESTABLISHED connection side by side.',
      rows: { 'with SO_REUSEADDR': { bind: 'ok', listen: 'ok', port: ['ESTABLISHED', 'LISTEN', 'TIME_WAIT'] } },
    },
  ],
});

type Killed = { readonly left: string; readonly bind: string; readonly errno: number };

interface Kill {
  /** The client has sent something that the server never read. */
  readonly unread: boolean;
}

/** The connection of the server as it is found after the client, too, has closed. */
async function whatIsLeft(host: Host, client: LabSocket, port: number): Promise<string> {
  await comesTrue(() => client.state !== 'ESTABLISHED', 'the end of the connection at the client');
  await finAcknowledged(host, { localPort: port });
  client.close();
  await bothClosed(host, port);
  return states(host, 'netstat: after Ctrl+C', port).join(', ') || 'nothing';
}

const interrupted = defineCase<Kill, Killed>({
  id: 'C1',
  articles: ['001'],
  title: 'Ctrl+C leaves a TIME_WAIT, and bind fails with errno 98',
  claim:
    'Ctrl+C on a server with an established client leaves TIME_WAIT, and the server cannot be started again: bind fails with errno 98.',
  rules: ['first-fin-time-wait', 'held-by-time-wait', 'unread-data-resets'],
  advice:
    'Set SO_REUSEADDR before bind(). Without it, whether a restart works depends on whether the old server had read all that its clients sent.',
  labels: { left: 'left on the port', bind: 'bind()', errno: 'errno' },
  onLoopback: true,
  rows: [
    { name: 'all that the client sent was read', given: { unread: false } },
    { name: 'the client has sent data that was not read', given: { unread: true } },
  ].map((row) => ({ ...row, says: { left: 'TIME_WAIT', bind: 'EADDRINUSE', errno: 98 } })),
  async run(stage, { unread }) {
    const host = stage.alone();
    const place = serverPlace(stage, host, 5700);
    // The second is started beside the first, and makes its calls after it.
    const [first, second] = await Promise.all([
      host.start({ program: programs.agent, name: 'server' }),
      host.start({ program: programs.agent, name: 'server again' }),
    ]);
    await first.ask('socket');
    await first.ask('bind', place.address, place.port);
    const { port } = (await first.ask('listen'))['address'] as Endpoint;
    const client = await host.connect({ address: host.A, port });
    await first.ask('accept');
    if (unread) {
      await client.send('never read');
      const accepted = { localPort: port, state: 'ESTABLISHED' } as const;
      await until(() => host.sockets(accepted).find(({ receiveQueue }) => receiveQueue > 0), 'data at the server');
      host.look('netstat: data waits at the server', accepted);
    }
    await first.kill('SIGINT');
    const left = await whatIsLeft(host, client, port);
    await second.ask('socket');
    const { result: bind, errno } = await second.ask('bind', place.address, port);
    return { left, bind, errno: -Number(errno ?? 0) };
  },
  laws: [
    {
      text: 'Ctrl+C leaves a TIME_WAIT, and bind() fails with EADDRINUSE (errno 98), if the server had read all that its client sent. If it had not, nothing is left and bind() works.',
      rows: ({ unread }) =>
        unread ? { left: 'nothing', bind: 'ok', errno: 0 } : { left: 'TIME_WAIT', bind: 'EADDRINUSE', errno: 98 },
    },
    {
      text: 'Ctrl+C leaves a TIME_WAIT, and bind() fails with EADDRINUSE (errno 98).',
      rows: () => ({ left: 'TIME_WAIT', bind: 'EADDRINUSE', errno: 98 }),
    },
  ],
});

export const restartCases: readonly Case[] = [restart, netstat, sideBySide, interrupted];

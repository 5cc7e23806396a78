import {
  alike,
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

function startSentence({ bind, listen }: Start): string {
  if (bind !== 'ok') return `failed in bind with ${bind}`;
  return listen === 'ok' ? 'worked' : `failed in listen with ${listen}`;
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
  rule: 'inet_csk_get_port() finds the TIME_WAIT socket in the bucket of the port, and inet_bind_conflict() lets it pass only if both it and the new socket have SO_REUSEADDR (or both SO_REUSEPORT). The minisocket has the flag of its connection (inet_twsk_alloc()), and that the one of its listener (inet_csk_clone_lock()).',
  advice:
    'Set SO_REUSEADDR on every listener from the first start on: setting it only on the restarted server comes too late. Node sets it on every TCP server.',
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
  because: (rows) => rows.map(({ name, observed }) => `${name} the second start ${startSentence(observed)}`).join('; '),
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
  rule: 'A dying process closes its sockets (inet_release()). tcp_close() sends the FIN and the orphan waits in FIN_WAIT2 as a minisocket without a process (tcp_time_wait()); only the FIN of the client turns it into TIME_WAIT (tcp_timewait_state_process()).',
  advice:
    'A FIN_WAIT2 on your port after a restart means a client that has not closed: make clients react to the end of the stream.',
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
  because(rows) {
    const before = alike(
      rows,
      ({ observed: { listening, connected } }) => `${listening.join(', ')}, with a client ${connected.join(', ')}`,
      ({ name }) => name,
    );
    const closed = rows.map(({ name, observed }) => `${observed.closed.join(' and ') || 'nothing'} if ${name}`);
    return `netstat showed ${before.map(({ outcome }) => outcome).join('; or ')}; after the close ${closed.join(', ')}`;
  },
});

const sideBySide = defineCase<OptionValues, Start & { readonly port: readonly string[] }>({
  id: 'G8',
  articles: ['000'],
  title: 'The restarted server beside its past',
  claim:
    'With SO_REUSEADDR the restart works, and the listener, the old TIME_WAIT and a new ESTABLISHED connection stand side by side on the port.',
  rule: 'inet_bind_conflict() passes over sockets that do not listen if both have SO_REUSEADDR. The established table knows sockets by four-tuple (__inet_lookup_established()), so the old minisocket and the new connection never meet.',
  advice: 'Nothing to clean up: the old TIME_WAIT runs out by itself and does not disturb new clients.',
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
  because: (rows) =>
    rows
      .map(
        ({ observed }) =>
          `the restart ${startSentence(observed)}, and the port then had ${observed.port.join(', ') || 'nothing'}`,
      )
      .join('; '),
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
  rule: 'tcp_close() sends FIN, and the side that sent the first one ends in TIME_WAIT. With received data unread it sends RST instead (RFC 2525 section 2.17) and no state is left.',
  advice:
    'Set SO_REUSEADDR before bind. Without it, whether a server that died can bind again depends on whether it had read all that its clients sent.',
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
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `if ${name}, ${observed.left} was left and bind ${observed.bind === 'ok' ? 'worked' : `failed with ${observed.bind} (errno ${observed.errno})`}`,
      )
      .join('; '),
});

export const restartCases: readonly Case[] = [restart, netstat, sideBySide, interrupted];

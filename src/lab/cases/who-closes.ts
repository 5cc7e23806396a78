import { type Case, defineCase } from '../case/case.js';
import { closeInOrder, establish } from '../host/connection.js';
import type { Host } from '../host/host.js';
import type { Lab } from '../case/lab.js';
import { statesOn } from '../case/reach-state.js';
import { outcome, outcomeAsync } from '../host/step.js';

/** What a server without any option hears when it is started on the address and port again. */
function startAgain(host: Host, port: number, address = host.A): string {
  return outcome(() => host.open({ name: 'restarted' }).bind({ address, port }).listen());
}

type Clients = 'the only client' | 'one of two clients';

async function restartAfterClient(lab: Lab, clients: Clients): Promise<string> {
  const host = lab.host();
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
  return startAgain(host, port);
}

const clientFirst = defineCase<Clients, string>({
  id: 'S1',
  articles: ['002'],
  title: 'The client closes first, and the server can be restarted',
  claim: 'When the client closes first the server can be restarted at once.',
  rule: 'Only the side that sends its FIN first keeps the connection (RFC 9293 section 3.6): tcp_rcv_state_process() frees the passive side when its own FIN is acknowledged in LAST_ACK, so inet_bind_conflict() finds nothing.',
  advice:
    'One connection that the server closed is enough to block the port. Do not count on clients: set SO_REUSEADDR.',
  onLoopback: true,
  rows: [
    { name: 'the only client closed first', given: 'the only client', says: 'ok' },
    {
      name: 'one of two clients closed first, the other was there when the server stopped',
      given: 'one of two clients',
      says: 'ok',
    },
  ],
  run: restartAfterClient,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

const killed = defineCase<'kill -9', Record<string, string>>({
  id: 'S4',
  articles: ['002'],
  title: 'The process is dead, and the kernel closes its connections',
  claim:
    'After kill -9 of a server the kernel itself sends the FIN and answers the client, so that a TIME_WAIT stands there that belongs to no process.',
  rule: 'exit_files() closes every descriptor of a dying process; tcp_close() sends FIN, and the socket lives on as an orphan, then as a minisocket (inet_twsk_alloc()) with inode 0.',
  advice:
    'Killing a server harder does not free its port sooner. A supervisor that restarts it at once needs SO_REUSEADDR in the server.',
  onLoopback: true,
  rows: [
    {
      name: 'a server killed with a client connected',
      given: 'kill -9',
      says: {
        afterKill: 'FIN_WAIT2',
        clientReads: 'the end of the stream',
        afterClientClosed: 'TIME_WAIT',
        heldBy: 'no process',
      },
    },
  ],
  async run(lab) {
    const host = lab.host();
    const program = await host.start({ program: 'echo-server', args: [host.A, '0'] });
    const { address } = await program.report('listen');
    const { port } = address as { port: number };
    const client = await host.connect({ address: host.A, port });
    await program.report('accept');
    await program.kill('SIGKILL');
    const orphan = await host.waitFor({ localPort: port, state: 'FIN_WAIT2' }, 'the server is dead');
    const clientReads = (await client.recv()) === '' ? 'the end of the stream' : 'data';
    client.close();
    const wait = await host.waitFor({ localPort: port, state: 'TIME_WAIT' }, 'the client has closed');
    const heldBy = orphan.inode === 0 && wait.inode === 0 ? 'no process' : 'a process';
    return { afterKill: orphan.state, clientReads, afterClientClosed: wait.state, heldBy };
  },
  because: ([row]) =>
    `after kill -9 the server's end is ${row?.observed['afterKill']}, held by ${row?.observed['heldBy']}; the client reads ${row?.observed['clientReads']}, and when it closes a ${row?.observed['afterClientClosed']} is left`,
});

type Order = 'server first' | 'client first';

const bothOrders = defineCase<Order, { server: string; client: string }>({
  id: 'S5',
  articles: ['002'],
  title: 'Which side has the TIME_WAIT',
  claim:
    'A server that is the passive closer has no TIME_WAIT; it has one where it closes first, as when it is stopped or ends an HTTP connection.',
  rule: 'RFC 9293 section 3.6: TIME-WAIT is for the side whose FIN went first; LAST-ACK ends the other. tcp_fin() and tcp_rcv_state_process().',
  advice:
    'Count TIME_WAIT on the side that closes: a proxy that closes its upstream connections gathers them as a client, and runs out of ports.',
  rows: [
    { name: 'the server closes first', given: 'server first', says: { server: 'TIME_WAIT', client: 'nothing' } },
    { name: 'the client closes first', given: 'client first', says: { server: 'nothing', client: 'TIME_WAIT' } },
  ],
  async run(lab, order) {
    const [host, clientHost] = lab.pair();
    const { listener, server, client } = await establish(host, { clientHost });
    const { port } = listener.local;
    const clientPort = client.local.port;
    await (order === 'server first' ? closeInOrder(server, client) : closeInOrder(client, server));
    return { server: statesOn(host, port), client: statesOn(clientHost, clientPort) };
  },
  because: (rows) =>
    rows
      .map(({ name, observed }) => `${name}: ${observed.server} at the server, ${observed.client} at the client`)
      .join('; '),
});

type Rest = 'TIME_WAIT' | 'FIN_WAIT2 of a dead server' | 'FIN_WAIT2 of a server that only shut down' | 'ESTABLISHED';

async function leftBehind(lab: Lab, rest: Rest): Promise<string> {
  const host = lab.host();
  const { listener, server, client } = await establish(host);
  const { port } = listener.local;
  if (rest === 'TIME_WAIT') await closeInOrder(server, client);
  if (rest === 'FIN_WAIT2 of a dead server') server.close();
  if (rest === 'FIN_WAIT2 of a server that only shut down') server.shutdown('write');
  listener.close();
  const state = rest === 'TIME_WAIT' || rest === 'ESTABLISHED' ? rest : 'FIN_WAIT2';
  const row = await host.waitFor({ localPort: port, state }, rest);
  const bind = startAgain(host, port);
  if (bind === 'ok') return 'the port is free';
  const ends = row.timer?.kind === 'time-wait' ? row.timer.remainingMs : undefined;
  if (ends === undefined) return 'for as long as the connection stands';
  return ends <= 60_000 ? 'for 60 s' : `for ${ends} ms`;
}

const waiting = defineCase<Rest, string>({
  id: 'S6',
  articles: ['002'],
  title: 'Does waiting always help?',
  claim: 'Whoever waits for twice the MSL finds the address free again.',
  rule: 'TIME_WAIT and an orphaned FIN_WAIT2 have a timer (inet_twsk_schedule(), tcp_fin_timeout). A FIN_WAIT2 that a process still holds, and an ESTABLISHED connection, have none: RFC 9293 section 3.6 lets a half-closed connection stand for ever.',
  advice:
    'If the address stays in use for more than a minute, look for a process that still holds a connection (a child that inherited it, or a half-closed one), not for TIME_WAIT.',
  onLoopback: true,
  rows: (
    ['TIME_WAIT', 'FIN_WAIT2 of a dead server', 'FIN_WAIT2 of a server that only shut down', 'ESTABLISHED'] as const
  ).map((rest) => ({
    name: rest,
    given: rest,
    says: 'for 60 s',
  })),
  run: leftBehind,
  because: (rows) =>
    `the address stays in use, by what is left behind: ${rows.map(({ name, observed }) => `${name}, ${observed}`).join('; ')}`,
});

type Remedy =
  | 'nothing'
  | 'another address'
  | 'tcp_fin_timeout'
  | 'tcp_tw_reuse'
  | 'tcp_max_tw_buckets'
  | 'SOCK_DESTROY'
  | 'the client closes first'
  | 'a namespace';

async function remedy(lab: Lab, what: Remedy): Promise<string> {
  const host = lab.host();
  if (what === 'tcp_max_tw_buckets') host.setSysctl('net.ipv4.tcp_max_tw_buckets', 0);
  const { listener, server, client } = await establish(host);
  const { port } = listener.local;
  if (what === 'tcp_max_tw_buckets') {
    server.close();
    await client.recv();
    client.close();
    await host.waitUntilGone(
      { port, state: ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK'] },
      'both have closed',
    );
  } else {
    await (what === 'the client closes first' ? closeInOrder(client, server) : closeInOrder(server, client));
  }
  listener.close();
  if (what === 'tcp_fin_timeout') host.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  if (what === 'tcp_tw_reuse') host.setSysctl('net.ipv4.tcp_tw_reuse', 1);
  if (what === 'SOCK_DESTROY') host.destroy({ localPort: port, state: 'TIME_WAIT' });
  if (what === 'a namespace') return startAgain(lab.host('another'), port);
  return startAgain(host, port, what === 'another address' ? host.B : host.A);
}

const closedProgram = defineCase<Remedy, string>({
  id: 'S11',
  articles: ['002'],
  title: 'A program that does not set SO_REUSEADDR and cannot be changed',
  claim: 'If a program does not set SO_REUSEADDR and cannot be changed, its restart has to wait for TIME_WAIT to pass.',
  rule: 'inet_bind_conflict() needs the flag on both sides, but the TIME_WAIT itself can be avoided (the client closes first; tcp_time_wait() makes none above tcp_max_tw_buckets), removed (tcp_diag_destroy()), or be in the way of another address only.',
  advice:
    'For a closed program: ss -K on the TIME_WAIT sockets of its port, or a namespace or address of its own; or a supervisor that holds the listener and hands it down.',
  needs: ['destroy-socket'],
  rows: (
    [
      'nothing',
      'tcp_fin_timeout',
      'tcp_tw_reuse',
      'tcp_max_tw_buckets',
      'SOCK_DESTROY',
      'another address',
      'the client closes first',
      'a namespace',
    ] as const
  ).map((what) => ({ name: what, given: what, says: 'EADDRINUSE' })),
  run: remedy,
  because(rows) {
    const helps = rows.filter(({ observed }) => observed === 'ok').map(({ name }) => name);
    const not = rows.filter(({ observed }) => observed !== 'ok').map(({ name }) => name);
    return `what helps: ${helps.join(', ')}; what does not: ${not.join(', ')}`;
  },
});

const otherAddress = defineCase<'A' | 'B' | 'ANY', string>({
  id: 'S12',
  articles: ['002'],
  title: 'TIME_WAIT on one address, bind on another',
  claim:
    'While one address and port is in TIME_WAIT, the same port on another address of the host can be bound at once.',
  rule: 'A TIME_WAIT has the one local address of its connection, also if the listener had the wildcard: inet_rcv_saddr_equal() compares that.',
  advice: 'A service with several addresses can be restarted on the others at once; on the wildcard it cannot.',
  bindsBeside: true,
  rows: [
    { name: 'the other address', given: 'B', says: 'ok' },
    { name: 'the address itself', given: 'A', says: 'EADDRINUSE' },
    { name: 'the wildcard', given: 'ANY', says: 'EADDRINUSE' },
  ],
  async run(lab, place) {
    const host = lab.host();
    const { listener, server, client } = await establish(host, { at: { address: host.ANY, port: 8010 } });
    await closeInOrder(server, client);
    listener.close();
    return startAgain(host, 8010, host[place]);
  },
  because: (rows) => `with A in TIME_WAIT, ${rows.map(({ name, observed }) => `${name}: ${observed}`).join(', ')}`,
});

type Late = 'the old end is FIN_WAIT2' | 'the old end is gone';

const lateData = defineCase<Late, { firstSend: string; next: string }>({
  id: 'S15',
  articles: ['002'],
  title: 'The old peer sends after the restart',
  claim:
    'After the restart the old client still sends: its data belongs to no connection of the new server, which answers RST, and the client sees the connection reset.',
  rule: 'The FIN_WAIT2 of the old connection still owns the four-tuple: tcp_timewait_state_process() answers data with RST and ends it. Where nothing owns the four-tuple, the listener gets the segment and answers RST (tcp_rcv_state_process() in LISTEN, RFC 9293 section 3.10.7.2).',
  advice:
    'A first send that succeeds proves nothing: only an answer does. Clients must expect ECONNRESET and EPIPE after a server restart and connect again.',
  needs: ['destroy-socket'],
  rows: (['the old end is FIN_WAIT2', 'the old end is gone'] as const).map((late) => ({
    name: late,
    given: late,
    says: { firstSend: 'ok', next: 'ECONNRESET' },
  })),
  async run(lab, late) {
    const host = lab.host();
    const options = { SO_REUSEADDR: true };
    const { listener, server, client } = await establish(host, { options });
    const { address, port } = listener.local;
    server.close();
    listener.close();
    await host.waitFor({ localPort: port, state: 'FIN_WAIT2' }, 'the server has stopped');
    if (late === 'the old end is gone') host.destroy({ localPort: port, state: 'FIN_WAIT2' });
    host.listen({ name: 'restarted', address, port, options });
    const firstSend = await outcomeAsync(() => client.send('meant for the old server'));
    await host.waitUntilGone({ localPort: client.local.port, state: 'CLOSE_WAIT' }, 'the answer has come');
    return { firstSend, next: await outcomeAsync(() => client.send('more')) };
  },
  because: (rows) =>
    rows
      .map(({ name, observed }) => `${name}: the first send says ${observed.firstSend}, the next ${observed.next}`)
      .join('; '),
});

type Keyboard = 'still blocked in reading its keyboard' | 'has sent a line, then exited' | 'has exited without a word';

const keyboard = defineCase<Keyboard, string>({
  id: 'S16',
  articles: ['002'],
  title: 'The client that sits at its keyboard',
  claim:
    'The server is stopped while its client waits for the keyboard: the restart fails. The client sends a line, then exits: the restart works at once, since no TIME_WAIT is left.',
  rule: 'The dead server is in FIN_WAIT2. Data that arrives there finds nobody to read it: tcp_timewait_state_process() answers RST and frees the minisocket, so no TIME_WAIT follows. Had the client only closed, its FIN would have made one.',
  advice: 'That a restart works sometimes depends on what clients do last. Set SO_REUSEADDR instead of finding out.',
  rows: [
    {
      name: 'the client still waits for its keyboard',
      given: 'still blocked in reading its keyboard',
      says: 'EADDRINUSE',
    },
    { name: 'the client sends a line, then exits', given: 'has sent a line, then exited', says: 'ok' },
    { name: 'the client exits without sending', given: 'has exited without a word', says: 'ok' },
  ],
  async run(lab, what) {
    const host = lab.host();
    const { listener, server, client } = await establish(host);
    const { port } = listener.local;
    const clientPort = client.local.port;
    server.close();
    listener.close();
    await host.waitFor({ localPort: port, state: 'FIN_WAIT2' }, 'the server has stopped');
    if (what === 'has sent a line, then exited') {
      await client.send('a line\n');
      await host.waitUntilGone({ localPort: port }, 'the line has been answered');
    }
    if (what !== 'still blocked in reading its keyboard') {
      client.close();
      await host.waitUntilGone({ localPort: clientPort }, 'the client has exited');
    }
    statesOn(host, port);
    return startAgain(host, port);
  },
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

/** What is left after a close, by who closed first, and what that means for a restart. */
export const whoClosesCases: readonly Case[] = [
  clientFirst,
  killed,
  bothOrders,
  waiting,
  closedProgram,
  otherAddress,
  lateData,
  keyboard,
];

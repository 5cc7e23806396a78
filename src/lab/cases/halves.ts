import { Capture, endingsSent } from '../capture.js';
import { type Case, defineCase } from '../case.js';
import { establish } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { arrived, inState, readToEnd } from '../peer-view.js';
import { outcome, outcomeAsync } from '../step.js';
import { until } from '../until.js';

type Departure = 'close()' | 'close() with data unread' | 'shutdown(SHUT_WR)';
type Writer = 'send() with MSG_NOSIGNAL' | 'write() in a program' | 'write() in a program that ignores SIGPIPE';
type Writes = { readonly first: string; readonly second: string };

/** The peer goes, and until the writer has been told so nothing is written. */
async function depart(departure: Departure, peer: LabSocket, writer: LabSocket): Promise<void> {
  if (departure === 'shutdown(SHUT_WR)') peer.shutdown('write');
  else {
    if (departure === 'close() with data unread') await arrived(peer, await writer.send('never read'));
    peer.close();
  }
  await inState(writer, departure === 'close() with data unread' ? 'CLOSE' : 'CLOSE_WAIT');
}

/** Once the answer to the first write is there: RST, or an ACK. */
async function answered(departure: Departure, writer: LabSocket): Promise<void> {
  if (departure === 'close()') await inState(writer, 'CLOSE');
}

async function writeTwice(lab: Lab, departure: Departure, by: Writer): Promise<Writes> {
  const host = lab.host();
  const { server, client } = await establish(host);
  await depart(departure, server, client);
  if (by === 'send() with MSG_NOSIGNAL') {
    const first = outcome(() => client.trySend('one'));
    await answered(departure, client);
    return { first, second: outcome(() => client.trySend('two')) };
  }
  const args = by === 'write() in a program' ? ['SIGPIPE'] : [];
  const program = await host.start({ program: 'holder', fds: [client.socket.fd], args });
  const first = (await program.ask('write')).result;
  await answered(departure, client);
  if (by !== 'write() in a program') return { first, second: (await program.ask('write')).result };
  program.write(JSON.stringify(['write']));
  return { first, second: `killed by ${await program.exited()}` };
}

const writeAfterClose = defineCase<{ departure: Departure; by: Writer }, Writes>({
  id: 'R6',
  articles: [],
  title: 'Writing to a peer that has closed',
  claim:
    'The first write to a peer that has closed succeeds and is answered with RST; the second gives EPIPE and the signal SIGPIPE (write(2), the textbooks).',
  rule: 'A FIN says only that the peer sends no more, so the first segment goes out. tcp_reset() sets EPIPE in CLOSE_WAIT and ECONNRESET in ESTABLISHED; tcp_sendmsg() reports that first, and EPIPE from then on. sk_stream_error() sends SIGPIPE with EPIPE alone, unless MSG_NOSIGNAL.',
  advice:
    'Take EPIPE and ECONNRESET for the same thing. Node and this library never die of SIGPIPE (SIG_IGN, MSG_NOSIGNAL); a native addon or a child that writes to a socket can.',
  onLoopback: true,
  rows: [
    {
      name: 'close(), send() with MSG_NOSIGNAL',
      given: { departure: 'close()', by: 'send() with MSG_NOSIGNAL' },
      says: { first: 'ok', second: 'EPIPE' },
    },
    {
      name: 'close(), write() with SIGPIPE ignored',
      given: { departure: 'close()', by: 'write() in a program that ignores SIGPIPE' },
      says: { first: 'ok', second: 'EPIPE' },
    },
    {
      name: 'close(), write() with SIGPIPE as it is',
      given: { departure: 'close()', by: 'write() in a program' },
      says: { first: 'ok', second: 'killed by SIGPIPE' },
    },
    {
      name: 'close() with data unread, so by RST',
      given: { departure: 'close() with data unread', by: 'send() with MSG_NOSIGNAL' },
      says: { first: 'ok', second: 'EPIPE' },
    },
    {
      name: 'shutdown(SHUT_WR) only',
      given: { departure: 'shutdown(SHUT_WR)', by: 'send() with MSG_NOSIGNAL' },
      says: { first: 'ok', second: 'EPIPE' },
    },
  ],
  run: (lab, { departure, by }) => writeTwice(lab, departure, by),
  because: (rows) =>
    rows.map(({ name, observed: { first, second } }) => `after ${name}: first ${first}, second ${second}`).join('; '),
});

type Half =
  | 'write'
  | 'read'
  | 'both'
  | 'listener, read'
  | "listener, read, a port of the kernel's choice"
  | 'listener, write';
type Shut = { readonly [what: string]: string };

/** Until what the peer has sent is either there or refused. */
async function settled(client: LabSocket): Promise<void> {
  await until(
    () => (client.state === 'CLOSE' || client.socket.getOption('TCP_INFO').unacked === 0 ? true : undefined),
    'an answer',
  );
  client.host.note('state of the client', client.state);
}

/** Shuts down one half or both; then the peer writes, the socket reads, and is closed. */
async function shutConnection(host: Host, half: 'write' | 'read' | 'both'): Promise<Shut> {
  const capture = new Capture(host);
  const { listener, server, client } = await establish(host);
  server.shutdown(half);
  const sent = endingsSent(capture, listener.local.port);
  await client.send('late');
  await settled(client);
  const refused = client.state === 'CLOSE';
  const got = refused ? 'answered with RST' : (await server.recv()).length > 0 ? 'read' : 'lost';
  server.close();
  return { sent, 'data of the peer': got, 'the peer reads': (await readToEnd(client)).end };
}

/** Shuts a listener down with a connection in its queue. */
async function shutListener(host: Host, half: 'write' | 'read', port: number): Promise<Shut> {
  const listener = host.listen({ address: host.A, port });
  const { local } = listener;
  const waiting = await host.connect(local, { name: 'waiting client' });
  listener.shutdown(half);
  const connect = await outcomeAsync(() => host.connect(local, { name: 'late client' }));
  const queued = waiting.state === 'ESTABLISHED' ? 'kept' : (await readToEnd(waiting)).end;
  const other = outcome(() => host.open({ name: 'other', options: { SO_REUSEADDR: true } }).bind(local));
  return { connect, 'in the queue': queued, port: other === 'ok' ? 'free' : 'held' };
}

const stopped = { connect: 'ECONNREFUSED', 'in the queue': 'kept', port: 'held' };

const shutdownHalves = defineCase<Half, Shut>({
  id: 'R7',
  articles: [],
  title: 'shutdown(): each half, and a listener',
  claim:
    'SHUT_WR sends FIN and leaves receiving alone, SHUT_RD disallows further receptions, SHUT_RDWR does both (shutdown(2)); a listener that is shut down takes no more connections, and keeps its queue and its port.',
  rule: 'tcp_shutdown() acts on SEND_SHUTDOWN alone: SHUT_RD tells the peer nothing, and data that comes is queued and can be read. With both, and the FIN sent, tcp_rcv_state_process() answers data with RST. inet_shutdown() of a listener with SHUT_RD disconnects it: inet_csk_listen_stop() resets the queue, and the port is kept only if bind() was given its number.',
  advice:
    'SHUT_WR and then reading to the end is the way to finish. Do not use SHUT_RD to refuse data, nor shutdown() to drain a listener: accept what waits, then close it.',
  rows: [
    {
      name: 'SHUT_WR',
      given: 'write',
      says: { sent: 'FIN', 'data of the peer': 'read', 'the peer reads': 'end of stream' },
    },
    {
      name: 'SHUT_RD',
      given: 'read',
      says: { sent: 'nothing', 'data of the peer': 'lost', 'the peer reads': 'end of stream' },
    },
    {
      name: 'SHUT_RDWR',
      given: 'both',
      says: { sent: 'FIN', 'data of the peer': 'lost', 'the peer reads': 'end of stream' },
    },
    { name: 'SHUT_RD of a listener', given: 'listener, read', says: stopped },
    {
      name: 'SHUT_RD of a listener on a port the kernel chose',
      given: "listener, read, a port of the kernel's choice",
      says: stopped,
    },
    { name: 'SHUT_WR of a listener', given: 'listener, write', says: { ...stopped, connect: 'ok' } },
  ],
  async run(lab, half) {
    const host = lab.host();
    if (half === 'listener, write') return await shutListener(host, 'write', 5000);
    if (half === 'listener, read') return await shutListener(host, 'read', 5000);
    return half === 'write' || half === 'read' || half === 'both'
      ? await shutConnection(host, half)
      : await shutListener(host, 'read', 0);
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `${name}: ${Object.entries(observed)
            .map(([what, came]) => `${what} ${came}`)
            .join(', ')}`,
      )
      .join('; '),
});

/** What may still be done on a connection of which one direction has ended. */
export const halvesCases: readonly Case[] = [writeAfterClose, shutdownHalves];

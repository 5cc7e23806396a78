import { Capture, endingsSent } from '../capture.js';
import { type Case, defineCase } from '../case.js';
import { establish } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { arrived, inState, readToEnd } from '../peer-view.js';
import { outcome, outcomeAsync } from '../step.js';
import { until } from '../until.js';
import { alike } from '../wording.js';

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
  claim: 'The first write to a peer that has closed succeeds and is answered with RST; the second gives EPIPE and the signal SIGPIPE (write(2), the textbooks).',
  rule: 'A FIN says only that the peer sends no more, so the first segment goes out. tcp_reset() sets EPIPE in CLOSE_WAIT and ECONNRESET in ESTABLISHED; tcp_sendmsg() reports that first, and EPIPE from then on. sk_stream_error() sends SIGPIPE with EPIPE alone, unless MSG_NOSIGNAL.',
  advice: 'Take EPIPE and ECONNRESET for the same thing. Node and this library never die of SIGPIPE (SIG_IGN, MSG_NOSIGNAL); a native addon or a child that writes to a socket can.',
  rows: [
    { name: 'close(), send() with MSG_NOSIGNAL', given: { departure: 'close()', by: 'send() with MSG_NOSIGNAL' }, says: { first: 'ok', second: 'EPIPE' } },
    { name: 'close(), write() with SIGPIPE ignored', given: { departure: 'close()', by: 'write() in a program that ignores SIGPIPE' }, says: { first: 'ok', second: 'EPIPE' } },
    { name: 'close(), write() with SIGPIPE as it is', given: { departure: 'close()', by: 'write() in a program' }, says: { first: 'ok', second: 'killed by SIGPIPE' } },
    { name: 'close() with data unread, so by RST', given: { departure: 'close() with data unread', by: 'send() with MSG_NOSIGNAL' }, says: { first: 'ok', second: 'EPIPE' } },
    { name: 'shutdown(SHUT_WR) only', given: { departure: 'shutdown(SHUT_WR)', by: 'send() with MSG_NOSIGNAL' }, says: { first: 'ok', second: 'EPIPE' } },
  ],
  run: (lab, { departure, by }) => writeTwice(lab, departure, by),
  because: (rows) => rows.map(({ name, observed: { first, second } }) => `after ${name}: first ${first}, second ${second}`).join('; '),
});

type Half = 'write' | 'read' | 'both';
type Halves = { readonly sent: string; readonly peerReads: string; readonly peerWrites: string; readonly reads: string };

/** Shuts down one half or both; then the peer writes, and each side reads. */
async function shutHalf(host: Host, half: Half): Promise<Halves> {
  const capture = new Capture(host);
  const { listener, server, client } = await establish(host);
  server.shutdown(half);
  if (half !== 'read') await inState(client, 'CLOSE_WAIT');
  const peerWrites = outcome(() => client.trySend('late'));
  // Both have come by the same way; what is looked for is there or never comes.
  await until(() => (client.state === 'CLOSE' || server.socket.getOption('TCP_INFO').bytesReceived === 5n ? true : undefined), 'an answer');
  const sent = endingsSent(capture, listener.local.port);
  const reads = await outcomeAsync(async () => void (await server.recv()));
  return { sent, peerReads: '', peerWrites, reads };
}
void shutHalf; void readToEnd; void alike;
export const halvesCases: readonly Case[] = [writeAfterClose];

import { makeBlocking } from '../blocking.js';
import { type Case, defineCase } from '../case.js';
import { establish, smallBuffers } from '../connection.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import { endOfStream, type LabSocket } from '../lab-socket.js';
import { arrived, type Ending, fill, readToEnd } from '../peer-view.js';
import type { Program } from '../program.js';
import { alike } from '../wording.js';

/** A stable word for a time. What should take a second may take longer on a busy machine, never much less. */
function lasted(ms: number): string {
  if (ms < 400) return 'at once';
  return ms >= 950 && ms < 1900 ? 'about 1 s' : `${(ms / 1000).toFixed(1)} s`;
}

type Wait =
  | 'the peer reads'
  | 'the peer does not read'
  | 'the peer is gone'
  | 'the peer does not read, blocking socket'
  | 'shutdown() in place of close()';

type Lingered = { readonly took: string; readonly then: string };

/** Closes while data is queued, and tells how long that took and what has become of the rest of the data. */
async function lingerOnClose(lab: Lab, wait: Wait): Promise<Lingered> {
  const [serverHost, clientHost] = lab.pair();
  const { server, client } = await establish(serverHost, { ...smallBuffers, clientHost });
  const { local, remote } = server;
  const sent = fill(server);
  server.setOption('SO_LINGER', { on: true, seconds: 1 });
  if (wait === 'the peer is gone') clientHost.vanish();
  if (wait === 'the peer does not read, blocking socket') makeBlocking(server);
  const reading = wait === 'the peer reads' ? readToEnd(client) : undefined;
  const took =
    wait === 'shutdown() in place of close()' ? timed(() => server.shutdown('write')) : await server.closeAsync();
  serverHost.note('it returned after', `${took.toFixed(0)} ms`);
  const [left] = serverHost.look('the connection afterwards', { localPort: local.port, remotePort: remote.port });
  // Of a peer that is gone nothing can be read: what counts is that the kernel goes on trying.
  if (wait === 'the peer is gone')
    return { took: lasted(took), then: left?.state === 'FIN_WAIT1' ? 'goes on trying' : (left?.state ?? 'gone') };
  return { took: lasted(took), then: delivered(await (reading ?? readToEnd(client)), sent) };
}

function timed(call: () => void): number {
  const begin = performance.now();
  call();
  return performance.now() - begin;
}

/** As `all delivered`. */
function delivered({ bytes, end }: Ending, sent: number): string {
  if (end !== endOfStream) return `${end} after ${bytes === sent ? 'all' : 'a part'}`;
  return bytes === sent ? 'all delivered' : 'a part delivered';
}

const lingering = defineCase<Wait, Lingered>({
  id: 'R3',
  articles: [],
  title: 'SO_LINGER with a time: how long close() takes',
  claim:
    'With SO_LINGER {1, n} close(), and shutdown() too, waits until all is sent, at most n seconds; then the rest is thrown away and the connection reset. A non-blocking socket does not wait (socket(7), and what is commonly said of the end of the time).',
  rule: 'inet_release() passes sk_lingertime to __tcp_close(), which waits in sk_stream_wait_close() until the FIN is acknowledged or the time is up; neither looks at O_NONBLOCK, and both go on to the same background close. inet_shutdown() does not look at SO_LINGER.',
  advice:
    'Never set it in an event loop: close() stops the thread for the whole time. To know that the peer has everything, shutdown(SHUT_WR) and read until its end.',
  sideBySide: true,
  rows: [
    { name: 'the peer reads', given: 'the peer reads', says: { took: 'at once', then: 'all delivered' } },
    {
      name: 'the peer does not read',
      given: 'the peer does not read, blocking socket',
      says: { took: 'about 1 s', then: 'ECONNRESET after a part' },
    },
    {
      name: 'the peer does not read, non-blocking',
      given: 'the peer does not read',
      says: { took: 'at once', then: 'ECONNRESET after a part' },
    },
    { name: 'the peer is gone, non-blocking', given: 'the peer is gone', says: { took: 'at once', then: 'gone' } },
    {
      name: 'shutdown(SHUT_WR), the peer does not read',
      given: 'shutdown() in place of close()',
      says: { took: 'about 1 s', then: 'all delivered' },
    },
  ],
  run: lingerOnClose,
  because: (rows) => rows.map(({ name, observed }) => `${name}: it took ${observed.took}, ${observed.then}`).join('; '),
});

/** A process of its own takes over the server's end: the lab's copy is closed, which ends nothing. */
async function handOver(host: Host, server: LabSocket): Promise<Program> {
  const holder = await host.start({ program: 'holder', fds: [server.socket.fd] });
  server.close();
  return holder;
}

type End = 'close()' | 'exit' | 'SIGKILL';

async function endBy(end: End, host: Host, server: LabSocket): Promise<void> {
  if (end === 'close()') return server.close();
  const holder = await handOver(host, server);
  if (end === 'SIGKILL') return await holder.kill('SIGKILL');
  holder.write(JSON.stringify(['exit']));
  await holder.exited();
}

const deliveredAfterClose = defineCase<{ end: End; unread: boolean }, string>({
  id: 'R4',
  articles: [],
  title: 'Data not sent yet when the socket is closed',
  claim:
    'Without SO_LINGER the kernel delivers what is queued in the background, after close() and after the end of the process (socket(7)).',
  rule: '__tcp_close() queues a FIN behind the data and orphans the socket, and the end of a process closes its descriptors the same way (exit_files()). But with data unread it sends RST and drops the queue.',
  advice:
    "A successful close() says nothing of delivery: where it matters, wait for the peer's answer. Read to the end before you close or exit.",
  onLoopback: true,
  rows: [
    { name: 'close()', given: { end: 'close()', unread: false }, says: 'all delivered' },
    { name: 'the process exits', given: { end: 'exit', unread: false }, says: 'all delivered' },
    { name: 'the process is killed', given: { end: 'SIGKILL', unread: false }, says: 'all delivered' },
    { name: 'close() with one byte unread', given: { end: 'close()', unread: true }, says: 'all delivered' },
  ],
  async run(lab, { end, unread }) {
    const host = lab.host();
    const { server, client } = await establish(host, smallBuffers);
    const sent = fill(server);
    if (unread) await arrived(server, await client.send('x'));
    await endBy(end, host, server);
    return delivered(await readToEnd(client), sent);
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} after ${labels.join(', ')}`)
      .join('; '),
});

type Pending =
  | 'nothing'
  | 'unread data'
  | 'unsent data'
  | 'nothing, SO_LINGER {1, 0}'
  | 'unsent data, SO_LINGER {1, 5}';

const killed = defineCase<Pending, string>({
  id: 'R9',
  articles: [],
  title: 'A killed process: what its peer reads',
  claim:
    'The kernel closes the sockets of a killed process in good order: the peer gets what was sent, and then the end of the stream.',
  rule: 'do_exit() closes every descriptor as close(2) does: FIN, or RST with data unread or with SO_LINGER {1, 0} (__tcp_close()). Only the waiting of SO_LINGER is left out for a process that exits (PF_EXITING in inet_release()).',
  advice:
    'From the end of a stream a peer cannot tell a finished process from a killed one, nor from a reset that it was not a machine that crashed: mark the end in the protocol.',
  onLoopback: true,
  rows: (
    ['nothing', 'unsent data', 'unsent data, SO_LINGER {1, 5}', 'unread data', 'nothing, SO_LINGER {1, 0}'] as const
  ).map((pending) => ({
    name: `pending: ${pending}`,
    given: pending,
    says: pending.startsWith('unsent') ? 'all delivered' : endOfStream,
  })),
  async run(lab, pending) {
    const host = lab.host();
    const { server, client } = await establish(host, smallBuffers);
    const sent = pending.startsWith('unsent') ? fill(server) : 0;
    if (pending === 'unread data') await arrived(server, await client.send('never read'));
    if (pending === 'nothing, SO_LINGER {1, 0}') server.setOption('SO_LINGER', { on: true, seconds: 0 });
    if (pending === 'unsent data, SO_LINGER {1, 5}') server.setOption('SO_LINGER', { on: true, seconds: 5 });
    const holder = await handOver(host, server);
    const begin = performance.now();
    await holder.kill('SIGKILL');
    const took = lasted(performance.now() - begin);
    const ending = await readToEnd(client);
    return `${sent === 0 ? ending.end : delivered(ending, sent)}${took === 'at once' ? '' : `, it took ${took}`}`;
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ given }) => given,
    )
      .map(({ outcome, labels }) => `${outcome} (pending: ${labels.join('; ')})`)
      .join(', '),
});

/** What close() does with data on its way. */
export const lingerCases: readonly Case[] = [lingering, deliveredAfterClose, killed];

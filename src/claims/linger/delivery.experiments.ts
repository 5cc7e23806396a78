import {
  arrived,
  connected,
  type Ending,
  endingsOf,
  endOfStream,
  type Experiment,
  experiment,
  fill,
  type Host,
  type LabSocket,
  lasted,
  makeBlocking,
  type Program,
  programs,
  readToEnd,
} from '../kit/index.js';

/** As `all delivered`. */
function delivered({ bytes, end }: Ending, sent: number): string {
  if (end !== endOfStream) return `${end} after ${bytes === sent ? 'all' : 'a part'}`;
  return bytes === sent ? 'all delivered' : 'a part delivered';
}

function timed(call: () => void): number {
  const begin = performance.now();
  call();
  return performance.now() - begin;
}

interface Wait {
  readonly peer: 'reads' | 'does not read' | 'is gone';
  readonly blocking?: true;
  /** shutdown() instead of close(). */
  readonly shutdown?: true;
}

const waits: Readonly<Record<string, Wait>> = {
  'the peer reads': { peer: 'reads' },
  'the peer reads, blocking socket': { peer: 'reads', blocking: true },
  'the peer does not read': { peer: 'does not read' },
  'the peer does not read, blocking socket': { peer: 'does not read', blocking: true },
  'the peer is gone': { peer: 'is gone' },
  'the peer is gone, blocking socket': { peer: 'is gone', blocking: true },
  'shutdown() instead of close()': { peer: 'does not read', shutdown: true },
};

/** Closes while data is queued: how long that takes, and what becomes of the rest of the data. */
export const lingerTime = experiment(
  'close() with SO_LINGER and a time',
  {
    name: 'linger-time',
    about:
      'close() waits until the peer has acknowledged everything, at most the time; the data is delivered even so, after it.',
    rule: 'inet_release() passes sk_lingertime to __tcp_close(), which waits in sk_stream_wait_close(); neither looks at O_NONBLOCK, and after the time the kernel goes on in the background. inet_shutdown() does not look at SO_LINGER.',
    cases: ['R3'],
    labels: { took: 'close() took', then: 'and then' },
    variants: waits,
  },
  async (context, { peer, blocking, shutdown }) => {
    const { server, client, s, c } = await connected(context, 'small');
    const { local, remote } = s;
    const sent = fill(s);
    const isRead = peer === 'reads';
    // Where nothing is waited for, more than a busy machine takes for the call: had it waited, it would be for all of them.
    const isShort = !isRead && shutdown === undefined;
    const seconds = isShort ? 1 : 30;
    s.setOption('SO_LINGER', { on: true, seconds });
    const isGone = peer === 'is gone';
    if (isGone) client.vanish();
    if (blocking) makeBlocking(s);
    const reading = isRead ? readToEnd(c) : undefined;
    const took = shutdown ? timed(() => s.shutdown('write')) : await s.closeAsync();
    context.mark(`it returned after ${took.toFixed(0)} ms`);
    const [left] = server.look('the connection afterwards', { localPort: local.port, remotePort: remote.port });
    // Of a peer that is gone nothing can be read: what counts is that the kernel goes on trying.
    if (isGone)
      return { took: lasted(took), then: left?.state === 'FIN_WAIT1' ? 'goes on trying' : (left?.state ?? 'gone') };
    const isEarly = !isShort && took < (seconds / 2) * 1000;
    return { took: isEarly ? 'at once' : lasted(took), then: delivered(await (reading ?? readToEnd(c)), sent) };
  },
);

/** A process of its own takes over the server's end: the lab's copy is closed, which ends nothing. */
async function handOver(host: Host, server: LabSocket): Promise<Program> {
  const holder = await host.start({ program: programs.holder, fds: [server.socket.fd] });
  server.close();
  return holder;
}

interface Ended {
  readonly by: 'close()' | 'exit' | 'SIGKILL';
  readonly unread: boolean;
}

/** The end comes while data is still to be sent. */
export const unsentAtTheEnd = experiment(
  'Data not sent yet when the socket is closed',
  {
    name: 'unsent-at-the-end',
    about:
      'The kernel delivers what is queued after close() and after the end of the process, unless one byte was left unread.',
    rule: '__tcp_close() queues a FIN behind the data and orphans the socket; the end of a process closes its descriptors the same way (exit_files()). With data unread it sends RST and drops the queue.',
    cases: ['R4'],
    labels: { peer: 'the data at the peer', sent: 'sent by the server' },
    variants: {
      'close()': { by: 'close()', unread: false },
      'the process exits': { by: 'exit', unread: false },
      'the process is killed': { by: 'SIGKILL', unread: false },
      'close() with one byte unread': { by: 'close()', unread: true },
    } as const,
  },
  async (context, { by, unread }: Ended) => {
    const { server, s, c } = await connected(context, 'small');
    const sent = fill(s);
    if (unread) await arrived(s, await c.send('x'));
    const holder = by === 'close()' ? undefined : await handOver(server, s);
    context.mark(by === 'close()' ? 'the server closes' : `the process ends: ${by}`);
    if (holder === undefined) s.close();
    else if (by === 'SIGKILL') await holder.kill('SIGKILL');
    else {
      holder.write(JSON.stringify(['exit']));
      await holder.exited();
    }
    return { peer: delivered(await readToEnd(c), sent), sent: endingsOf(context.segments(), 'server') };
  },
);

interface Pending {
  readonly data: 'nothing' | 'unsent data' | 'unread data';
  /** Of SO_LINGER. */
  readonly seconds?: number;
}

/** What is pending when the process is killed, and SO_LINGER of its socket. */
export const pendings: Readonly<Record<string, Pending>> = {
  nothing: { data: 'nothing' },
  'unsent data': { data: 'unsent data' },
  'unsent data, SO_LINGER {1, 5}': { data: 'unsent data', seconds: 5 },
  'unread data': { data: 'unread data' },
  'nothing, SO_LINGER {1, 0}': { data: 'nothing', seconds: 0 },
};

/** SIGKILL, and what the peer makes of it. */
export const killedProcess = experiment(
  'A process is killed',
  {
    name: 'killed-process',
    about: 'The kernel closes its sockets as close() would: FIN in good order, or RST with data unread.',
    rule: 'do_exit() closes every descriptor as close(2) does. Only the waiting of SO_LINGER is left out for a process that exits (PF_EXITING in inet_release()).',
    cases: ['R9'],
    labels: { peer: 'what the peer reads', sent: 'sent by the server' },
    variants: pendings,
  },
  async (context, { data, seconds }) => {
    const { server, s, c } = await connected(context, 'small');
    const sent = data === 'unsent data' ? fill(s) : 0;
    if (data === 'unread data') await arrived(s, await c.send('never read'));
    if (seconds !== undefined) s.setOption('SO_LINGER', { on: true, seconds });
    const holder = await handOver(server, s);
    context.mark('kill -9');
    const begin = performance.now();
    await holder.kill('SIGKILL');
    const tookMs = performance.now() - begin;
    const ending = await readToEnd(c);
    const peer = sent === 0 ? ending.end : delivered(ending, sent);
    return {
      // Had it waited as SO_LINGER says, it would have been for five seconds.
      peer: `${peer}${tookMs < 4000 ? '' : `, it took ${(tookMs / 1000).toFixed(1)} s`}`,
      sent: endingsOf(context.segments(), 'server'),
    };
  },
);

export const deliveryExperiments: readonly Experiment[] = [lingerTime, unsentAtTheEnd, killedProcess];

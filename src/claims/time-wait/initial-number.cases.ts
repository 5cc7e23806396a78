import { type Case, closeInOrder, defineCase, type Host, type LabSocket, type Stage, until } from '../kit/index.js';

type Side = 'client' | 'server';

interface Numbers {
  /** Whose initial number it is, and who sent the data of the old connection. */
  readonly of: Side;
  readonly timeWaitAt: Side;
  readonly data: 'one byte' | 'more bytes than the clock counts';
  readonly timestamps: boolean;
}

const [serverPort, clientPort] = [8080, 41_000];
const options = { SO_REUSEADDR: true };

/** seq_scale() in net/core/secure_seq.c: the number goes up by one each 64 ns. */
const clockPerMs = 1e6 / 64;
/** So much further than the clock, which is about a second of it: a busy machine takes its time for what follows. */
const aheadBytes = 16 << 20;
const block = new Uint8Array(1 << 20);

/** What the socket sends next, as it is on the wire. */
function nextNumber(socket: LabSocket): number {
  const { socket: raw } = socket;
  raw.setOption('TCP_REPAIR', 1).setOption('TCP_REPAIR_QUEUE', 2);
  const next = raw.getOption('TCP_QUEUE_SEQ');
  // Without a window probe. Either way in and out of repair mode the kernel writes sk_reuse (do_tcp_setsockopt()).
  raw.setOption('TCP_REPAIR', -1).setOption('SO_REUSEADDR', true);
  socket.host.note(`next sequence number of the ${socket.name}`, String(next));
  return next;
}

/** Sends faster than the clock of initial numbers runs, while the other side reads. */
async function outrun(sender: LabSocket, receiver: LabSocket, sinceMs: number): Promise<void> {
  let [sent, read] = [0, 0];
  const isAhead = (): boolean => sent > (performance.now() - sinceMs) * clockPerMs + aheadBytes;
  const exchange = (): true | undefined => {
    if (!isAhead()) sent += sender.socket.trySend(block) ?? 0;
    read += receiver.socket.tryRecv({ size: block.length })?.length ?? 0;
    return isAhead() && read === sent ? true : undefined;
  };
  // In bursts, between which the run can be ended.
  await until(() => {
    for (let turn = 0; turn < 64; turn++) if (exchange()) return true;
    return undefined;
  }, `${sender.name} to be ahead of the clock`);
  for (const [socket, name, value] of [
    [sender, 'send', sent],
    [receiver, 'recv', read],
  ] as const)
    socket.host.called(name, [], { actor: socket.name, repeated: true, outcome: { ok: true, value } });
}

/** The new connection comes from the client's bound port. */
async function connection(host: Host, listener: LabSocket, name: string): Promise<Record<Side, LabSocket>> {
  const from = { address: host.A, port: clientPort };
  const client = await host.connect(listener.local, { name: `${name} client`, from, options });
  return { client, server: await listener.accept(`${name} server`) };
}

async function numbers(stage: Stage, { of, timeWaitAt, data, timestamps }: Numbers): Promise<string> {
  const host = stage.alone();
  host.setSysctl('net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
  const listener = host.listen({ address: host.A, port: serverPort, options });
  const sinceMs = performance.now();
  const old = await connection(host, listener, 'old');
  const [sender, receiver] = of === 'client' ? [old.client, old.server] : [old.server, old.client];
  if (data === 'one byte') {
    await sender.send('x');
    await receiver.recv();
  } else await outrun(sender, receiver, sinceMs);
  const last = nextNumber(sender);
  await (timeWaitAt === 'server' ? closeInOrder(old.server, old.client) : closeInOrder(old.client, old.server));
  const fresh = await connection(host, listener, 'new');
  // Its SYN has one number, as the FIN of the old one had; the difference is one of 32 bits.
  const isAbove = ((nextNumber(fresh[of]) - 1 - (last + 1)) | 0) >= 0;
  return isAbove ? 'above' : 'below';
}

const cases: readonly Numbers[] = [
  { of: 'client', timeWaitAt: 'server', data: 'one byte', timestamps: true },
  { of: 'client', timeWaitAt: 'server', data: 'one byte', timestamps: false },
  { of: 'client', timeWaitAt: 'server', data: 'more bytes than the clock counts', timestamps: true },
  { of: 'client', timeWaitAt: 'server', data: 'more bytes than the clock counts', timestamps: false },
  { of: 'client', timeWaitAt: 'client', data: 'more bytes than the clock counts', timestamps: true },
  { of: 'server', timeWaitAt: 'server', data: 'more bytes than the clock counts', timestamps: true },
  { of: 'server', timeWaitAt: 'server', data: 'more bytes than the clock counts', timestamps: false },
  { of: 'server', timeWaitAt: 'client', data: 'more bytes than the clock counts', timestamps: true },
];

const initialNumber = defineCase<Numbers, string>({
  id: 'C22',
  articles: ['001', '002'],
  title: 'The initial sequence number of a new connection',
  claim:
    'The initial sequence number of a new connection is certainly above the last one of the old connection of its four-tuple.',
  rules: ['initial-number', 'syn-in-time-wait', 'time-wait-taken-over'],
  advice:
    'Leave net.ipv4.tcp_timestamps on: a connection that carried more than 15 MB/s can be followed by one that begins below it, and then the newer timestamp tells them apart. Without timestamps its first SYN is refused (S17).',
  rows: cases.map((given) => ({
    name: `${given.of}, ${given.data} sent, TIME_WAIT at the ${given.timeWaitAt}, timestamps ${given.timestamps ? 'on' : 'off'}`,
    given,
    says: 'above',
  })),
  run: numbers,
  laws: [
    {
      text: 'The first number of a new connection comes from a clock of 15.6 million counts a second. It is below the last number of the old connection if that connection carried more bytes than the clock has counted since. Only a host that has the TIME_WAIT itself always starts above it.',
      rows: ({ of, timeWaitAt, data }) => (data === 'one byte' || of === timeWaitAt ? 'above' : 'below'),
    },
    {
      // Before Linux 6.10 (41eecbd712b7) tcp_v4_fill_cb() wiped out the number that a TIME_WAIT had chosen for its answer.
      text: 'The first number of a new connection comes from a clock of 15.6 million counts a second. It is below the last number of the old connection if that carried more bytes in the time. Only a client that has the TIME_WAIT itself begins above it in any case.',
      rows: ({ of, timeWaitAt, data }) =>
        data === 'one byte' || (of === 'client' && timeWaitAt === 'client') ? 'above' : 'below',
    },
    {
      text: 'The first number of a new connection is always above the last one of the old connection.',
      rows: () => 'above',
    },
  ],
});

/** Where a new connection begins. */
export const initialNumberCases: readonly Case[] = [initialNumber];

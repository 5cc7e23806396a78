import {
  comesTrue,
  defineCase,
  inState,
  outcomeAsync,
  queueHolds,
  reuse,
  type Case,
  type LabSocket,
  type Stage,
} from '../kit/index.js';

const port = 8080;

interface Predecessor {
  readonly type: 'stream' | 'dgram';
  /** When the client sends, or connects: before the old server ends, and nobody takes it, or after. */
  readonly sends: 'before' | 'after';
  /** The machine of the old server has forgotten the connection, without a word to the client. */
  readonly isLost?: true;
  /** The queue of the old server is full, so that it drops the SYN: as it is, or with the data. */
  readonly dropped?: 'SYN' | 'SYN with data';
}

const predecessors: Readonly<Record<string, Predecessor>> = {
  'TCP, a client of the old server sends more': { type: 'stream', sends: 'after' },
  "TCP, the same after the server's machine lost the connection": { type: 'stream', sends: 'after', isLost: true },
  'TCP, a connection waits to be accepted': { type: 'stream', sends: 'before' },
  'TCP, the SYN of the client was dropped by the full queue of the old server': {
    type: 'stream',
    sends: 'after',
    dropped: 'SYN',
  },
  'TCP, the same with the data in the SYN (TCP_FASTOPEN)': {
    type: 'stream',
    sends: 'before',
    dropped: 'SYN with data',
  },
  'UDP, a client of the old server sends more': { type: 'dgram', sends: 'after' },
  'UDP, a datagram waits to be read': { type: 'dgram', sends: 'before' },
};

/** Client and server may do without a cookie, so that the first SYN can carry data: ip-sysctl, tcp_fastopen. */
const fastOpenForAll = 0x1 | 0x2 | 0x4 | 0x200;

/** The old server has no room for the SYN of the client, which sends it again a second later: by then there is another. */
async function inheritSyn(stage: Stage, hasData: boolean): Promise<string> {
  const host = stage.alone();
  const options = hasData ? { ...reuse, TCP_FASTOPEN: 5 } : reuse;
  if (hasData) host.setSysctl('net.ipv4.tcp_fastopen', fastOpenForAll);
  const place = { address: host.A, port };
  const old = host.open({ name: 'old server', options }).bind(place).listen(0);
  await host.connect(place, { name: 'the only one it has room for' });
  await queueHolds(host, port, 1);
  const client = host.open({ name: 'client', options: hasData ? { TCP_FASTOPEN_CONNECT: true } : {} });
  client.tryConnect(place);
  // With the option it was not sent before there was data for it.
  if (hasData) client.trySend('for the old server');
  host.look('the SYN was dropped', { remotePort: port, state: 'SYN_SENT' });
  old.close();
  const next = host.open({ name: 'new server', options }).bind(place).listen();
  const taken = await next.accept('inherited');
  if (!hasData) await client.send('for the old server');
  const read = await taken.recv();
  const result = read === 'for the old server' ? 'gets it' : 'does not get it';
  host.note('the new server', result);
  return result;
}

/** Sends to the old server, ends it, starts the new one, and tells whether that got something. */
async function inherit(stage: Stage, { type, sends, isLost, dropped }: Predecessor): Promise<string> {
  if (dropped !== undefined) return await inheritSyn(stage, dropped === 'SYN with data');
  const host = stage.alone();
  const place = { address: host.A, port };
  const old = host.open({ name: 'old server', type, options: reuse }).bind(place);
  if (type === 'stream') old.listen();
  const client = await host.open({ name: 'client', type }).connect(place);
  const early = sends === 'before';
  if (early) await client.send('for the old server');
  if (type === 'stream' && !early) await endConnection(await old.accept('old connection'), client, isLost);
  old.close();
  const next = host.open({ name: 'new server', type, options: reuse }).bind(place);
  if (type === 'stream') next.listen();
  if (!early) await outcomeAsync(() => client.send('for the old server'));
  return await got(next, client, type);
}

async function endConnection(connection: LabSocket, client: LabSocket, isLost = false): Promise<void> {
  if (isLost) return connection.setOption('TCP_REPAIR', 1).close();
  connection.close();
  await inState(client, 'CLOSE_WAIT');
}

/** A datagram within one host arrives with its send, or where the kernel is busy a moment later (ksoftirqd). */
const mostDelayMs = 300;

async function got(next: LabSocket, client: LabSocket, type: 'stream' | 'dgram'): Promise<string> {
  const arrives = (): boolean => next.socket.tryRecv() !== undefined;
  const isTaken =
    type === 'dgram'
      ? await comesTrue(arrives, 'the datagram', mostDelayMs)
      : (await accepted(next, client)) !== undefined;
  const result = isTaken ? 'gets it' : 'does not get it';
  next.host.note('the new server', result);
  return result;
}

/** The connection of the client, if it has become one of the new server's; none once the client's end has been reset. */
async function accepted({ host, socket }: LabSocket, client: LabSocket): Promise<LabSocket | undefined> {
  let taken: LabSocket | undefined;
  await comesTrue(() => {
    const inherited = socket.tryAccept();
    if (inherited !== undefined) taken = host.record('inherited', inherited);
    return taken !== undefined || client.state === 'CLOSE';
  }, 'the connection is taken over or reset');
  return taken;
}

const predecessor = defineCase<Predecessor, string>({
  id: 'L8',
  articles: ['004'],
  title: 'Data meant for the server before the restart',
  claim: 'After a restart with SO_REUSEADDR the new TCP server may get data that was meant for its predecessor.',
  rules: ['four-tuple-first', 'full-queue-drops-syn', 'queue-dies-with-listener', 'udp-whoever-is-bound'],
  advice:
    "Let the first message of a client name whom it means, as TLS does: one that called while the queue of the old server was full is connected to the new one, and does not know. In a protocol over UDP put an identifier of the server's run into the messages.",
  rows: Object.entries(predecessors).map(([name, given]) => ({
    name,
    given,
    ...(given.type === 'stream' ? { says: 'gets it' } : {}),
  })),
  // Two of them wait a second for a SYN.
  sideBySide: 7,
  run: inherit,
  laws: [
    {
      text: 'A new TCP server gets nothing of the connections of the old one, accepted or not. But it gets a client whose SYN the full queue of the old server dropped: the SYN is sent again, and the data with it. A new UDP server gets what is sent after its bind(), whoever it was meant for.',
      rows: {
        'TCP, a client of the old server sends more': 'does not get it',
        "TCP, the same after the server's machine lost the connection": 'does not get it',
        'TCP, a connection waits to be accepted': 'does not get it',
        'TCP, the SYN of the client was dropped by the full queue of the old server': 'gets it',
        'TCP, the same with the data in the SYN (TCP_FASTOPEN)': 'gets it',
        'UDP, a client of the old server sends more': 'gets it',
        'UDP, a datagram waits to be read': 'does not get it',
      },
    },
  ],
});

/** What a new server gets that was meant for the old one. */
export const predecessorCases: readonly Case[] = [predecessor];

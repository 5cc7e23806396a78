import {
  type Case,
  closingStates,
  defineCase,
  establish,
  leaveInTimeWait,
  sameFourTuple,
  type Stage,
  startAgain,
} from '../kit/index.js';

interface Arrival {
  readonly comes: 'nothing' | 'late ACK' | 'RST' | 'SYN' | 'one too many';
  readonly rfc1337?: number;
}

const arrivals: Readonly<Record<string, Arrival>> = {
  'nothing comes': { comes: 'nothing' },
  'the ACK of its FIN comes late': { comes: 'late ACK' },
  'the ACK of its FIN comes late, tcp_rfc1337 1': { comes: 'late ACK', rfc1337: 1 },
  'an RST comes': { comes: 'RST' },
  'a new SYN of the same four-tuple comes': { comes: 'SYN' },
  'tcp_max_tw_buckets are there already': { comes: 'one too many' },
};

interface Left {
  readonly [what: string]: string;
  readonly timeWait: 'stands' | 'gone' | 'never made';
  /** What a server without SO_REUSEADDR is told on the port. */
  readonly restart: string;
}

/** The limit is one, and there is one when the second connection ends. */
async function aboveTheLimit(stage: Stage): Promise<Left> {
  const host = stage.alone();
  host.setSysctl('net.ipv4.tcp_max_tw_buckets', 1);
  const ports = [8080, 8081];
  for (const port of ports) {
    const { listener, server, client } = await establish(host, { at: { port } });
    listener.close();
    server.close();
    await client.recv();
    client.close();
    await host.waitUntilGone({ port, state: closingStates }, 'both have closed');
  }
  host.look('what is kept', { state: 'TIME_WAIT' });
  const [, port = 0] = ports;
  const made = host.sockets({ localPort: port, state: 'TIME_WAIT' }).length > 0;
  return { timeWait: made ? 'stands' : 'never made', restart: startAgain(host, { port }) };
}

async function arrival(stage: Stage, { comes, rfc1337 }: Arrival): Promise<Left> {
  if (comes === 'one too many') return await aboveTheLimit(stage);
  const [host, peer] = await stage.scripted();
  if (rfc1337 !== undefined) host.setSysctl('net.ipv4.tcp_rfc1337', rfc1337);
  const { listener, old, look } = await leaveInTimeWait(host, peer);
  if (comes === 'late ACK') {
    // It was sent before the FIN of the peer, and was overtaken by it. The socket of the peer is gone when the answer comes.
    old.send('ACK', { seq: old.next - 1 });
    for (const { ack } of await old.answers()) old.send('RST', { seq: ack });
  }
  if (comes === 'RST') old.send('RST', { seq: old.next });
  if (comes === 'SYN') await sameFourTuple(peer, { initialSeq: (old.nextOnTheWire + 1000) >>> 0 }).connect();
  await old.answers();
  const timeWait = look('the TIME_WAIT') === undefined ? 'gone' : 'stands';
  listener.close();
  return { timeWait, restart: startAgain(host, { port: 8080 }) };
}

const vanished = defineCase<Arrival, Left>({
  id: 'P1',
  articles: [],
  title: 'A TIME_WAIT that vanishes without a fault of anybody',
  claim: 'Once a side has closed first its TIME_WAIT stands until its time is over.',
  rules: ['time-wait-answers', 'time-wait-assassination', 'syn-in-time-wait', 'tw-buckets'],
  advice:
    'Do not build on a TIME_WAIT being there, in tests as in protocols. A restart without SO_REUSEADDR that works once in a while is no sign that it will the next time.',
  labels: { timeWait: 'the TIME_WAIT', restart: 'restart without SO_REUSEADDR' },
  rows: Object.entries(arrivals).map(([name, given]) => ({
    name,
    given,
    says: { timeWait: 'stands' as const },
    ...(given.comes === 'one too many' ? {} : { needs: ['packet-socket'] as const }),
  })),
  run: arrival,
  laws: [
    {
      text: 'A TIME_WAIT ends early after an RST, after a new SYN, and after an old segment from a host that no longer knows the connection: the TIME_WAIT answers the segment, and that host replies with RST. Two reordered segments are enough. With tcp_rfc1337 = 1 it survives the RST. Above tcp_max_tw_buckets it is never made.',
      rows: {
        'nothing comes': { timeWait: 'stands', restart: 'EADDRINUSE' },
        'the ACK of its FIN comes late': { timeWait: 'gone', restart: 'ok' },
        'the ACK of its FIN comes late, tcp_rfc1337 1': { timeWait: 'stands', restart: 'EADDRINUSE' },
        'an RST comes': { timeWait: 'gone', restart: 'ok' },
        'a new SYN of the same four-tuple comes': { timeWait: 'gone', restart: 'ok' },
        'tcp_max_tw_buckets are there already': { timeWait: 'never made', restart: 'ok' },
      },
    },
    {
      text: 'A TIME_WAIT stands until its time is over, whatever comes.',
      rows: () => ({ timeWait: 'stands', restart: 'EADDRINUSE' }),
    },
  ],
});

/** What ends a TIME_WAIT before its time. */
export const vanishedCases: readonly Case[] = [vanished];

import {
  alike,
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
  rule: 'tcp_timewait_state_process() ends it for an RST at rcv_nxt (unless net.ipv4.tcp_rfc1337 is set) and for a SYN that may follow; anything old is answered with an ACK, and a peer whose socket is gone answers that with RST (RFC 1337 section 2). So it is enough that two segments of the peer change places: its FIN comes first, its ACK of the FIN after it. inet_twsk_alloc() makes none above tcp_max_tw_buckets.',
  advice:
    'Do not build on a TIME_WAIT being there, in tests as in protocols. A restart without SO_REUSEADDR that works once in a while is no sign that it will the next time.',
  rows: Object.entries(arrivals).map(([name, given]) => ({
    name,
    given,
    says: { timeWait: 'stands' as const },
    ...(given.comes === 'one too many' ? {} : { needs: ['packet-socket'] as const }),
  })),
  run: arrival,
  because: (rows) =>
    alike(
      rows,
      ({ observed: { timeWait, restart } }) =>
        `the TIME_WAIT ${timeWait === 'stands' ? 'stands' : `is ${timeWait}`}, and a restart ${restart === 'ok' ? 'works' : `fails with ${restart}`}`,
      ({ name }) => name,
    )
      .map(({ outcome: said, labels }) => `${said} where ${labels.join(' or ')}`)
      .join('; '),
});

/** What ends a TIME_WAIT before its time. */
export const vanishedCases: readonly Case[] = [vanished];

import {
  answerToSyn,
  type Case,
  defineCase,
  type Host,
  type LabSocket,
  leaveInTimeWait,
  oldData,
  peerPort,
  sameFourTuple,
  type ScriptedConnection,
  type ScriptedPeer,
  type Stage,
} from '../kit/index.js';

type Next = 'the same client' | 'another client, its clock behind' | 'another client, its clock ahead';

/** A NAT gives the address and port of a client whose connection is over to the next one. */
interface Translated {
  readonly closedFirst: 'client' | 'server';
  readonly next: Next;
  readonly timestamps: boolean;
}

type Reached = { readonly [what: string]: string; readonly lateSegment: 'read' | 'not read' };

const initialSeq = 5_000_000;
/** TSval of the old client, and of the next one: clocks of two machines have nothing to do with each other. */
const oldClock = 1_000_000;
const clocks: { readonly [N in Next]: number } = {
  'the same client': oldClock + 500,
  'another client, its clock behind': oldClock - 500_000,
  'another client, its clock ahead': oldClock + 500_000,
};

interface Old {
  readonly listener: LabSocket;
  readonly old: ScriptedConnection;
}

/** The client closes first: its NAT keeps a state as TIME_WAIT, or none, and the server nothing. */
async function clientFirst(host: Host, peer: ScriptedPeer, clock: { clock?: number }): Promise<Old> {
  const listener = host.listen({ address: host.A, port: 8080 });
  const old = peer.connection({ localPort: peerPort, remotePort: 8080, initialSeq, ...clock });
  await old.connect();
  const server = await listener.accept('server');
  old.send('PSH ACK', { data: oldData });
  await old.expect('ACK');
  await server.recv();
  old.send('FIN ACK');
  await old.expect('ACK');
  server.close();
  await old.expect('FIN ACK');
  old.send('ACK');
  await host.waitUntilGone({ localPort: 8080, remotePort: peerPort }, 'the server has nothing left');
  return { listener, old };
}

/** Sends SYN, once more if the first is refused and has ended the TIME_WAIT. Returns what the first one came to. */
async function connectAs(peer: ScriptedPeer, client: ScriptedConnection): Promise<string> {
  const syn = async (): Promise<{ isAccepted: boolean; ack: number }> => {
    client.send('SYN', { seq: 0, options: { mss: 1460 } });
    const answer = await answerToSyn(client);
    return { isAccepted: answer?.flags.includes('SYN') === true, ack: answer?.ack ?? 0 };
  };
  const first = await syn();
  if (!first.isAccepted) {
    // As a client in SYN_SENT does with an ACK that is not for it, RFC 9293 section 3.10.7.3. Such an RST has no options.
    sameFourTuple(peer, { initialSeq }).send('RST', { seq: first.ack });
    if (!(await syn()).isAccepted) return 'refused twice';
  }
  client.send('ACK', { seq: 1 });
  return first.isAccepted ? 'accepted' : 'refused, then accepted';
}

async function late(stage: Stage, { closedFirst, next, timestamps }: Translated): Promise<Reached> {
  const [host, peer] = await stage.scripted();
  host.setSysctl('net.ipv4.tcp_invalid_ratelimit', 0);
  const clock = (value: number): { clock?: number } => (timestamps ? { clock: value } : {});
  const { listener, old } =
    closedFirst === 'client'
      ? await clientFirst(host, peer, clock(oldClock))
      : await leaveInTimeWait(host, peer, { initialSeq, ...clock(oldClock) });
  const fresh = sameFourTuple(peer, { initialSeq, ...clock(clocks[next]) });
  const syn = await connectAs(peer, fresh);
  if (syn === 'refused twice') return { syn, lateSegment: 'not read' };
  const server = await listener.accept('new server');
  const seq = fresh.relativeSeq(old.nextOnTheWire - 1 - oldData.length);
  fresh.send('PSH ACK', { seq, data: oldData, ...clock(oldClock) });
  await fresh.answers();
  const read = server.socket.tryRecv({ size: 100 })?.toString('latin1') ?? 'nothing';
  host.note('the new connection reads', read);
  return { syn, lateSegment: read === oldData ? 'read' : 'not read' };
}

const throughNat = defineCase<Translated, Reached>({
  id: 'S21',
  articles: ['002'],
  title: 'Clients behind a NAT: a late segment of another client',
  claim:
    'Timestamps keep late segments out of a new connection of the same client; behind a NAT, where the next client on that port is another machine, they do not.',
  rules: ['paws', 'syn-in-time-wait', 'refused-syn-resets'],
  advice:
    'Let the protocol of the application have a check of its own, as TLS has: no late segment passes it. A NAT in front of many clients should give a port to nobody else before its TIME_WAIT is over, and needs enough addresses for that.',
  labels: { syn: 'the new SYN', lateSegment: 'the late segment' },
  needs: ['packet-socket'],
  rows: (['client', 'server'] as const)
    .flatMap((closedFirst): Translated[] => [
      { closedFirst, next: 'the same client', timestamps: true },
      { closedFirst, next: 'another client, its clock behind', timestamps: true },
      { closedFirst, next: 'another client, its clock ahead', timestamps: true },
    ])
    .concat({ closedFirst: 'client', next: 'another client, its clock behind', timestamps: false })
    .map((given) => ({
      name: `the ${given.closedFirst} closed first, then ${given.next}${given.timestamps ? '' : ', no timestamps'}`,
      given,
      // Of a clock ahead, and of no clock, it does not speak.
      ...(given.timestamps && given.next !== 'another client, its clock ahead'
        ? { says: { lateSegment: given.next === 'the same client' ? ('not read' as const) : ('read' as const) } }
        : {}),
    })),
  run: late,
  laws: [
    {
      text: 'Timestamps keep a late segment out of a new connection only if the new client has a later clock than the old one. Behind a NAT the next client is another machine: if its clock is behind, the new connection reads the data of the other client, whichever side had closed first.',
      rows: ({ closedFirst, next, timestamps }) => {
        const isBehind = next === 'another client, its clock behind';
        const isRefused = closedFirst === 'server' && isBehind && timestamps;
        return {
          syn: isRefused ? 'refused, then accepted' : 'accepted',
          lateSegment: isBehind ? 'read' : 'not read',
        };
      },
    },
    {
      text: 'No late segment reaches a new connection, behind a NAT as elsewhere.',
      rows: () => ({ lateSegment: 'not read' }),
    },
  ],
});

/** What a NAT does to the protection by timestamps. */
export const translatedCases: readonly Case[] = [throughNat];

import { getSystemErrorName } from 'node:util';
import {
  answerToSyn,
  answersTo,
  type Case,
  comesTrue,
  defineCase,
  endOfTimer,
  leaveInTimeWait,
  oldData,
  peerPort,
  sameFourTuple,
  type ScriptedConnection,
  type Stage,
  textOf,
  until,
} from '../kit/index.js';
import { type Attack, assassinated, attacks, nameOfAttack } from './assassination.experiments.js';

/** What the host says to the FIN of a connection that is over, sent again: `ACK`, `RST`, or `nothing`. */
async function answerToFinAgain(old: ScriptedConnection): Promise<string> {
  old.send('FIN ACK', { seq: old.next - 1 });
  // A connect() from the same port sends its SYN by a timer, which a segment that does not fit may set off
  // (tcp_rcv_synsent_state_process()).
  return (await answersTo(old, ['SYN'])).join(', ') || 'nothing';
}

// How old a TIME_WAIT is before its timer is asked to start again: more than clocks and looks are wrong by.
const enoughMs = 80;

type Timestamps = 'on' | 'off';

const finAgain = defineCase<Timestamps, { answer: string; timer: string }>({
  id: 'A8',
  articles: ['003'],
  title: 'The last ACK is lost: the repeated FIN meets TIME_WAIT',
  claim:
    'A peer in LAST_ACK whose last ACK was lost sends its FIN again, and TIME_WAIT is there to acknowledge it once more.',
  rules: ['time-wait-answers', 'time-wait-60s'],
  advice:
    'If a TIME_WAIT stays for more than a minute, look for what loses the ACKs, such as a firewall that forgets connections: its peer goes on repeating the FIN.',
  labels: { answer: 'answer to the FIN', timer: 'the time of TIME_WAIT' },
  needs: ['packet-socket'],
  rows: (['off', 'on'] as const).map((timestamps) => ({
    name: `timestamps ${timestamps}`,
    given: timestamps,
    // Whether the 2MSL start again is left open.
    says: { answer: 'ACK' },
  })),
  async run(stage, timestamps) {
    const [host, peer] = await stage.scripted();
    const left = await leaveInTimeWait(host, peer, timestamps === 'on' ? { clock: 1000 } : {});
    const begin = performance.now();
    await until(() => (performance.now() - begin > enoughMs ? true : undefined), 'the TIME_WAIT to have an age');
    const before = endOfTimer(() => left.look('before the FIN comes again'), enoughMs / 4);
    const answer = await answerToFinAgain(left.old);
    const after = endOfTimer(() => left.look('after it'), enoughMs / 4);
    return { answer, timer: after - before > enoughMs / 2 ? 'starts again' : 'goes on' };
  },
  laws: [
    {
      text: 'TIME_WAIT answers the repeated FIN with an ACK, and its 60 s start again.',
      rows: () => ({ answer: 'ACK', timer: 'starts again' }),
    },
    {
      text: 'TIME_WAIT answers the repeated FIN with an ACK, and its time goes on.',
      rows: () => ({ answer: 'ACK', timer: 'goes on' }),
    },
  ],
});

type Without =
  | { readonly side: 'first to close'; readonly isRemoved: boolean }
  | { readonly side: 'last to close'; readonly answer: 'ACK' | 'RST' };

/** The host is the peer in LAST_ACK: its program has shut down and still holds the socket. Returns its error. */
async function lastToClose(stage: Stage, answer: 'ACK' | 'RST'): Promise<string> {
  const [host, peer] = await stage.scripted();
  const listener = host.listen({ address: host.A });
  const { port } = listener.local;
  const far = peer.connection({ localPort: peerPort, remotePort: port });
  await far.connect();
  const server = await listener.accept('server');
  far.send('FIN ACK');
  await server.recv();
  server.shutdown('write');
  const fin = await far.expect('FIN ACK');
  await host.waitFor({ localPort: port, state: 'LAST_ACK' }, 'the FIN is not acknowledged');
  // A host without the connection takes the number of its RST from the ACK of the segment: RFC 9293 section 3.5.2.
  if (answer === 'RST') far.send('RST', { seq: fin.ack });
  else far.send('ACK');
  const waiting = { localPort: port, state: 'LAST_ACK' } as const;
  await comesTrue(() => host.sockets(waiting).length === 0, `the ${answer} ends LAST_ACK`);
  const error = server.getOption('SO_ERROR');
  return error === 0 ? 'no error' : getSystemErrorName(-error);
}

const noTimeWait = defineCase<Without, string>({
  id: 'L3',
  articles: ['004'],
  title: 'Were there no TIME_WAIT, the repeated FIN would meet an RST',
  claim: 'Without a TIME_WAIT the repeated FIN is answered with RST, and the side that sent it sees an error.',
  rules: ['reset-for-unknown', 'time-wait-removed', 'reset-errno'],
  advice:
    'Do not remove TIME_WAIT sockets, by hand or by tcp_max_tw_buckets: a peer whose last ACK was lost then gets a reset for a connection that ended well.',
  needs: ['packet-socket'],
  // What happens where the TIME_WAIT stands is the other side of it, and not what the claim is about.
  rows: [
    { name: 'the TIME_WAIT stands, the FIN comes again', given: { side: 'first to close', isRemoved: false } },
    {
      name: 'the TIME_WAIT is removed, the FIN comes again',
      given: { side: 'first to close', isRemoved: true },
      says: 'RST',
      needs: ['destroy-socket'],
    },
    { name: 'the program in LAST_ACK gets the ACK', given: { side: 'last to close', answer: 'ACK' } },
    {
      name: 'the program in LAST_ACK gets the RST',
      given: { side: 'last to close', answer: 'RST' },
      says: 'ECONNRESET',
    },
  ],
  async run(stage, given) {
    if (given.side === 'last to close') return lastToClose(stage, given.answer);
    const [host, peer] = await stage.scripted();
    const { old } = await leaveInTimeWait(host, peer);
    if (given.isRemoved) host.destroy({ remotePort: peerPort, state: 'TIME_WAIT' });
    return await answerToFinAgain(old);
  },
  laws: [
    {
      text: 'TIME_WAIT answers a repeated FIN with an ACK, and its sender sees no error. Without TIME_WAIT the answer is a reset, and the sender gets ECONNRESET.',
      rows: {
        'the TIME_WAIT stands, the FIN comes again': 'ACK',
        'the TIME_WAIT is removed, the FIN comes again': 'RST',
        'the program in LAST_ACK gets the ACK': 'no error',
        'the program in LAST_ACK gets the RST': 'ECONNRESET',
      },
    },
  ],
});

interface Late {
  readonly isRemoved: boolean;
  readonly newSeq: 'same' | 'higher';
  readonly timestamps: Timestamps;
}

/** As long as the old data, so that whichever comes second is taken for a repetition of the other. */
const newData = 'new data';

type Meeting = {
  readonly newConnection: 'made' | 'refused';
  readonly oldDataRead: boolean;
};

function beginning({ newSeq }: Late): string {
  return `at ${newSeq === 'same' ? 'the same' : 'a higher'} number`;
}

const duplicates = defineCase<Late, Meeting>({
  id: 'L4',
  articles: ['003', '004'],
  title: 'An old duplicate and a new connection of the same four-tuple',
  claim:
    'TIME_WAIT keeps old duplicates from reaching a new connection of the same four-tuple; without it they would reach it.',
  rules: ['syn-in-time-wait', 'old-window', 'paws'],
  advice:
    'Leave timestamps on where TIME_WAIT is cut short (SO_LINGER with 0 seconds, tcp_max_tw_buckets, SOCK_DESTROY): only they keep old data out for certain.',
  labels: { newConnection: 'new connection', oldDataRead: 'old data read' },
  needs: ['packet-socket'],
  rows: [false, true].flatMap((isRemoved) =>
    (['off', 'on'] as const).flatMap((timestamps) =>
      (['same', 'higher'] as const).map((newSeq) => ({
        name: `TIME_WAIT ${isRemoved ? 'removed' : 'stands'}, timestamps ${timestamps}, new connection ${beginning({ isRemoved, newSeq, timestamps })}`,
        given: { isRemoved, newSeq, timestamps },
        says: { oldDataRead: isRemoved },
        ...(isRemoved ? { needs: ['destroy-socket'] as const } : {}),
      })),
    ),
  ),
  async run(stage, { isRemoved, newSeq, timestamps }) {
    const [host, peer] = await stage.scripted();
    const clock = (value: number): { clock?: number } => (timestamps === 'on' ? { clock: value } : {});
    const initialSeq = 5_000_000;
    const { listener, old } = await leaveInTimeWait(host, peer, { initialSeq, ...clock(1000) });
    if (isRemoved) host.destroy({ remotePort: peerPort, state: 'TIME_WAIT' });
    const fresh = sameFourTuple(peer, {
      initialSeq: newSeq === 'same' ? initialSeq : old.nextOnTheWire + 100,
      ...clock(2000),
    });
    fresh.send('SYN', { options: { mss: 1460 } });
    const answer = await answerToSyn(fresh);
    if (answer === undefined || !answer.flags.includes('SYN')) return { newConnection: 'refused', oldDataRead: false };
    fresh.send('ACK');
    const server = await listener.accept('new server');
    // It was in the network all the time; its ACK is one the new connection takes, as an unlucky number may be.
    fresh.send('PSH ACK', {
      seq: fresh.relativeSeq(old.nextOnTheWire - 1 - oldData.length),
      data: oldData,
      ...clock(1000),
    });
    fresh.send('PSH ACK', { data: newData });
    const got = await server.recv();
    host.note('the new server has read', JSON.stringify(got));
    return { newConnection: 'made', oldDataRead: got.includes(oldData) };
  },
  laws: [
    {
      text: 'While TIME_WAIT stands, old data never reaches a new connection. Without it, old data is read if the new connection starts at the same number without timestamps; a higher number or timestamps keep it out.',
      rows: ({ isRemoved, newSeq, timestamps }) => {
        const isAlike = newSeq === 'same' && timestamps === 'off';
        return { newConnection: isAlike && !isRemoved ? 'refused' : 'made', oldDataRead: isAlike && isRemoved };
      },
    },
  ],
});

type Reuse = 'a new listener' | 'a connect() to the same peer';

const robbed = defineCase<Reuse, { timeWait: string; answer: string; acknowledged: boolean }>({
  id: 'S14',
  articles: ['002'],
  title: 'Does reusing the port take the TIME_WAIT away?',
  claim:
    'Reusing the port takes its TIME_WAIT from the old connection, so that nothing is left to acknowledge the FIN its peer repeats.',
  rules: ['four-tuple-first', 'time-wait-taken-over'],
  advice:
    'Set SO_REUSEADDR on servers without fear for the peers of old connections. Do not connect again from a fixed source port: that resets a peer that still waits for its last ACK.',
  labels: { timeWait: 'TIME_WAIT', answer: 'answer to the FIN', acknowledged: 'FIN acknowledged' },
  needs: ['packet-socket'],
  rows: (['a new listener', 'a connect() to the same peer'] as const).map((by) => ({
    name: `reused by ${by}`,
    given: by,
    says: { timeWait: 'gone', acknowledged: false },
  })),
  async run(stage, by) {
    const [host, peer] = await stage.scripted();
    const options = { SO_REUSEADDR: true };
    // Without timestamps a connect() could not take it: tcp_twsk_unique().
    const { listener, old, look } = await leaveInTimeWait(host, peer, { clock: 1000, options });
    const place = listener.local;
    listener.close();
    const next = host.open({ name: 'next', options }).bind(place);
    if (by === 'a new listener') next.listen();
    else next.tryConnect({ address: peer.address, port: peerPort });
    const timeWait = look('the port is in use again') === undefined ? 'gone' : 'stands';
    await sameFourTuple(peer, {}).answers();
    const answer = await answerToFinAgain(old);
    return { timeWait, answer, acknowledged: answer === 'ACK' };
  },
  laws: [
    {
      text: 'A new listener leaves the TIME_WAIT alone, and the repeated FIN is acknowledged. Only a connect() of the same four-tuple takes its place; then the FIN is answered with a reset.',
      rows: (by) =>
        by === 'a new listener'
          ? { timeWait: 'stands', answer: 'ACK', acknowledged: true }
          : { timeWait: 'gone', answer: 'RST', acknowledged: false },
    },
  ],
});

const assassination = defineCase<Attack, string>({
  id: 'R14',
  articles: [],
  title: 'TIME_WAIT assassination',
  claim:
    'An RST that arrives in TIME_WAIT ends it, and an old duplicate brings such an RST about; net.ipv4.tcp_rfc1337 protects it.',
  rules: ['time-wait-assassination'],
  advice:
    'Set net.ipv4.tcp_rfc1337 = 1 where old duplicates matter. Know its price: a client whose SYN a TIME_WAIT refuses is refused until the TIME_WAIT has run out.',
  needs: ['packet-socket'],
  rows: attacks.map((attack) => ({
    name: nameOfAttack(attack),
    given: attack,
    // A duplicate to which no RST comes back is the other side of it.
    ...(attack.by === 'old duplicate' ? {} : { says: attack.rfc1337 === 0 ? 'gone' : 'stands' }),
  })),
  async run(stage, attack) {
    const findings = await assassinated.on(stage, nameOfAttack(attack));
    const isDuplicate = attack.by === 'old duplicate' || attack.by === 'old duplicate, and the RST of the closed peer';
    if (isDuplicate && textOf(findings, 'answer') === 'nothing') return 'no answer to the duplicate';
    return textOf(findings, 'timeWait');
  },
  laws: [
    {
      text: 'A reset with exactly the next sequence number ends a TIME_WAIT, and an old duplicate can cause such a reset. With tcp_rfc1337 = 1 neither ends it.',
      rows: ({ rfc1337, by }) =>
        rfc1337 === 0 && (by === 'RST' || by === 'old duplicate, and the RST of the closed peer') ? 'gone' : 'stands',
    },
  ],
});

export const segmentsCases: readonly Case[] = [finAgain, noTimeWait, duplicates, robbed, assassination];

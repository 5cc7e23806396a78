import {
  answerToSyn,
  type Case,
  defineCase,
  leaveInTimeWait,
  sameFourTuple,
  type ScriptedConnection,
} from '../kit/index.js';

const clocks = { none: undefined, newer: 10, same: 0, older: -10 } as const;
type Clock = keyof typeof clocks;

const clockBefore = 1_000_000;

function clockOf(clock: Clock): { clock?: number } {
  const change = clocks[clock];
  return change === undefined ? {} : { clock: clockBefore + change };
}

/** Timestamps are used by both connections or by neither. */
function oldClockOf(clock: Clock): { clock?: number } {
  return clock === 'none' ? {} : { clock: clockBefore };
}

function clockName(clock: Clock): string {
  return clock === 'none'
    ? 'no timestamps'
    : clock === 'same'
      ? 'the same timestamp'
      : `${clock === 'older' ? 'an' : 'a'} ${clock} timestamp`;
}

/** Sends the SYN of a new connection; `refused` if only an acknowledgement of the old one comes back. */
async function knock(connection: ScriptedConnection): Promise<{ said: string; ack: number }> {
  connection.send('SYN', { seq: 0, options: { mss: 1460 } });
  const answer = await answerToSyn(connection);
  if (answer === undefined) return { said: 'no answer', ack: 0 };
  return { said: answer.flags.includes('SYN') ? 'accepted' : 'refused', ack: answer.ack };
}

interface NewSyn {
  readonly seq: 'higher' | 'same' | 'lower';
  readonly clock: Clock;
}

const distance = { higher: 1000, same: 0, lower: -1000 } as const;

const toldApart = defineCase<NewSyn, string>({
  id: 'C13',
  articles: ['001'],
  title: 'A new SYN meets a TIME_WAIT of its four-tuple',
  claim:
    'Two connections of one four-tuple are told apart: a TIME_WAIT accepts a new SYN with a higher sequence number, or with a newer timestamp.',
  rules: ['syn-in-time-wait', 'paws'],
  advice:
    'Leave net.ipv4.tcp_timestamps on: a client may then come back on the same port at once, whatever its number. Do not count on it behind a NAT, where another machine with another clock may come on that port.',
  needs: ['packet-socket'],
  rows: (['higher', 'same', 'lower'] as const).flatMap((seq) =>
    (['none', 'newer', 'same', 'older'] as const).map((clock) => ({
      name: `${seq} sequence number, ${clockName(clock)}`,
      given: { seq, clock },
      // What becomes of the others it does not say.
      ...(seq === 'higher' || clock === 'newer' ? { says: 'accepted' } : {}),
    })),
  ),
  async run(stage, { seq, clock }) {
    const [host, peer] = await stage.scripted();
    const { old } = await leaveInTimeWait(host, peer, oldClockOf(clock));
    const initialSeq = (old.nextOnTheWire + distance[seq]) >>> 0;
    return (await knock(sameFourTuple(peer, { initialSeq, ...clockOf(clock) }))).said;
  },
  laws: [
    {
      text: 'A SYN is accepted if its timestamp is newer, or if timestamps do not decide (none, or equal) and its number is higher. An older timestamp is always refused.',
      rows: ({ seq, clock }) => (clock === 'newer' || (clock !== 'older' && seq === 'higher') ? 'accepted' : 'refused'),
    },
    {
      text: 'A SYN is accepted if its timestamp is newer or its number is higher.',
      rows: ({ seq, clock }) => (clock === 'newer' || seq === 'higher' ? 'accepted' : 'refused'),
    },
  ],
});

interface Lower {
  readonly where: 'behind' | 'after a wrap';
  readonly clock: Clock;
  readonly rfc1337: 0 | 1;
}

function nameOfLower({ where, clock, rfc1337 }: Lower): string {
  const place = where === 'behind' ? 'behind the old one' : 'below it since the numbers wrapped';
  return `${place} with ${clockName(clock)}${rfc1337 === 1 ? ' and tcp_rfc1337 1' : ''}`;
}

// Where the old connection begins, and where the new one does: below it as a number in either case.
const beginnings = {
  behind: { old: 2_000_000, next: 1_000_000 },
  'after a wrap': { old: 0xffff_ff00, next: 1000 },
} as const;

const wrapped = defineCase<Lower, { syn: string; secondSyn: string }>({
  id: 'S17',
  articles: ['002'],
  title: 'The new connection begins below the end of the old one',
  claim:
    'A new connection whose first sequence number is below the last one of the old, as it may be since the numbers wrap, is told apart by its newer timestamp, and refused without one.',
  rules: ['syn-in-time-wait', 'numbers-wrap', 'refused-syn-resets'],
  advice:
    'Keep timestamps on. Without them a refused client connects only with its second SYN, up to a second later; with tcp_rfc1337 = 1 only when the TIME_WAIT has run out.',
  labels: { syn: 'first SYN', secondSyn: 'second SYN' },
  needs: ['packet-socket'],
  rows: (
    [
      ['behind', 'none', 0],
      ['behind', 'newer', 0],
      ['behind', 'older', 0],
      ['after a wrap', 'none', 0],
      ['after a wrap', 'newer', 0],
      ['behind', 'none', 1],
    ] as const
  ).map(([where, clock, rfc1337]) => ({
    name: nameOfLower({ where, clock, rfc1337 }),
    given: { where, clock, rfc1337 },
    // It speaks of the first SYN, and knows of no sysctl.
    ...(rfc1337 === 0 ? { says: { syn: clock === 'newer' ? 'accepted' : 'refused' } } : {}),
  })),
  async run(stage, { where, clock, rfc1337 }) {
    const [host, peer] = await stage.scripted();
    host.setSysctl('net.ipv4.tcp_rfc1337', rfc1337);
    // A TIME_WAIT says nothing to the second of two such SYNs within half a second; those of a client are further apart.
    host.setSysctl('net.ipv4.tcp_invalid_ratelimit', 0);
    const { old, next } = beginnings[where];
    await leaveInTimeWait(host, peer, { initialSeq: old, ...oldClockOf(clock) });
    const fresh = sameFourTuple(peer, { initialSeq: next, ...clockOf(clock) });
    const { said, ack } = await knock(fresh);
    if (said !== 'refused') return { syn: said, secondSyn: 'not needed' };
    // RFC 9293 section 3.10.7.3: a client in SYN_SENT resets an ACK that is not for its SYN. Such an RST has no options.
    sameFourTuple(peer, { initialSeq: next }).send('RST', { seq: ack });
    return { syn: said, secondSyn: (await knock(fresh)).said };
  },
  laws: [
    {
      text: 'A number that is lower only because the numbers wrapped counts as higher, and is accepted. A number that is really lower is accepted with a newer timestamp. Otherwise the first SYN is refused and the second accepted, because the reset from the client ends the TIME_WAIT (not with tcp_rfc1337 = 1).',
      rows: ({ where, clock, rfc1337 }) => {
        if (where === 'after a wrap' || clock === 'newer') return { syn: 'accepted', secondSyn: 'not needed' };
        return { syn: 'refused', secondSyn: rfc1337 === 1 ? 'refused' : 'accepted' };
      },
    },
  ],
});

export const synCases: readonly Case[] = [toldApart, wrapped];

import {
  answerToSyn,
  type Experiment,
  experiment,
  leaveInTimeWait,
  sameFourTuple,
  type ScriptedConnection,
} from '../kit/index.js';

const clockBefore = 1_000_000;

/** A TSval so much after the last one of the old connection; without, neither uses timestamps. */
function clockAt(later: number | undefined): { clock?: number } {
  return later === undefined ? {} : { clock: clockBefore + later };
}

/** Sends the SYN of a new connection. An ACK is not for it, but for all that the old one sent. */
async function knock(connection: ScriptedConnection): Promise<{ said: string; ack: number }> {
  connection.send('SYN', { seq: 0, options: { mss: 1460 } });
  const answer = await answerToSyn(connection);
  return { said: answer?.flags.join(' ') ?? 'nothing', ack: answer?.ack ?? 0 };
}

interface NewSyn {
  /** Of its sequence number, from the end of the old connection. */
  readonly ahead: number;
  readonly later?: number;
}

const newSyns: Readonly<Record<string, NewSyn>> = {
  'a higher number': { ahead: 1000 },
  'a lower number': { ahead: -1000 },
  'a lower number, a newer timestamp': { ahead: -1000, later: 10 },
  'a higher number, an older timestamp': { ahead: 1000, later: -10 },
};

/** The same four-tuple once more. */
export const newSyn = experiment(
  'A new SYN meets TIME_WAIT',
  {
    name: 'new-syn',
    about: 'A higher sequence number or a newer timestamp opens a new connection; else the last ACK is all it gets.',
    rule: 'tcp_timewait_state_process(): a SYN beyond rcv_nxt, or with a TSval beyond ts_recent, opens a new connection (RFC 6191), unless PAWS has refused it before (tcp_paws_reject(), RFC 7323 section 5).',
    cases: ['C13'],
    labels: { answer: 'answer to the SYN', timeWait: 'old TIME_WAIT' },
    variants: newSyns,
  },
  async ({ host, peer, mark }, { ahead, later }) => {
    const server = host('server');
    const far = await peer('peer', server);
    const { old, look } = await leaveInTimeWait(server, far, clockAt(later === undefined ? undefined : 0));
    mark('the same four-tuple once more');
    const fresh = sameFourTuple(far, { initialSeq: (old.nextOnTheWire + ahead) >>> 0, ...clockAt(later) });
    const { said } = await knock(fresh);
    return { answer: said, timeWait: look('the TIME_WAIT') === undefined ? 'gone' : 'stands' };
  },
);

interface Below {
  readonly oldSeq: number;
  readonly newSeq: number;
  readonly later?: number;
}

const belows: Readonly<Record<string, Below>> = {
  behind: { oldSeq: 2_000_000, newSeq: 1_000_000 },
  'behind, a newer timestamp': { oldSeq: 2_000_000, newSeq: 1_000_000, later: 10 },
  'behind, an older timestamp': { oldSeq: 2_000_000, newSeq: 1_000_000, later: -10 },
  'after a wrap': { oldSeq: 0xffff_ff00, newSeq: 1000 },
};

/** A number can be below the last one and yet come after it. */
export const sequenceBelow = experiment(
  'The new connection begins below the end of the old one',
  {
    name: 'sequence-below',
    about:
      'Behind the old one it is refused unless its timestamp is newer; the client answers the ACK with RST and tries again. After a wrap it is not behind at all.',
    rule: 'after() in tcp_timewait_state_process() compares modulo 2^32 (RFC 9293 section 3.4). An ACK that does not fit is answered with RST in SYN_SENT (section 3.10.7.3), which ends the TIME_WAIT unless tcp_rfc1337 is set.',
    cases: ['S17'],
    labels: { syn: 'answer to the first SYN', secondSyn: 'answer to the second SYN' },
    variants: belows,
  },
  async ({ host, peer, mark }, { oldSeq, newSeq, later }) => {
    const server = host('server');
    const far = await peer('peer', server);
    await leaveInTimeWait(server, far, { initialSeq: oldSeq, ...clockAt(later === undefined ? undefined : 0) });
    mark('the same four-tuple once more');
    const fresh = sameFourTuple(far, { initialSeq: newSeq, ...clockAt(later) });
    const { said, ack } = await knock(fresh);
    if (said !== 'ACK') return { syn: said };
    // As a client in SYN_SENT does; such an RST has no options.
    sameFourTuple(far, { initialSeq: newSeq }).send('RST', { seq: ack });
    return { syn: said, secondSyn: (await knock(fresh)).said };
  },
);

export const newSynExperiments: readonly Experiment[] = [newSyn, sequenceBelow];

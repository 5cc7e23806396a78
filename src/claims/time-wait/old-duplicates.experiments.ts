import {
  answerToSyn,
  type Experiment,
  experiment,
  leaveInTimeWait,
  oldData,
  peerPort,
  sameFourTuple,
} from '../kit/index.js';

interface Late {
  readonly isRemoved: boolean;
  /** The new connection begins where the old one began, or beyond its end. */
  readonly begins: 'there' | 'beyond';
  readonly hasTimestamps?: boolean;
}

const lates: Readonly<Record<string, Late>> = {
  'TIME_WAIT stands, the same number': { isRemoved: false, begins: 'there' },
  'TIME_WAIT stands, a higher number': { isRemoved: false, begins: 'beyond' },
  'TIME_WAIT is removed, the same number': { isRemoved: true, begins: 'there' },
  'TIME_WAIT is removed, the same number, timestamps': { isRemoved: true, begins: 'there', hasTimestamps: true },
};

const initialSeq = 5_000_000;

/** A segment of the old connection was in the network all the time. */
export const oldDuplicate = experiment(
  'An old duplicate and a new connection of its four-tuple',
  {
    name: 'old-duplicate',
    about:
      'TIME_WAIT lets in only a connection whose window the duplicate is out of. Without it the new program reads old data, unless timestamps tell.',
    rule: 'Without timestamps tcp_timewait_state_process() lets in only a SYN beyond all that the old connection sent, so its segments are out of the new window (tcp_sequence()). Without TIME_WAIT only PAWS is left (RFC 7323 section 5).',
    cases: ['L4'],
    labels: { syn: 'answer to the new SYN', read: 'read by the new connection' },
    variants: lates,
  },
  async ({ host, peer, mark }, { isRemoved, begins, hasTimestamps = false }) => {
    const clock = (value: number): { clock?: number } => (hasTimestamps ? { clock: value } : {});
    const server = host('server');
    const far = await peer('peer', server);
    const { listener, old } = await leaveInTimeWait(server, far, { initialSeq, ...clock(1000) });
    if (isRemoved) server.destroy({ remotePort: peerPort, state: 'TIME_WAIT' });
    mark('the same four-tuple once more');
    const fresh = sameFourTuple(far, {
      initialSeq: begins === 'there' ? initialSeq : old.nextOnTheWire + 100,
      ...clock(2000),
    });
    fresh.send('SYN', { options: { mss: 1460 } });
    const answer = await answerToSyn(fresh);
    const syn = answer?.flags.join(' ') ?? 'nothing';
    if (syn !== 'SYN ACK') return { syn };
    fresh.send('ACK');
    const s = await listener.accept('new server');
    mark('the old duplicate arrives');
    // Its ACK is one the new connection takes, as an unlucky number may be.
    const seq = fresh.relativeSeq(old.nextOnTheWire - 1 - oldData.length);
    fresh.send('PSH ACK', { seq, data: oldData, ...clock(1000) });
    await fresh.answers();
    return { syn, read: s.socket.tryRecv({ size: 100 })?.toString('latin1') ?? 'nothing' };
  },
);

export const oldDuplicatesExperiments: readonly Experiment[] = [oldDuplicate];

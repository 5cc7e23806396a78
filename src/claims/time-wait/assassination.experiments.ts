import { type Experiment, experiment, leaveInTimeWait, oldData } from '../kit/index.js';

/** What arrives in TIME_WAIT. */
const attackers = [
  'RST',
  'RST one byte further',
  'old duplicate',
  'old duplicate, and the RST of the closed peer',
] as const;

export interface Attack {
  readonly rfc1337: 0 | 1;
  readonly by: (typeof attackers)[number];
}

export const attacks: readonly Attack[] = ([0, 1] as const).flatMap((rfc1337) =>
  attackers.map((by) => ({ rfc1337, by })),
);

export function nameOfAttack({ rfc1337, by }: Attack): string {
  return `tcp_rfc1337 ${rfc1337}, ${by}`;
}

/** RFC 1337. */
export const assassinated = experiment(
  'TIME_WAIT assassination',
  {
    name: 'time-wait-assassination',
    about:
      'An RST ends a TIME_WAIT, and an old duplicate brings such an RST about: it is acknowledged, and a peer that knows nothing any more answers that with RST.',
    rule: 'tcp_timewait_state_process(): an RST at exactly rcv_nxt ends it (inet_twsk_deschedule_put()) if net.ipv4.tcp_rfc1337 is 0, the default; any other is dropped. RFC 1337 section 2.',
    cases: ['R14'],
    labels: { answer: 'answer', timeWait: 'TIME_WAIT' },
    variants: Object.fromEntries(attacks.map((attack) => [nameOfAttack(attack), attack])),
  },
  async ({ host, peer, mark }, { rfc1337, by }) => {
    const server = host('host');
    const far = await peer('peer', server);
    server.setSysctl('net.ipv4.tcp_rfc1337', rfc1337);
    const { old, look } = await leaveInTimeWait(server, far);
    mark('the connection is over');
    let answer = 'nothing';
    if (by === 'RST' || by === 'RST one byte further') old.send('RST', { seq: old.next + (by === 'RST' ? 0 : 1) });
    else {
      old.send('PSH ACK', { seq: 1, data: oldData });
      const [ack] = await old.answers();
      answer = ack?.flags.join(' ') ?? answer;
      if (ack !== undefined && by !== 'old duplicate') old.send('RST', { seq: ack.ack });
    }
    await old.answers();
    return { answer, timeWait: look(`after the ${by}`) === undefined ? 'gone' : 'stands' };
  },
);

export const assassinationExperiments: readonly Experiment[] = [assassinated];

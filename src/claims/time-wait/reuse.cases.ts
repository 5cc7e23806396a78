import {
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  type Endpoint,
  hasReuseDelay,
  type Host,
  outcome,
  outcomeAsync,
  pastReuseDelay,
  setReuseDelay,
} from '../kit/index.js';

interface Reconnect {
  readonly tcp_tw_reuse: 0 | 1 | 2;
  readonly timestamps: boolean;
  /** When it asks: while the delay set here runs, after it, or over and over with the delay left as it is. */
  readonly when: 'before' | 'after' | 'until granted';
  readonly to: 'A' | '127.0.0.1';
  /** Who chooses the source port. */
  readonly port: 'kernel' | 'bind';
}

const serverPort = 8080;
const sourcePort = 50_000;
const length = 60_000;
// What the age of a TIME_WAIT, read from its timer, may be wrong by.
const inexactMs = 50;

/** As ktime_get_seconds() has it. */
function secondOfClock(): number {
  return process.hrtime()[0];
}

function nameOf({ tcp_tw_reuse, timestamps, when, to, port }: Reconnect): string {
  const chooser = port === 'bind' ? ', source port bound' : '';
  const moment = when === 'until granted' ? 'over and over, the delay untouched' : `${when} the delay`;
  return `tcp_tw_reuse ${tcp_tw_reuse}, timestamps ${timestamps ? 'on' : 'off'}, ${moment}, to ${to}${chooser}`;
}

const combinations: readonly Reconnect[] = ([0, 1, 2] as const).flatMap((tcp_tw_reuse) =>
  [true, false].flatMap((timestamps) =>
    (timestamps ? (['before', 'after'] as const) : (['after'] as const)).flatMap((when) =>
      (['A', '127.0.0.1'] as const).map((to) => ({ tcp_tw_reuse, timestamps, when, to, port: 'kernel' as const })),
    ),
  ),
);

const bound: readonly Reconnect[] = [true, false].map((timestamps) => ({
  tcp_tw_reuse: 0,
  timestamps,
  when: 'before',
  to: 'A',
  port: 'bind',
}));

const measured: Reconnect = { tcp_tw_reuse: 1, timestamps: true, when: 'until granted', to: 'A', port: 'kernel' };
const aboutASecond = 'ok after about a second';

/**
 * The article knows no value 2, and speaks of no port that was given to bind(). It asks for nothing besides, so what it says is
 * said without timestamps too.
 */
function said({ tcp_tw_reuse, when, port }: Reconnect): { says?: string } {
  if (tcp_tw_reuse === 2 || port === 'bind') return {};
  if (when === 'until granted') return { says: aboutASecond };
  return { says: tcp_tw_reuse === 1 && when === 'after' ? 'ok' : 'EADDRNOTAVAIL' };
}

/** Asks for the four-tuple until it is given, and says at which age of the TIME_WAIT that was. */
async function untilGranted(host: Host, to: Endpoint, ageMs: () => number, begun: number): Promise<string> {
  const isMilliseconds = hasReuseDelay(host);
  const { socket } = host.open({ name: 'again' });
  const refused = { ageMs: 0, second: begun };
  const granted = { ageMs: Number.NaN, second: Number.NaN };
  const isGranted = (): boolean => {
    // Taken before the call, and again after it, so that a pause between can only make the span wider.
    const begin = performance.now();
    const [age, second] = [ageMs(), secondOfClock()];
    const result = outcome(() => socket.tryConnect(to));
    if (result === 'ok') Object.assign(granted, { ageMs: age + performance.now() - begin, second: secondOfClock() });
    else Object.assign(refused, { ageMs: age, second });
    return result === 'ok';
  };
  if (!(await comesTrue(isGranted, 'the four-tuple is given'))) return 'not within three seconds';
  const ages = `refused last at an age of ${refused.ageMs} ms, granted at ${Math.round(granted.ageMs)} ms`;
  host.note('connect() again and again', ages);
  if (!isMilliseconds) {
    if (refused.second > begun + 1) return 'ok after more than a second of the clock';
    return granted.second > begun ? 'ok at the next second of the clock' : 'ok within a second of the clock';
  }
  // On a busy machine the two lie apart; what matters is that a second is between them.
  if (refused.ageMs > 1000 + inexactMs) return 'ok after more than a second';
  return granted.ageMs >= 1000 - inexactMs ? aboutASecond : 'ok within a second';
}

const tooLate = Symbol('the delay was over');

/** Leaves a TIME_WAIT on a host and asks for its four-tuple again. */
async function ask(
  host: Host,
  { tcp_tw_reuse, timestamps, when, to, port }: Reconnect,
): Promise<string | typeof tooLate> {
  host.setSysctl('net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
  host.setSysctl('net.ipv4.tcp_tw_reuse', tcp_tw_reuse);
  // One port only, so that none but the one in TIME_WAIT is left.
  host.setSysctl('net.ipv4.ip_local_port_range', `${sourcePort} ${sourcePort}`);
  const address = to === 'A' ? host.A : to;
  const listener = host.listen({ address, port: serverPort });
  // A TIME_WAIT has the option of its connection, and bind() asks for it on both.
  const options = { SO_REUSEADDR: port === 'bind' };
  const client = await host.connect({ address, port: serverPort }, { options });
  const server = await listener.accept('server');
  const begun = secondOfClock();
  await closeInOrder(client, server);
  const ours = { localPort: sourcePort, state: 'TIME_WAIT' } as const;
  const ageMs = (): number => length - (host.sockets(ours)[0]?.timer?.remainingMs ?? Number.NaN);
  if (when === 'until granted') return await untilGranted(host, { address, port: serverPort }, ageMs, begun);
  const isLong = when === 'before' && setReuseDelay(host, length);
  if (when === 'after') await pastReuseDelay(host);
  const from = port === 'bind' ? { from: { address, port: sourcePort } } : {};
  const said = await outcomeAsync(() =>
    host.connect({ address, port: serverPort }, { name: 'again', options, ...from }),
  );
  const isLate = when === 'before' && !isLong && secondOfClock() > begun;
  return isLate ? tooLate : said;
}

const takenAgain = defineCase<Reconnect, string>({
  id: 'C18',
  articles: ['001', '002'],
  title: 'tcp_tw_reuse: the connecting side takes a four-tuple again',
  claim:
    'tcp_tw_reuse is for the side that connects: it decides whether a four-tuple in TIME_WAIT is taken again, which may be after one second.',
  rules: ['tcp-tw-reuse', 'time-wait-taken-over', 'four-tuple-in-time-wait'],
  advice:
    'Keep connections open, or use more addresses, if a client runs out of source ports to one destination. If neither is possible, set tcp_tw_reuse = 1 and leave tcp_timestamps on; the default 2 helps on loopback only.',
  rows: [...combinations, ...bound, measured].map((given) => ({ name: nameOf(given), given, ...said(given) })),
  async run(stage, given) {
    // A slow machine may be late for the second of the kernel's own: then nothing was asked before it was over.
    for (let turn = 1; ; turn++) {
      const said = await ask(stage.alone(turn === 1 ? 'host' : `host ${turn}`), given);
      if (said !== tooLate) return said;
    }
  },
  laws: [
    {
      text: 'connect() takes a four-tuple in TIME_WAIT again if tcp_tw_reuse is 1, or 2 on loopback, with timestamps, and after one second. From a port given to bind() it needs only timestamps.',
      rows: ({ tcp_tw_reuse, timestamps, when, to, port }) => {
        if (when === 'until granted') return aboutASecond;
        if (port === 'bind') return timestamps ? 'ok' : 'EADDRNOTAVAIL';
        const isAllowed = tcp_tw_reuse === 1 || (tcp_tw_reuse === 2 && to !== 'A');
        return isAllowed && timestamps && when === 'after' ? 'ok' : 'EADDRNOTAVAIL';
      },
    },
  ],
});

export const reuseCases: readonly Case[] = [takenAgain];

import {
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  type Endpoint,
  type Host,
  outcome,
  outcomeAsync,
  until,
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
const delaySysctl = 'net.ipv4.tcp_tw_reuse_delay';
const length = 60_000;
// The delay was a second of the kernel's own before the sysctl; the age was then counted in whole seconds.
const fixedDelayMs = 2100;
// What the age of a TIME_WAIT, read from its timer, may be wrong by.
const inexactMs = 50;

/** Sets the delay to one that is over soon or that is not over in this run. Returns the age that is enough. */
function setDelay(host: Host, when: 'before' | 'after'): number {
  try {
    host.sysctl(delaySysctl);
  } catch {
    return fixedDelayMs;
  }
  host.setSysctl(delaySysctl, when === 'before' ? length : 1);
  return 5;
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
async function untilGranted(host: Host, to: Endpoint, ageMs: () => number): Promise<string> {
  const { socket } = host.open({ name: 'again' });
  let refusedAtMs = 0;
  let grantedByMs = Number.NaN;
  const isGranted = (): boolean => {
    // Taken before the age, so that a pause between the two can only make the span wider.
    const begin = performance.now();
    const age = ageMs();
    const result = outcome(() => socket.tryConnect(to));
    if (result === 'ok') grantedByMs = age + performance.now() - begin;
    else refusedAtMs = age;
    return result === 'ok';
  };
  if (!(await comesTrue(isGranted, 'the four-tuple is given'))) return 'not within three seconds';
  const ages = `refused last at an age of ${refusedAtMs} ms, granted at ${Math.round(grantedByMs)} ms`;
  host.note('connect() over and over', ages);
  // On a busy machine the two lie apart; what matters is that a second is between them.
  if (refusedAtMs > 1000 + inexactMs) return 'ok after more than a second';
  return grantedByMs >= 1000 - inexactMs ? aboutASecond : 'ok within a second';
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
  async run(stage, { tcp_tw_reuse, timestamps, when, to, port }) {
    const host = stage.alone();
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
    await closeInOrder(client, server);
    const ours = { localPort: sourcePort, state: 'TIME_WAIT' } as const;
    const ageMs = (): number => length - (host.sockets(ours)[0]?.timer?.remainingMs ?? Number.NaN);
    if (when === 'until granted') return await untilGranted(host, { address, port: serverPort }, ageMs);
    const enoughMs = setDelay(host, when);
    if (when === 'after') await until(() => (ageMs() > enoughMs ? true : undefined), 'age of the TIME_WAIT');
    const from = port === 'bind' ? { from: { address, port: sourcePort } } : {};
    return outcomeAsync(() => host.connect({ address, port: serverPort }, { name: 'again', options, ...from }));
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

import { type Case, defineCase } from '../case/case.js';
import { closeInOrder } from '../host/connection.js';
import type { Host } from '../host/host.js';
import { outcomeAsync } from '../host/step.js';
import { until } from '../host/until.js';
import { alike } from '../case/wording.js';

interface Reconnect {
  readonly tcp_tw_reuse: 0 | 1 | 2;
  readonly timestamps: boolean;
  readonly when: 'before' | 'after';
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

/** Sets the delay to one that is over soon or that is not over in this run. Returns the age that is enough. */
function setDelay(host: Host, when: Reconnect['when']): number {
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
  return `tcp_tw_reuse ${tcp_tw_reuse}, timestamps ${timestamps ? 'on' : 'off'}, ${when} the delay, to ${to}${chooser}`;
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

/** tcp_tw_reuse 2, the default, is for loopback only: ip-sysctl.rst. The articles know of no exception. */
function expected({ tcp_tw_reuse, timestamps, when, to }: Reconnect): string {
  const isOn = tcp_tw_reuse === 1 || (tcp_tw_reuse === 2 && to === '127.0.0.1');
  return isOn && timestamps && when === 'after' ? 'ok' : 'EADDRNOTAVAIL';
}

const takenAgain = defineCase<Reconnect, string>({
  id: 'C18',
  articles: ['001', '002'],
  title: 'tcp_tw_reuse: the connecting side takes a four-tuple again',
  claim: 'tcp_tw_reuse is for the side that connects: a four-tuple in TIME_WAIT may be taken again after one second.',
  rule: 'tcp_twsk_unique(): needs timestamps, and where the kernel looks for a port, tcp_tw_reuse and an age of tcp_tw_reuse_delay (6.14, a second before); 2 asks for an address of 127.0.0.0/8, on which the connection must be. With a port that bind() chose __inet_check_established() asks for timestamps only.',
  advice:
    'A proxy that runs out of source ports to one upstream sets tcp_tw_reuse to 1 and leaves tcp_timestamps on; the default 2 helps on loopback only. Better still, keep connections open.',
  rows: [...combinations, ...bound].map((given) => ({ name: nameOf(given), given, says: expected(given) })),
  async run(lab, { tcp_tw_reuse, timestamps, when, to, port }) {
    const host = lab.host();
    host.setSysctl('net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
    host.setSysctl('net.ipv4.tcp_tw_reuse', tcp_tw_reuse);
    // One port only, so that none but the one in TIME_WAIT is left.
    host.setSysctl('net.ipv4.ip_local_port_range', `${sourcePort} ${sourcePort}`);
    const enoughMs = setDelay(host, when);
    const address = to === 'A' ? host.A : to;
    const listener = host.listen({ address, port: serverPort });
    // A TIME_WAIT has the option of its connection, and bind() asks for it on both.
    const options = { SO_REUSEADDR: port === 'bind' };
    const client = await host.connect({ address, port: serverPort }, { options });
    const server = await listener.accept('server');
    await closeInOrder(client, server);
    const ours = { localPort: sourcePort, state: 'TIME_WAIT' } as const;
    const ageMs = (): number => length - (host.sockets(ours)[0]?.timer?.remainingMs ?? Number.NaN);
    if (when === 'after') await until(() => (ageMs() > enoughMs ? true : undefined), 'age of the TIME_WAIT');
    const from = port === 'bind' ? { from: { address, port: sourcePort } } : {};
    return outcomeAsync(() => host.connect({ address, port: serverPort }, { name: 'again', options, ...from }));
  },
  because(rows) {
    const taken = rows.filter(({ observed }) => observed === 'ok').map(({ name }) => name);
    const others = alike(
      rows.filter(({ observed }) => observed !== 'ok'),
      ({ observed }) => observed,
      ({ name }) => name,
    ).map(({ outcome, labels }) => `${outcome} in ${labels.length} others`);
    return `taken again with ${[taken.join('; with ') || 'nothing', ...others].join('; ')}`;
  },
});

export const timeWaitReuseCases: readonly Case[] = [takenAgain];

import {
  type Case,
  closingStates,
  defineCase,
  finAcknowledged,
  flagsOf,
  type Host,
  type LabSocket,
  type Stage,
} from '../kit/index.js';

type Moment = 'after it has acknowledged the FIN' | 'before its ACK is due' | 'after the first has sent RST';

interface Sent {
  readonly [what: string]: string | number;
  readonly segments: number;
  readonly inOrder: string;
}

const port = 8080;
/** Half of TCP_DELACK_MIN, 40 ms: no delayed ACK has been sent so soon. */
const soonMs = 20;

/** Two ends that have asked and answered: from now on either delays its ACKs (inet_csk_enter_pingpong_mode()). */
async function talked(listener: LabSocket, server: Host, client: Host): Promise<[LabSocket, LabSocket]> {
  const c = await client.connect(server, port);
  const s = await listener.accept('server');
  await c.send('question');
  await s.recv();
  await s.send('answer');
  await c.recv();
  return [s, c];
}

/** What the first close has made of the second end. */
const reached = {
  'after it has acknowledged the FIN': 'CLOSE_WAIT',
  'before its ACK is due': 'CLOSE_WAIT',
  'after the first has sent RST': 'CLOSED',
} as const;

/** Closes both ends. Returns whether the second was closed at the moment asked for. */
async function closeBoth(moment: Moment, s: LabSocket, c: LabSocket): Promise<boolean> {
  const ports = { localPort: port, remotePort: c.local.port };
  if (moment === 'after the first has sent RST') s.setOption('SO_LINGER', { on: true, seconds: 0 });
  const begin = performance.now();
  s.close();
  // The kernel may leave what was sent to ksoftirqd: with the FIN or RST still on its way the two would close at the same time.
  await c.waitForState(reached[moment]);
  if (moment === 'after it has acknowledged the FIN') await finAcknowledged(s.host, ports);
  c.close();
  return moment !== 'before its ACK is due' || performance.now() - begin < soonMs;
}

/** What is on the wire from the first FIN or RST on. */
async function closing(stage: Stage, moment: Moment): Promise<Sent> {
  stage.capture();
  const [server, client] = stage.pair();
  const listener = server.listen(port);
  for (;;) {
    const [s, c] = await talked(listener, server, client);
    const clientPort = c.local.port;
    const isInTime = await closeBoth(moment, s, c);
    for (const host of [server, client]) await host.waitUntilGone({ state: closingStates }, 'closed');
    // A busy machine may have kept this process from its second close for so long that the ACK was due.
    if (!isInTime) continue;
    await stage.settle();
    const all = stage
      .passages()
      .segments.filter(({ source, destination }) => source.port === clientPort || destination.port === clientPort)
      .filter(({ retransmission }) => !retransmission);
    const ending = all.slice(all.findIndex(({ flags }) => flags.includes('FIN') || flags.includes('RST')));
    return {
      segments: ending.length,
      inOrder: ending.map((segment) => `${segment.from} ${flagsOf(segment)}`).join(', '),
    };
  }
}

const four = defineCase<Moment, Sent>({
  id: 'L10',
  articles: ['004'],
  title: 'How many segments a close takes',
  claim: 'A connection is closed by four segments, a FIN and an ACK each way, none of which may be missing.',
  rules: ['fin-carries-ack', 'closing-states', 'linger-zero-resets'],
  advice:
    'Do not count segments to tell a clean close from another: three or four, it is clean if both sides have sent a FIN and neither an RST.',
  labels: { segments: 'segments', inOrder: 'in order' },
  rows: (['after it has acknowledged the FIN', 'before its ACK is due', 'after the first has sent RST'] as const).map(
    (moment) => ({
      name: `the other side closes ${moment}`,
      given: moment,
      // The way without FIN the article names itself.
      ...(moment === 'after the first has sent RST' ? {} : { says: { segments: 4 } }),
    }),
  ),
  run: closing,
  laws: [
    {
      text: 'A close takes four segments if the other side closes later, and three if it closes while its ACK of the FIN is still delayed: then its FIN carries the ACK. A reset takes one.',
      rows: {
        'the other side closes after it has acknowledged the FIN': {
          segments: 4,
          inOrder: 'server FIN ACK, client ACK, client FIN ACK, server ACK',
        },
        'the other side closes before its ACK is due': {
          segments: 3,
          inOrder: 'server FIN ACK, client FIN ACK, server ACK',
        },
        'the other side closes after the first has sent RST': { segments: 1, inOrder: 'server RST ACK' },
      },
    },
  ],
});

/** What a close looks like on the wire. */
export const segmentsOfACloseCases: readonly Case[] = [four];

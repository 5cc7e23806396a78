import { alike, type Case, closeInOrder, defineCase, establish, outcome } from '../kit/index.js';

/** SO_LINGER on the side that closes first; none where the option is not set. */
interface LingerTime {
  readonly seconds: 1 | 5 | 120 | undefined;
}

interface KeptFor {
  readonly [what: string]: string;
  readonly timeWait: string;
  readonly bind: string;
}

/** What a timer began with, which was read a moment later: on a busy machine a second or two. */
function about(remainingMs: number | undefined): string {
  if (remainingMs === undefined) return 'none';
  const seconds = remainingMs / 1000;
  const near = [1, 5, 60, 120].find((length) => seconds <= length && seconds > length * 0.8 - 2);
  return near === undefined ? `${seconds.toFixed(1)} s` : `about ${near} s`;
}

const lingerTime = defineCase<LingerTime, KeptFor>({
  id: 'G10',
  articles: ['000'],
  title: 'SO_LINGER and the length of TIME_WAIT',
  claim: 'A socket in TIME_WAIT holds its address for as long as the configured linger time.',
  rule: 'sk_lingertime is how long close(2) waits in __tcp_close(), for what is sent to be acknowledged. tcp_time_wait() takes TCP_TIMEWAIT_LEN, and never looks at it. Only {1, 0} changes what comes: RST, and no TIME_WAIT (L5).',
  advice:
    'Do not set SO_LINGER to shorten or lengthen TIME_WAIT: it blocks close() for up to that time, and TIME_WAIT lasts 60 s all the same.',
  rows: ([1, 5, 120, undefined] as const).map((seconds) => ({
    name: seconds === undefined ? 'SO_LINGER not set' : `SO_LINGER {1, ${seconds}}`,
    given: { seconds },
    ...(seconds === undefined ? {} : { says: { timeWait: `about ${seconds} s` } }),
  })),
  async run(stage, { seconds }) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host);
    const { port } = listener.local;
    if (seconds !== undefined) server.setOption('SO_LINGER', { on: true, seconds });
    await closeInOrder(server, client);
    listener.close();
    const [row] = host.look('the timer of the TIME_WAIT', { localPort: port, state: 'TIME_WAIT' });
    const bind = outcome(() => host.open({ name: 'new' }).bind({ address: host.A, port }));
    return { timeWait: about(row?.timer?.remainingMs), bind };
  },
  because: (rows) =>
    `the TIME_WAIT has ${alike(
      rows,
      ({ observed: { timeWait } }) => timeWait,
      ({ name }) => name,
    )
      .map(({ outcome: said, labels }) => `${said} to go with ${labels.join(', ')}`)
      .join('; ')}`,
});

/** What the time of SO_LINGER has to do with that of TIME_WAIT. */
export const lingerTimeCases: readonly Case[] = [lingerTime];

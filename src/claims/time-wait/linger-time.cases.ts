import { about, type Case, closeInOrder, defineCase, establish, outcome } from '../kit/index.js';

/** SO_LINGER on the side that closes first; none where the option is not set. */
interface LingerTime {
  readonly seconds: 1 | 5 | 120 | undefined;
}

interface KeptFor {
  readonly [what: string]: string;
  readonly timeWait: string;
  readonly bind: string;
}

const lingerTime = defineCase<LingerTime, KeptFor>({
  id: 'G10',
  articles: ['000'],
  title: 'SO_LINGER and the length of TIME_WAIT',
  claim: 'A socket in TIME_WAIT holds its address for as long as the configured linger time.',
  rules: ['time-wait-60s', 'linger-waits'],
  advice:
    'Do not set SO_LINGER to shorten or lengthen TIME_WAIT: it blocks close() for up to that time, and TIME_WAIT lasts 60 s all the same.',
  labels: { timeWait: 'TIME_WAIT lasts', bind: 'bind()' },
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
    return { timeWait: row?.timer === undefined ? 'none' : about(row.timer.remainingMs, [1, 5, 60, 120]), bind };
  },
  laws: [
    {
      text: 'TIME_WAIT lasts 60 s, whatever SO_LINGER says. The time in SO_LINGER is how long close() waits, not how long TIME_WAIT lasts.',
      rows: () => ({ timeWait: 'about 60 s', bind: 'EADDRINUSE' }),
    },
    {
      text: 'TIME_WAIT lasts for the time of SO_LINGER, and 60 s without the option.',
      rows: ({ seconds = 60 }) => ({ timeWait: `about ${seconds} s`, bind: 'EADDRINUSE' }),
    },
  ],
});

/** What the time of SO_LINGER has to do with that of TIME_WAIT. */
export const lingerTimeCases: readonly Case[] = [lingerTime];

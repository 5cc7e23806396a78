import { type Case, defineCase, outcome, type Stage } from '../kit/index.js';

const port = 80;

interface TwoAddresses {
  readonly type: 'stream' | 'dgram';
  readonly option: 'no option' | 'SO_REUSEADDR' | 'SO_REUSEPORT';
}

/** Starts a server on A, and then one on B. Returns what the second was told. */
function serveBoth(stage: Stage, { type, option }: TwoAddresses): string {
  const host = stage.alone();
  const options = option === 'no option' ? {} : { [option]: true };
  const start = (address: string, name: string): void => {
    const server = host.open({ name, type, options }).bind({ address, port });
    if (type === 'stream') server.listen();
  };
  start(host.A, 'server on A');
  const second = outcome(() => start(host.B, 'server on B'));
  host.look('who has the port', { protocol: type === 'stream' ? 'tcp' : 'udp', localPort: port });
  return second;
}

const whoseWork = defineCase<TwoAddresses, string>({
  id: 'S20',
  articles: ['002'],
  title: 'Two addresses of a host, one port: which option it takes',
  claim:
    'For servers on two addresses of a host to have the same port it takes an option: SO_REUSEADDR by the lecture, SO_REUSEPORT by a reader.',
  rules: ['addresses-apart'],
  advice:
    'Bind each server to its own address, and set neither option for that. SO_REUSEADDR is for restarts, SO_REUSEPORT for several sockets on one address.',
  bindsBeside: true,
  rows: (['stream', 'dgram'] as const).flatMap((type) =>
    (['no option', 'SO_REUSEADDR', 'SO_REUSEPORT'] as const).map((option) => ({
      name: `${type === 'stream' ? 'TCP' : 'UDP'}, ${option}`,
      given: { type, option },
      // That it works with an option is so; whose work it is shows without.
      ...(option === 'no option' ? { says: 'EADDRINUSE' } : {}),
    })),
  ),
  run: (stage, given) => serveBoth(stage, given),
  laws: [
    {
      text: 'It takes no option: two sockets on different addresses of a host never conflict, with either option or without.',
      rows: () => 'ok',
    },
    {
      text: 'It takes SO_REUSEADDR or SO_REUSEPORT on both sockets.',
      rows: ({ option }) => (option === 'no option' ? 'EADDRINUSE' : 'ok'),
    },
  ],
});

/** Which option servers on different addresses need. */
export const twoAddressesCases: readonly Case[] = [whoseWork];

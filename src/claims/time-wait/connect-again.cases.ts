import { type Case, closeInOrder, defineCase, type Host, outcome, outcomeAsync, type Stage } from '../kit/index.js';

type Who =
  | 'the peer calls the listener again'
  | 'the peer calls, and nobody listens'
  | 'the side in TIME_WAIT connects from the bound port'
  | 'the same descriptor connects again';

interface Made {
  readonly [what: string]: string;
  readonly made: 'a connection' | 'none';
  /** `ok`, or the call that failed and its errno. */
  readonly result: string;
}

interface Attempt {
  readonly who: Who;
  readonly timestamps: boolean;
}

const [serverPort, clientPort] = [8080, 41_000];
const options = { SO_REUSEADDR: true };

/** bind and connect: `ok`, or the call that failed and its errno. */
async function connectFrom(host: Host, port: number, to: { address: string; port: number }): Promise<string> {
  const socket = host.open({ name: 'again', options });
  const bound = outcome(() => socket.bind({ address: host.A, port }));
  if (bound !== 'ok') return `bind ${bound}`;
  const connected = await outcomeAsync(() => socket.connect(to));
  return connected === 'ok' ? 'ok' : `connect ${connected}`;
}

/** The server closes first and has the TIME_WAIT, so that either side can try to get a connection of its four-tuple. */
async function again(stage: Stage, { who, timestamps }: Attempt): Promise<string> {
  const [server, client] = stage.pair();
  for (const host of [server, client]) host.setSysctl('net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
  const listener = server.listen({ address: server.A, port: serverPort, options });
  const c = await client.connect(server, serverPort, { from: { address: client.A, port: clientPort }, options });
  const s = await listener.accept('server');
  if (who === 'the same descriptor connects again') {
    s.shutdown('write');
    await c.recv();
    c.close();
    await server.waitFor({ localPort: serverPort, state: 'TIME_WAIT' }, 'the server closed first');
    const said = await outcomeAsync(() => s.connect({ address: client.A, port: clientPort }));
    return said === 'ok' ? 'ok' : `connect ${said}`;
  }
  await closeInOrder(s, c);
  if (who !== 'the peer calls the listener again') listener.close();
  if (who !== 'the side in TIME_WAIT connects from the bound port')
    return await connectFrom(client, clientPort, { address: server.A, port: serverPort });
  client.listen({ name: 'listener of the client', address: client.A, port: clientPort, options });
  return await connectFrom(server, serverPort, { address: client.A, port: clientPort });
}

const fromTimeWait = defineCase<Attempt, Made>({
  id: 'L11',
  articles: ['004'],
  title: 'A connection out of TIME_WAIT',
  claim: 'TCP does not allow a connection to be made of a socket that is in TIME_WAIT.',
  rules: ['syn-in-time-wait', 'time-wait-taken-over', 'four-tuple-in-time-wait', 'connected-already'],
  advice:
    'Clients and servers may come back on the same four-tuple at once: nothing has to wait. What protects the new connection is its sequence number and timestamps, so leave net.ipv4.tcp_timestamps on.',
  labels: { made: 'made of it', result: 'result' },
  rows: (
    [
      'the peer calls the listener again',
      'the peer calls, and nobody listens',
      'the side in TIME_WAIT connects from the bound port',
      'the same descriptor connects again',
    ] as const
  ).flatMap((who) =>
    (who === 'the same descriptor connects again' ? [true] : [true, false]).map((timestamps) => ({
      name: `${who}, timestamps ${timestamps ? 'on' : 'off'}`,
      given: { who, timestamps },
      // Without a listener there would be no connection anyway.
      ...(who === 'the peer calls, and nobody listens' ? {} : { says: { made: 'none' as const } }),
    })),
  ),
  async run(stage, attempt) {
    const result = await again(stage, attempt);
    return { made: result === 'ok' ? 'a connection' : 'none', result };
  },
  laws: [
    {
      text: 'A four-tuple in TIME_WAIT becomes a connection again at once if its peer connects to the listener, or if its own side connects from the bound port and the old connection used timestamps. The descriptor of the old connection cannot connect again.',
      rows: ({ who, timestamps }) => {
        switch (who) {
          case 'the peer calls the listener again':
            return { made: 'a connection', result: 'ok' };
          case 'the peer calls, and nobody listens':
            return { made: 'none', result: 'connect ECONNREFUSED' };
          case 'the side in TIME_WAIT connects from the bound port':
            return timestamps
              ? { made: 'a connection', result: 'ok' }
              : { made: 'none', result: 'connect EADDRNOTAVAIL' };
          case 'the same descriptor connects again':
            return { made: 'none', result: 'connect EISCONN' };
        }
      },
    },
    {
      text: 'A four-tuple in TIME_WAIT does not become a connection again before its time is over.',
      rows: () => ({ made: 'none' }),
    },
  ],
});

/** Whether a connection can follow one in TIME_WAIT. */
export const connectAgainCases: readonly Case[] = [fromTimeWait];

import {
  arrived,
  type Case,
  defineCase,
  finAcknowledged,
  type Host,
  type LabSocket,
  programs,
  resultOf,
  type Stage,
  standing,
  startAgain,
  sharedAdvice,
} from '../kit/index.js';

interface Client {
  readonly reads: 'everything' | '100 bytes';
  readonly leaves: 'after the server' | 'before it' | 'long before it';
}

interface Course {
  readonly [moment: string]: string;
  /** The states at the server, while it runs. */
  readonly before: string;
  /** After Ctrl+C, when the client is gone too. */
  readonly left: string;
  readonly restart: string;
}

const port = 8080;
const answerBytes = 1050;

/** A client that has typed a line, and got the answer or a part of it. */
async function telnet(host: Host, reads: number): Promise<LabSocket> {
  const client = await host.connect({ address: host.A, port });
  await client.send('hello server\r\n');
  await arrived(client, answerBytes);
  if (reads > 0) await client.recv(reads);
  return client;
}

/** The client is the first to close; the server never does. */
async function leaveEarly(host: Host, client: LabSocket, waits: boolean): Promise<string> {
  // So long the kernel keeps FIN_WAIT2 of the client's end, which nobody holds.
  if (waits) host.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  const clientPort = client.local.port;
  client.close();
  const before = await standing(host, port, ['CLOSE_WAIT'], 'the client is gone');
  if (!waits) return before;
  await host.waitUntilGone({ localPort: clientPort }, 'FIN_WAIT2 of the client is over');
  return await standing(host, port, ['CLOSE_WAIT'], 'and the server has still not closed');
}

async function course(stage: Stage, { reads, leaves }: Client): Promise<Course> {
  const host = stage.alone();
  const server = await host.start({ program: programs.carelessEcho, name: 'server', args: ['0.0.0.0', String(port)] });
  await server.report('listen');
  const client = await telnet(host, reads === '100 bytes' ? 100 : answerBytes);
  const isFirst = leaves !== 'after the server';
  const before = isFirst
    ? await leaveEarly(host, client, leaves === 'long before it')
    : await standing(host, port, ['ESTABLISHED'], 'the client has its answer');
  await server.kill('SIGINT');
  if (!isFirst) {
    // What the client has not read it will never read.
    if (reads === 'everything') await resultOf(() => client.recv());
    await standing(host, port, ['FIN_WAIT2'], 'the server has stopped');
    await finAcknowledged(host, { localPort: port });
    client.close();
  }
  const left = await standing(host, port, ['TIME_WAIT', 'nothing'], 'what is left of the server');
  return { before, left, restart: startAgain(host, { port, address: host.ANY }) };
}

const careless = defineCase<Client, Course>({
  id: 'G11',
  articles: ['000'],
  title: "The article's own echo server, which closes nothing",
  claim:
    'The echo server of the article is stopped while, or after, a client was connected: it leaves a TIME_WAIT, and its restart fails in bind.',
  rules: ['closing-states', 'unread-data-resets', 'first-fin-time-wait', 'death-closes'],
  advice: sharedAdvice.G11,
  labels: { before: 'while the server runs', left: 'left after it', restart: 'restart' },
  sideBySide: 4,
  rows: (
    [
      ['has read the whole answer, and leaves after the server', { reads: 'everything', leaves: 'after the server' }],
      [
        'has read 100 bytes of the answer, and leaves after the server',
        { reads: '100 bytes', leaves: 'after the server' },
      ],
      ['leaves before the server', { reads: 'everything', leaves: 'before it' }],
      [
        'leaves before the server, which writes nothing for longer than tcp_fin_timeout',
        { reads: 'everything', leaves: 'long before it' },
      ],
    ] as const
  ).map(([name, given]) => ({
    name: `the client ${name}`,
    given,
    // The article's client stays; of one that leaves first it does not speak.
    ...(given.leaves === 'after the server' ? { says: { left: 'TIME_WAIT', restart: 'EADDRINUSE' } } : {}),
  })),
  run: course,
  laws: [
    {
      text: 'The restart fails only if the client has read everything and closes after the server, which leaves a TIME_WAIT. A client that leaves with a part of the answer unread resets the connection, and the restart works. A client that leaves first stays in CLOSE_WAIT at the server for as long as the server runs; the restart works then too.',
      rows: {
        'the client has read the whole answer, and leaves after the server': {
          before: 'ESTABLISHED',
          left: 'TIME_WAIT',
          restart: 'EADDRINUSE',
        },
        'the client has read 100 bytes of the answer, and leaves after the server': {
          before: 'ESTABLISHED',
          left: 'nothing',
          restart: 'ok',
        },
        'the client leaves before the server': { before: 'CLOSE_WAIT', left: 'nothing', restart: 'ok' },
        'the client leaves before the server, which writes nothing for longer than tcp_fin_timeout': {
          before: 'CLOSE_WAIT',
          left: 'nothing',
          restart: 'ok',
        },
      },
    },
  ],
});

/** A server that never closes what it has accepted. */
export const carelessServerCases: readonly Case[] = [careless];

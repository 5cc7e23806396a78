import { type Case, defineCase, type Experiment, type Host, outcome, type Stage, textOf } from '../kit/index.js';
import { disconnect } from './disconnect.experiments.js';
import { halfOpenConnect, halfOpenRead, halfOpenWrite } from './half-open.experiments.js';
import { repairClose } from './repair.experiments.js';

type Silent = 'nothing pending' | 'data unread' | 'data unsent' | 'repair mode left before the close';
type SilentEnd = { readonly sent: string; readonly peer: string; readonly write: string; readonly read: string };

const silentClose = defineCase<Silent, SilentEnd>({
  id: 'R13',
  articles: [],
  title: 'TCP_REPAIR: a close that sends nothing',
  claim:
    'A socket in repair mode closes without a packet: its peer stays ESTABLISHED, and only what it writes then meets an RST.',
  rules: ['repair-is-silent', 'reset-for-unknown'],
  advice: 'Use it to move a connection to another machine (CRIU), or in a test instead of a crashed peer.',
  labels: { sent: 'sent', peer: 'the peer is in', write: 'its next write', read: 'its next read' },
  rows: (['nothing pending', 'data unread', 'data unsent', 'repair mode left before the close'] as const).map(
    (pending) => ({
      name: pending,
      given: pending,
      // A socket that has left repair mode is as any other.
      ...(pending !== 'repair mode left before the close' && {
        says: { sent: 'nothing', peer: 'ESTABLISHED', read: 'ECONNRESET' },
      }),
    }),
  ),
  async run(stage, pending) {
    const findings = await repairClose.on(stage, pending);
    const told = (key: string): string => textOf(findings, key);
    return { sent: told('sent'), peer: told('peer'), write: told('write'), read: told('read') };
  },
  laws: [
    {
      text: 'A socket in repair mode closes without sending anything, whatever is pending: its peer stays ESTABLISHED, its next write works, and then it reads ECONNRESET. Once repair mode is left, close() sends FIN as usual.',
      rows: (pending) =>
        pending === 'repair mode left before the close'
          ? { sent: 'FIN', peer: 'CLOSE_WAIT', write: 'ok', read: 'end of stream' }
          : { sent: 'nothing', peer: 'ESTABLISHED', write: 'ok', read: 'ECONNRESET' },
    },
  ],
});

type Played = { readonly experiment: Experiment; readonly variant?: string };

const halfOpen = defineCase<Played, string>({
  id: 'R15',
  articles: [],
  title: 'A half-open connection: one side lost its state',
  claim:
    'When one side has lost the connection, the other is told so with ECONNRESET as soon as one of them sends (RFC 9293 section 3.5.1).',
  rules: ['reset-for-unknown', 'challenge-ack', 'half-closed-for-ever'],
  advice:
    'Set SO_KEEPALIVE with short times, or use a heartbeat in the protocol, wherever a program only reads: otherwise it waits for ever.',
  rows: [
    { name: 'it writes', given: { experiment: halfOpenWrite }, says: 'ECONNRESET' },
    {
      name: 'the lost side connects again from the same port',
      given: { experiment: halfOpenConnect },
      says: 'ECONNRESET',
    },
    { name: 'it only reads', given: { experiment: halfOpenRead, variant: 'without keepalive' } },
    { name: 'it only reads but has keepalive', given: { experiment: halfOpenRead, variant: 'with keepalive' } },
  ],
  run: async (stage, { experiment, variant }) => textOf(await experiment.on(stage, variant), 'recv'),
  laws: [
    {
      text: 'The other side gets ECONNRESET once it writes, once the lost side connects again from the same port, or once keepalive probes. If it only reads it sees nothing.',
      rows: {
        'it writes': 'ECONNRESET',
        'the lost side connects again from the same port': 'ECONNRESET',
        'it only reads': 'nothing',
        'it only reads but has keepalive': 'ECONNRESET',
      },
    },
  ],
});

type Question =
  | 'the peer reads'
  | 'the peer reads, after shutdown(SHUT_WR)'
  | 'the socket connects again'
  | 'a port given to bind() is still held'
  | 'a port chosen by bind() is still held'
  | 'a port chosen by connect() is still held'
  | 'getsockname() reports a port that is held';

/** Whether another socket is kept from binding the port. */
function isHeld(host: Host, port: number): boolean {
  return outcome(() => host.open({ name: 'other' }).bind({ address: host.A, port })) === 'EADDRINUSE';
}

/** What the peer and the socket itself see is asked of the wire, the port of another socket. */
async function answer(stage: Stage, question: Question): Promise<string> {
  if (question === 'the peer reads' || question === 'the peer reads, after shutdown(SHUT_WR)')
    return textOf(await disconnect.on(stage, question), 'read');
  if (question === 'the socket connects again') return textOf(await disconnect.on(stage), 'again');
  const host = stage.alone();
  const listener = host.listen({ address: host.A });
  const client = host.open({ name: 'client' });
  if (question === 'a port given to bind() is still held') client.bind({ address: host.A, port: 5000 });
  if (question === 'a port chosen by bind() is still held') client.bind({ address: host.A });
  await client.connect(listener.local);
  await listener.accept('server');
  const { port } = client.local;
  if (!isHeld(host, port)) throw new Error('the port was not held before');
  client.disconnect();
  const held = isHeld(host, port);
  if (question === 'getsockname() reports a port that is held')
    return client.local.port === port && !held ? 'no' : 'yes';
  return held ? 'yes' : 'no';
}

const unspec = defineCase<Question, string>({
  id: 'R12',
  articles: [],
  title: 'connect() with AF_UNSPEC on a connected socket',
  claim:
    'connect() with AF_UNSPEC dissolves the association of a connected TCP socket, which can then be connected again (connect(2)).',
  rules: ['disconnect-resets'],
  advice:
    'Do not use it to end a TCP connection: it is an abort. Open a new socket instead, after a failed connect() too.',
  rows: [
    { name: 'the socket connects again', given: 'the socket connects again', says: 'ok' },
    // What becomes of the peer and of the port the man page leaves open.
    ...(
      [
        'the peer reads',
        'the peer reads, after shutdown(SHUT_WR)',
        'a port given to bind() is still held',
        'a port chosen by bind() is still held',
        'a port chosen by connect() is still held',
        'getsockname() reports a port that is held',
      ] as const
    ).map((question) => ({ name: question, given: question })),
  ],
  run: answer,
  laws: [
    {
      text: 'The socket can connect again. Its peer reads ECONNRESET, or the end of the stream after shutdown(SHUT_WR). The port stays held only if bind() named it; getsockname() still reports a port that is not held.',
      rows: {
        'the socket connects again': 'ok',
        'the peer reads': 'ECONNRESET',
        'the peer reads, after shutdown(SHUT_WR)': 'end of stream',
        'a port given to bind() is still held': 'yes',
        'a port chosen by bind() is still held': 'no',
        'a port chosen by connect() is still held': 'no',
        'getsockname() reports a port that is held': 'no',
      },
    },
  ],
});

/** Connections of which one end is gone without having closed. */
export const halfOpenCases: readonly Case[] = [unspec, silentClose, halfOpen];

import { type Experiment, experiment, outcomeAsync } from '../kit/index.js';

interface Forged {
  readonly to: 'client' | 'server';
  /** How far its number is behind the next one that is expected. */
  readonly ahead: number;
}

const middleboxReset = experiment(
  "A middlebox's RST",
  {
    name: 'middlebox-reset',
    about:
      'The end it goes to is reset; the other one is not told, and learns of it when it sends. With another number in the window it resets nothing: it is answered with a challenge ACK.',
    rule: 'An RST with exactly the next number resets (tcp_reset()). Another one in the window is answered with a challenge ACK (tcp_validate_incoming(), RFC 5961 section 3.2).',
    labels: {
      between: 'the other end, before it sends',
      answers: 'sent by the end it went to',
      read: 'recv() of the end it went to',
      other: 'then recv() of the other end',
    },
    variants: {
      'to the client': { to: 'client', ahead: 0 },
      'to the server': { to: 'server', ahead: 0 },
      'with another number': { to: 'client', ahead: 100 },
    } satisfies Readonly<Record<string, Forged>>,
  },
  async (context, { to, ahead }: Forged) => {
    const [server, client] = [context.host('server'), context.host('client', { relayed: true })];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const [from, hitHost, hit, other] = to === 'client' ? [server, client, c, s] : [client, server, s, c];
    await context.settle();
    const before = context.segments().length;
    context.mark('a middlebox sends an RST');
    context.link(server, client).inject({ from, flags: 'RST', seq: 1 + ahead });
    await context.settle();
    const between = other.state;
    context.mark('the other end sends');
    await other.send('hello');
    const read = await outcomeAsync(() => hit.recv());
    if (ahead > 0) await hit.send('hello');
    const readByOther = await outcomeAsync(() => other.recv());
    await context.settle();
    const sent = context.segments().slice(before);
    const answers = sent.filter((segment) => segment.from === hitHost.name).map(({ flags }) => flags.join(' '));
    return { between, read, answers: answers[0] ?? 'nothing', other: readByOther };
  },
);

export const middleboxExperiments: readonly Experiment[] = [middleboxReset];

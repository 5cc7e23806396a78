import {
  arrived,
  byName,
  connected,
  endingsOf,
  type Experiment,
  experiment,
  inState,
  readToEnd,
} from '../kit/index.js';

/** What is in the receive queue when close() is called. */
const inputs = [
  'all read',
  "only the peer's FIN",
  'unread',
  'looked at with MSG_PEEK',
  'unread, after shutdown(SHUT_RD)',
  'unread, SO_LINGER {1, 1}',
] as const;
type Input = (typeof inputs)[number];

export const closeUnread = experiment(
  'close() with received data unread',
  {
    name: 'close-unread',
    about:
      'FIN if all was read, RST if one byte was not. The answer that has reached the peer before can still be read there, and then ECONNRESET.',
    rule: '__tcp_close() counts what is unread in the receive queue; if there is any it sends RST (tcp_send_active_reset()), whatever SO_LINGER says (RFC 2525 section 2.17). A FIN that was not read is no data.',
    cases: ['R2'],
    labels: { sent: 'sent by the server', answer: 'the answer at the peer' },
    variants: byName(inputs),
  },
  async (context, input: Input) => {
    const { s, c } = await connected(context);
    if (input === "only the peer's FIN") {
      c.shutdown('write');
      await inState(s, 'CLOSE_WAIT');
    } else await arrived(s, await c.send('a request'));
    if (input === 'all read') await s.recv();
    if (input === 'looked at with MSG_PEEK') s.peek();
    if (input === 'unread, after shutdown(SHUT_RD)') s.shutdown('read');
    if (input === 'unread, SO_LINGER {1, 1}') s.setOption('SO_LINGER', { on: true, seconds: 1 });
    await s.send('answer');
    context.mark(`the server closes: ${input}`);
    s.close();
    const { bytes, end } = await readToEnd(c);
    const whole = bytes === 'answer'.length ? 'whole' : `${bytes} bytes`;
    return { sent: endingsOf(context.segments(), 'server'), answer: `${whole}, then ${end}` };
  },
);

export const closeUnreadExperiments: readonly Experiment[] = [closeUnread];

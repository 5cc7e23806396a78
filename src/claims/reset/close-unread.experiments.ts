import { arrived, connected, endingsOf, type Experiment, experiment, inState, readToEnd, until } from '../kit/index.js';

interface Input {
  readonly input: 'read' | 'FIN' | 'unread' | 'peeked at';
  readonly shutdownRead?: true;
  /** Of SO_LINGER. */
  readonly seconds?: number;
}

/** What is in the receive queue when close() is called, and what was done before. */
export const inputs: Readonly<Record<string, Input>> = {
  'all read': { input: 'read' },
  "only the peer's FIN": { input: 'FIN' },
  unread: { input: 'unread' },
  'looked at with MSG_PEEK': { input: 'peeked at' },
  'unread, after shutdown(SHUT_RD)': { input: 'unread', shutdownRead: true },
  'unread, SO_LINGER {1, 1}': { input: 'unread', seconds: 1 },
};

export const closeUnread = experiment(
  'close() with received data unread',
  {
    name: 'close-unread',
    about:
      'FIN if all was read, RST if one byte was not. The answer that has reached the peer before can still be read there, and then ECONNRESET.',
    rule: '__tcp_close() counts what is unread in the receive queue; if there is any it sends RST (tcp_send_active_reset()), whatever SO_LINGER says (RFC 2525 section 2.17). A FIN that was not read is no data.',
    cases: ['R2'],
    labels: { sent: 'sent by the server', answer: 'the answer at the peer' },
    variants: inputs,
  },
  async (context, { input, shutdownRead, seconds }) => {
    const { s, c } = await connected(context);
    if (input === 'FIN') {
      c.shutdown('write');
      await inState(s, 'CLOSE_WAIT');
    } else await arrived(s, await c.send('a request'));
    if (input === 'read') await s.recv();
    if (input === 'peeked at') s.peek();
    if (shutdownRead) s.shutdown('read');
    if (seconds !== undefined) s.setOption('SO_LINGER', { on: true, seconds });
    await s.send('answer');
    // An ACK that came after the close would be answered with another RST.
    await until(() => s.socket.getOption('TCP_INFO').unacked === 0 || undefined, 'an ACK for the answer');
    context.mark('the server closes');
    s.close();
    const { bytes, end } = await readToEnd(c);
    const whole = bytes === 'answer'.length ? 'whole' : `${bytes} bytes`;
    return { sent: endingsOf(context.segments(), 'server'), answer: `${whole}, then ${end}` };
  },
);

export const closeUnreadExperiments: readonly Experiment[] = [closeUnread];

import {
  arrived,
  endingsOf,
  type Experiment,
  experiment,
  fill,
  flagsOf,
  outcomeAsync,
  readToEnd,
  until,
} from '../kit/index.js';

/** A close in repair mode. */
export const repairClose = experiment(
  'close() with TCP_REPAIR',
  {
    name: 'repair-close',
    about: 'The close sends nothing and the peer stays ESTABLISHED; only what it sends then meets RST.',
    rule: '__tcp_close() looks at tp->repair before anything is sent and calls tcp_disconnect(), which sends no RST for such a socket. A segment for a connection nobody knows is answered with RST (tcp_v4_rcv(), RFC 9293 section 3.10.7.1).',
    cases: ['R13'],
    labels: {
      sent: 'sent by the server',
      peer: 'state of the peer',
      write: 'send() of the peer',
      read: 'recv() of the peer',
      answer: 'answer to the peer',
    },
    variants: {
      'nothing pending': '',
      'data unread': 'unread',
      'data unsent': 'unsent',
      'repair mode left before the close': 'left',
    },
  },
  async ({ host, mark, segments, settle }, situation) => {
    const [server, client] = [host('server'), host('client')];
    // Full after some kilobytes, so that the data unsent is a short burst.
    const listener = server.listen({ port: 8080, options: { SO_SNDBUF: 4096 } });
    const c = await client.connect(server, 8080, { options: { SO_RCVBUF: 4096 } });
    const s = await listener.accept('server');
    if (situation === 'unread') await arrived(s, await c.send('never read'));
    if (situation === 'unsent') {
      fill(s);
      // An ACK that comes after the close would meet RST before the peer has written.
      await until(() => (s.socket.getOption('TCP_INFO').unacked === 0 ? true : undefined), 'the window to be closed');
    }
    s.setOption('TCP_REPAIR', 1);
    if (situation === 'left') s.setOption('TCP_REPAIR', 0);
    s.close();
    mark('the socket is closed');
    await settle();
    const sent = endingsOf(segments(), 'server');
    if (sent === 'FIN') await c.waitForState('CLOSE_WAIT');
    const peer = c.state;
    const before = segments().filter(({ from }) => from === 'server').length;
    const write = await outcomeAsync(() => c.send('more'));
    const { end: read } = await readToEnd(c);
    const answer = segments()
      .filter(({ from }) => from === 'server')
      .slice(before)
      .map(flagsOf);
    return { sent, peer, write, read, answer: answer[0] ?? 'nothing' };
  },
);

export const repairExperiments: readonly Experiment[] = [repairClose];

import { connected, endingsOf, type Experiment, experiment, inState, outcomeAsync, readToEnd } from '../kit/index.js';

/** connect(2) with AF_UNSPEC, and what either end makes of it. */
export const disconnect = experiment(
  'connect() with AF_UNSPEC on a connected socket',
  {
    name: 'disconnect',
    about: 'It is an abort: the peer gets RST, and the socket can be connected again.',
    rule: '__inet_stream_connect() calls tcp_disconnect(), which sends RST where tcp_need_reset() says so, whatever SO_LINGER says: up to CLOSE_WAIT and FIN_WAIT2, and in CLOSING and LAST_ACK only with data unsent. A reader that has seen the FIN is told of no RST: tcp_fin() has set SOCK_DONE.',
    cases: ['R12'],
    labels: { sent: 'sent by the client', read: 'recv() of the server', again: 'connect() again' },
    variants: { 'the peer reads': false, 'the peer reads, after shutdown(SHUT_WR)': true },
  },
  async (context, afterShutdown) => {
    const { server, s, c } = await connected(context);
    if (afterShutdown) {
      c.shutdown('write');
      await inState(s, 'CLOSE_WAIT');
      // An ACK of the FIN that came after the abort would be answered with one more RST.
      await inState(c, 'FIN_WAIT2');
    }
    c.disconnect();
    await inState(s, 'CLOSE');
    const read = (await readToEnd(s)).end;
    const sent = endingsOf(context.segments(), 'client');
    return { sent, read, again: await outcomeAsync(() => c.connect({ address: server.address, port: 8080 })) };
  },
);

export const disconnectExperiments: readonly Experiment[] = [disconnect];

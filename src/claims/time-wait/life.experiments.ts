import {
  closingStates,
  connected,
  type Experiment,
  experiment,
  flagsOf,
  inState,
  type TraceSegment,
} from '../kit/index.js';

/** Which end closes first, and whether the other has read everything then. */
export const endings: Readonly<Record<string, { readonly first: 'server' | 'client'; readonly isRead: boolean }>> = {
  'server closes first': { first: 'server', isRead: true },
  'client closes first': { first: 'client', isRead: true },
  'server closes first, the client has not read everything': { first: 'server', isRead: false },
};

/** Who did it first, or at all, in their order. */
function whoSent(segments: readonly TraceSegment[], wanted: (segment: TraceSegment) => boolean): string {
  return [...new Set(segments.filter(wanted).map(({ from }) => from))].join(', ') || 'nobody';
}

/** One connection from the first SYN to its end. */
export const wholeLife = experiment(
  'The whole life of a connection',
  {
    name: 'whole-life',
    about:
      'A three-way handshake, data both ways, and the side that sends the first FIN ends in TIME_WAIT, unless the other answers with RST.',
    rule: 'RFC 9293 sections 3.5 and 3.6: the handshake of figure 6, the close of figure 12. The side that closes first keeps the four-tuple (tcp_time_wait()). A close with data unread sends RST (__tcp_close()), which ends FIN_WAIT2 without a TIME_WAIT.',
    cases: ['G3'],
    labels: { handshake: 'handshake', data: 'data sent by', firstFin: 'first FIN from', timeWait: 'TIME_WAIT at' },
    variants: endings,
  },
  async (context, { first: firstName, isRead }) => {
    const { server, client, s, c } = await connected(context);
    await c.send('question');
    await s.recv();
    await s.send('answer');
    if (isRead) await c.recv();
    const [first, second] = firstName === 'client' ? [c, s] : [s, c];
    context.mark(`the ${firstName} closes first${isRead ? '' : ', the client has not read everything'}`);
    first.close();
    // The other end learns of it from its state: reading would take what is meant to stay unread.
    await inState(second, 'CLOSE_WAIT');
    second.close();
    for (const host of [server, client]) await host.waitUntilGone({ state: closingStates }, 'closed');
    const all = context.segments();
    return {
      handshake: all
        .slice(0, 3)
        .map((segment) => `${segment.from} ${flagsOf(segment)}`)
        .join(', '),
      data: whoSent(all, ({ length }) => length > 0),
      firstFin: all.find(({ flags }) => flags.includes('FIN'))?.from ?? 'nobody',
      timeWait:
        [server, client]
          .filter((host) => host.sockets({ state: 'TIME_WAIT' }).length > 0)
          .map(({ name }) => name)
          .join(' and ') || 'nobody',
    };
  },
);

export const lifeExperiments: readonly Experiment[] = [wholeLife];

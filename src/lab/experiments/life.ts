import { type Experiment, experiment } from '../experiment/experiment.js';
import { resultOf } from './results.js';
import { flagsOf, stateOf } from './wire.js';

/** One connection from the first SYN to TIME_WAIT. */
export const wholeLife = experiment(
  'The whole life of a connection',
  {
    name: 'whole-life',
    about: 'A three-way handshake, data both ways, and the side that sends the first FIN ends in TIME_WAIT.',
    rule: 'RFC 9293 sections 3.5 and 3.6: the handshake of figure 6, the close of figure 12. The side that closes first keeps the four-tuple (tcp_time_wait()).',
    cases: ['G3'],
  },
  async ({ host, segments }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const [old, peer] = [{ localPort: 8080, remotePort: c.local.port }, { localPort: c.local.port }];
    await c.send('question');
    const question = await resultOf(() => s.recv());
    await s.send('answer');
    const answer = await resultOf(() => c.recv());
    s.close();
    const end = await resultOf(() => c.recv());
    c.close();
    await client.waitUntilGone(peer, 'the client is done');
    const all = segments();
    return {
      handshake: all.slice(0, 3).map((segment) => `${segment.from}: ${flagsOf(segment)}`),
      data: all.filter(({ length }) => length > 0).map(({ from, length }) => `${from}: ${length} bytes`),
      read: [question, answer, end],
      fins: all
        .filter(({ flags }) => flags.includes('FIN'))
        .map(({ from, source }) => `${from}:${from === 'server' ? source.port : '*'}`),
      left: { server: stateOf(server, old), client: stateOf(client, peer) },
    };
  },
);

export const life: readonly Experiment[] = [wholeLife];

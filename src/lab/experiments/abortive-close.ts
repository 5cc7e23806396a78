import { type Experiment, experiment } from '../experiment/experiment.js';
import { endingsOf } from './wire.js';

/** What a close with SO_LINGER {on, 0} puts on the wire, and what the peer reads. */
const lingerZero = experiment(
  'close() with SO_LINGER {1, 0}',
  {
    name: 'linger-zero',
    about: 'The connection ends with RST at once, and the peer reads ECONNRESET.',
    rule: '__tcp_close() disconnects with RST where SO_LINGER is on with time 0 (tcp_need_reset()); tcp_reset() of the peer sets its error. RFC 9293 section 3.10.4 (ABORT).',
    cases: ['R1', 'L5'],
    variants: { 'nothing pending': false, 'data unread': true },
  },
  async ({ host, mark, segments }, unread) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    if (unread) await c.send('unread');
    mark('close with SO_LINGER {1, 0}');
    s.setOption('SO_LINGER', { on: true, seconds: 0 });
    s.close();
    await c.expect('recv', 'ECONNRESET');
    return { sent: endingsOf(segments(), 'server') };
  },
);

export const abortiveClose: readonly Experiment[] = [lingerZero];

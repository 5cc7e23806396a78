import type { Case } from '../case.js';
import { defineCase } from '../case.js';
import type { Lab } from '../lab.js';

interface Restart {
  readonly old: Record<string, boolean>;
  readonly next: Record<string, boolean>;
}

/** A real echo server is started, gets a client, is interrupted and started again. Returns what the second bind said. */
async function restart(lab: Lab, { old, next }: Restart): Promise<string> {
  const host = lab.host();
  const address = lab.isolation === 'loopback' ? host.A : host.ANY;
  const first = await host.start({ program: 'echo-server', args: [address, lab.isolation === 'loopback' ? '0' : '8080', JSON.stringify(old)] });
  const { address: bound } = await first.report('listen');
  const port = (bound as { port: number }).port;
  host.look('netstat: the server listens', { port });
  const client = await host.connect({ address: host.A, port });
  await first.report('accept');
  await client.send('hello server');
  await client.recv();
  host.look('netstat: a client is connected', { port });
  await first.kill('SIGINT');
  // The kernel closes the connection of the dead server; the client sees the end and closes too.
  await client.recv();
  client.close();
  await host.waitFor({ localPort: port, state: 'TIME_WAIT' }, 'netstat: the server is gone');
  const second = await host.start({ program: 'echo-server', name: 'echo-server again', args: [address, String(port), JSON.stringify(next)] });
  const { result } = await second.report('bind');
  host.look('netstat: after the restart', { port });
  return result;
}

export const restartCases: readonly Case[] = [
  defineCase({
    id: 'G1',
    articles: ['000'],
    title: 'The echo server that cannot be restarted',
    claim:
      'A server without SO_REUSEADDR has a client and is closed first; started again, it fails in bind with EADDRINUSE. With the option it starts.',
    rule: 'inet_csk_get_port() finds the TIME_WAIT socket in the bucket of the port, and inet_bind_conflict() lets it pass only if both it and the new socket have SO_REUSEADDR. The minisocket has the flag of the connection it came from, copied from the listener (inet_twsk_alloc()).',
    advice: 'Set SO_REUSEADDR on every listener from the first start on: setting it only on the restarted server comes too late. Node sets it on every server.',
    onLoopback: true,
    rows: [
      { name: 'without the option', given: { old: {}, next: {} }, says: 'EADDRINUSE' },
      {
        name: 'with SO_REUSEADDR',
        given: { old: { SO_REUSEADDR: true }, next: { SO_REUSEADDR: true } },
        says: 'ok',
      },
    ],
    run: (lab, given) => restart(lab, given),
    because: (rows) => `the second bind said ${rows.map((row) => `${row.observed} ${row.name}`).join(', ')}`,
  }),
];

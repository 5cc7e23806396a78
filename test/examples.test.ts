import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { noExperiments } from './support/matrix.js';
import { needs } from './support/needs.js';

const folder = new URL('../examples/', import.meta.url);
const run = promisify(execFile);

/** What an example prints; it has to end by itself, and to say nothing on stderr. */
async function output(name: string): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [fileURLToPath(new URL(name, folder))], { timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout;
}

const checks: Readonly<Record<string, (printed: string) => void>> = {
  'abortive-close.mjs': (printed) => {
    expect(printed).toMatch(/server +client\n/);
    expect(printed).toMatch(/<-+ SYN seq=0 -+\|/);
    expect(printed).toMatch(/\|-+ RST ACK seq=1 ack=7 -+>\|/);
    expect(printed).toContain('recv() = ECONNRESET');
  },
  'bind-before-connect.mjs': (printed) => {
    expect(printed).toContain('IP_BIND_ADDRESS_NO_PORT false: 127.0.0.2 got its port from bind(2)');
    expect(printed).toContain('IP_BIND_ADDRESS_NO_PORT true: 127.0.0.2 got its port from connect(2)');
    expect(printed).toMatch(/connect\(\) from port (\d+): connected from 127\.0\.0\.2:\1\n/);
  },
  'clients.mjs': (printed) => {
    const lines = printed.trimEnd().split('\n');
    expect(lines.pop()).toBe('net.connect() afterwards: echoed, IP_TOS 0 in its SYN');
    expect(lines.length).toBe(7);
    for (const line of lines) expect(line).toMatch(/: (served|echoed), IP_TOS 16 in its SYN$/);
  },
  'datagram-reuseport.mjs': (printed) => {
    const counts = [...printed.matchAll(/^(first|second): (\d+)$/gm)].map(([, , count]) => Number(count));
    expect(counts.length).toBe(2);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(64);
    // By chance one gets none in 1 of 2^63 runs.
    expect(Math.min(...counts)).toBeGreaterThan(0);
  },
  'reset-on-close.mjs': (printed) => {
    expect(printed).toBe(
      'plain close: the peer sees end of stream, the closed side is TIME_WAIT\n' +
        'SO_LINGER { on, 0 }: the peer sees ECONNRESET, the closed side is gone\n',
    );
  },
  'reuseport-http.mjs': (printed) => {
    const counts = [...printed.matchAll(/^server (\d): (\d+)$/gm)];
    expect(counts.map(([, number]) => number)).toEqual(['1', '2', '3', '4']);
    expect(counts.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(200);
  },
  'tcp-info.mjs': (printed) => {
    expect(printed).toContain('one client has read 16777216 bytes');
    const states = [...printed.matchAll(/^\d+ (\w+): rtt \d+ us/gm)].map(([, state]) => state);
    expect(states).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    const [neverRead = 0, readToTheEnd = 0] = [...printed.matchAll(/(\d+) bytes acknowledged/g)].map(([, bytes]) =>
      Number(bytes),
    );
    expect(readToTheEnd).toBeGreaterThan(2 ** 24);
    expect(neverRead).toBeLessThan(2 ** 24);
  },
  'user-timeout-client.mjs': (printed) => {
    expect(printed).toContain('answer: select 1');
    expect(printed).toContain(
      'SO_KEEPALIVE: true\nTCP_KEEPIDLE: 5\nTCP_KEEPINTVL: 2\nTCP_KEEPCNT: 3\nTCP_USER_TIMEOUT: 10000\n',
    );
  },
};

describe('examples', () => {
  test('each is run here', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(checks));
  });

  test.for(Object.entries(checks))('%s prints what it shows', async ([name, check], context) => {
    if (name === 'abortive-close.mjs') needs(context, noExperiments === undefined, `${noExperiments}`);
    check(await output(name));
  });
});

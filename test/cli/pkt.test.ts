import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parsePkt } from '../../src/lab/pkt/parse.js';
import { obstaclesOf } from '../../src/lab/pkt/support.js';
import { type ChildResult, root } from '../support/children.js';
import { noExperiments, sockwise } from '../support/matrix.js';
import { describeNeeding } from '../support/needs.js';

// In the checkout, or `sockwise/lab` would not be found.
const folder = mkdtempSync(join(root, 'test/.pkt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const listening = `// A listener takes a connection.
--tolerance_usecs=10000000
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
   +0 bind(3, ..., ...) = 0
   +0 listen(3, 1) = 0
   +0 < S 0:0(0) win 32792 <mss 1000>
   +0 > S. 0:0(0) ack 1 <...>
   +0 < . 1:1(0) ack 1 win 32792
   +0 accept(3, ..., ...) = 4
`;
const scripts: Readonly<Record<string, string>> = {
  'holds.pkt': listening,
  'differs.pkt': `${listening}   +0 getsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], [4]) = 0\n`,
  'shell.pkt': '0 `true`\n+0 %{ assert True }%\n+.5 listen(3, 1) = 0\n',
  'leaves.pkt': '0 `sleep 600 > /dev/null 2>&1 & echo $! > pid`\n+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n',
  'mistakes.pkt': '0 listen(3, 1) = 0\n+0 frob(3) = 0\n+0 shutdown(3, 7) = 0\n',
  'unread.pkt': '0 listen(3, 1 = 0\n',
  'asks.mjs': `
    import { experiment } from 'sockwise/lab';
    export default experiment('asks', async ({ host, peer }) => {
      const server = host('server');
      const far = await peer('peer', server);
      server.listen(8080);
      await far.connection({ localPort: 40_000, remotePort: 8080 }).connect({ options: { mss: 1000 } });
    });`,
};
for (const [name, text] of Object.entries(scripts)) writeFileSync(path(name), text);

/** With the names of the files as a user gave them. */
async function lab(...args: string[]): Promise<ChildResult> {
  return await sockwise(['lab', ...args], { deadlineMs: 60_000, cwd: folder });
}

describe('sockwise lab --dry-run', () => {
  test('counts what scripts have, and runs nothing', async () => {
    const { code, stdout } = await lab('holds.pkt', 'shell.pkt', '--dry-run', '--json', '--allow-shell');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: 'holds.pkt', call: 4, segment: 3, icmp: 0, code: 0, shell: 0, lengthMs: 0, ipVersion: 'ipv4' },
      { file: 'shell.pkt', call: 1, segment: 0, code: 1, shell: 1, lengthMs: 500 },
    ]);
  });

  test('says all that cannot be played of a script, with line, column and what was expected', async () => {
    expect(await lab('mistakes.pkt', '--dry-run')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'sockwise: mistakes.pkt:2:1: frob: not a call that can be made\nmistakes.pkt:3:16: shutdown: expected SHUT_RD, SHUT_WR or SHUT_RDWR, got 7\n',
    });
  });

  test('says where a script cannot be read', async () => {
    const { code, stderr } = await lab('holds.pkt', 'unread.pkt', '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toBe('sockwise: unread.pkt:1:15: expected "," or ")", got "= 0"\n');
  });

  test('takes scripts alone', async () => {
    const { code, stderr } = await lab('holds.pkt', 'abort', '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toBe('sockwise: --dry-run: expected .pkt scripts, got abort\n');
  });
});

describeNeeding(noExperiments === undefined, `experiments cannot be run: ${noExperiments ?? ''}`)(
  'sockwise lab with several scripts',
  () => {
    let played: ChildResult;
    beforeAll(async () => {
      played = await lab('holds.pkt', 'differs.pkt', 'asks.mjs');
    }, 60_000);

    test('plays each, and says at the end which did not come out as written', () => {
      expect(played.code).toBe(1);
      expect(played.stdout).toContain('A listener takes a connection');
      expect(played.stderr).toContain(
        '1 of 3 runs was aborted:\ndiffers: differs.pkt:10: getsockopt: value: expected 1, got 0\n',
      );
    });

    test('--pkt writes what a peer said as a script that can be read again', async () => {
      expect(await lab('asks.mjs', '--pkt', 'out.pkt')).toMatchObject({ code: 0 });
      const text = readFileSync(path('out.pkt'), 'utf8');
      expect(obstaclesOf(parsePkt(text, 'out.pkt'), {})).toEqual([]);
      expect(text).toMatch(/listen\(3, \d+\) = 0\n.*< S 0:0\(0\) win \d+ <mss 1000>\n.*> S\. 0:0\(0\) ack 1/);
    });

    test('--pkt is refused for what is such a script', async () => {
      const { code, stdout, stderr } = await lab('asks.mjs', 'holds.pkt', '--pkt', 'never.pkt');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toBe('sockwise: --pkt: holds.pkt is a script of packetdrill already\n');
      expect(existsSync(path('never.pkt'))).toBe(false);
    });

    test('a script that cannot be read stops all of them before any runs', async () => {
      const { code, stdout, stderr } = await lab('holds.pkt', 'unread.pkt', '--svg', 'never.svg');
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('unread.pkt:1:15: expected "," or ")"');
      expect(existsSync(path('never-holds.svg'))).toBe(false);
    });

    test('one alone is played by the command itself, and what its shell has left behind ends with it', async () => {
      const { code, stderr, stdout } = await lab('leaves.pkt', '--allow-shell', '--json');
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject([{ name: 'leaves', findings: null }]);
      const pid = Number(readFileSync(path('pid'), 'utf8'));
      await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { timeout: 30_000 });
    });
  },
);

import type { CaseResult, MatrixResult, RowResult } from '../../../src/lab/record/result.js';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../../src/lab/record/event.js';
import type { Json } from '../../../src/lab/record/json.js';
import { look, remark } from '../../support/events.js';
import { type ChildResult, run } from '../../support/children.js';

function made(actor: string | undefined, name: string, ...args: readonly Json[]): Event {
  const who = actor === undefined ? {} : { actor };
  return { kind: 'call', atMs: 0, endMs: 0, host: 'host', ...who, name, args, outcome: { ok: true } };
}

function program(change: 'starts' | 'takes its socket'): Event {
  return { kind: 'process', atMs: 0, endMs: 0, host: 'host', actor: 'worker', change, ok: true };
}

const address = { address: '192.168.0.1', port: 8080 };

const events: readonly Event[] = [
  program('starts'),
  program('takes its socket'),
  made('echo server', 'bind', address),
  made('echo server', 'listen', 5),
  look([], 'the server listens'),
  made('client', 'socket', { family: 'IPv4', type: 'stream', options: { SO_REUSEADDR: true } }),
  made('client of 10.0.0.1:80', 'connect', address),
  made('worker', 'socket', { options: { SO_REUSEPORT: true } }),
  made('client', 'close'),
  made(undefined, 'sysctl', 'net.ipv4.tcp_tw_reuse', 1),
  made('client', 'recv'),
  made(undefined, 'kill', 'echo server', 'SIGINT'),
  made(undefined, 'SOCK_DESTROY', { localPort: 80 }),
  remark('SO_LINGER and bind(', 'sysctl -w net.ipv4.tcp_mem=1'),
];

const row: RowResult = {
  name: 'one',
  events,
  says: { portHeld: true },
  observed: { portHeld: false },
  ok: false,
};

const open: RowResult = { name: 'two', events: [], observed: true, ok: null };

const base: CaseResult = {
  id: 'G1',
  articles: ['000'],
  title: 'T',
  claim: 'a claim | with a bar',
  verdict: 'refuted',
  because: 'bind says ok | or not.',
  rules: [{ id: 'held-by-listener', text: 'It is so.', kernel: 'f()', source: 'bind(2)' }],
  advice: 'Do it.',
  labels: { portHeld: 'port held' },
  rows: [row],
  durationMs: 5,
};

const result: MatrixResult = {
  kernel: '6.18.0',
  node: 'v20.20.2',
  mode: 'root',
  durationMs: 1,
  cases: [
    { ...base, id: 'G2', verdict: 'confirmed', because: 'tcp_tw_reuse does it.', rows: [row, open] },
    base,
    { ...base, id: 'G4', verdict: 'skipped', because: 'it needs more', rows: [] },
  ],
};

describe('the pages of the cases', () => {
  let folder: string;
  let ended: ChildResult;

  async function generate(from: MatrixResult): Promise<ChildResult> {
    writeFileSync(join(folder, 'result.json'), JSON.stringify(from));
    return run(process.execPath, [
      'scripts/generate-cases.mjs',
      '--into',
      folder,
      '--from',
      join(folder, 'result.json'),
    ]);
  }

  const page = (name: string): string => readFileSync(join(folder, name), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sockwise-'));
    ended = await generate(result);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('are one a case, and one that leads to them', () => {
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(readdirSync(folder).sort()).toEqual([
      'G1.md',
      'G2.md',
      'G4.md',
      'README.md',
      'README.zh-CN.md',
      'result.json',
      'results.json',
    ]);
  });

  test('put what the articles say beside what Linux does, refuted first', () => {
    const index = page('README.md');
    expect(index).toContain('| [G1](G1.md) | a claim \\| with a bar | bind says ok \\| or not. |');
    expect(index).toContain('| [G2](G2.md) | a claim \\| with a bar | tcp_tw_reuse does it. |');
    const headings = [...index.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.map((heading) => heading?.replace(/^.*: /, ''))).toEqual([
      '1 refuted',
      '1 confirmed',
      '1 skipped',
      'By id',
    ]);
    expect(index).toContain('[G2](G2.md) [G1](G1.md) [G4](G4.md)');
  });

  test('are led to in Chinese too', () => {
    const index = page('README.zh-CN.md');
    expect([...index.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      '不成立 1',
      '成立 1',
      '未运行 1',
      '按编号',
    ]);
    expect(index).toMatch(/^\| \[G1\]\(G1\.md\) \| 没设 SO_REUSEADDR 的服务器/m);
  });

  test('tell what was run, in child programs too', () => {
    const lines = page('G1.md').split('\n');
    expect(lines.slice(lines.indexOf('## What was run')).filter((line) => line.startsWith('- '))).toEqual([
      '- Calls: `SOCK_DESTROY`, `bind()`, `close()`, `connect()`, `kill()`, `listen()`, `recv()`, `socket()`',
      '- Socket options: `SO_REUSEADDR`, `SO_REUSEPORT`',
      '- Kernel parameters: `net.ipv4.tcp_tw_reuse`',
      '- Signals: `SIGINT`',
    ]);
    expect(lines).toContain('One row, on fresh sockets.');
    expect(page('G2.md')).toContain('2 rows, each on fresh sockets.');
  });

  test('say what to do, and cite the rules behind it', () => {
    const text = page('G1.md');
    expect(text).toContain('## What to do\n\nDo it.\n');
    expect(text).toContain('## Why\n\n- It is so. (f(); bind(2)) [held-by-listener](../rules.md#held-by-listener)\n');
  });

  test('have words in their tables, no names in code', () => {
    expect(page('G1.md')).toContain('| one | port held: `yes` | port held: `no` | **differs** |');
    expect(page('G2.md')).toContain('| two |  | `yes` | not covered |');
  });

  test('are not written from a run that was interrupted or aborted', async () => {
    const interrupted = await generate({ ...result, unfinished: ['A1'] });
    expect(interrupted.code).toBe(1);
    expect(interrupted.stderr).toMatch(/interrupted before A1/);
    const [first = base] = result.cases;
    const broken = await generate({ ...result, cases: [{ ...first, error: 'no such thing' }] });
    expect(broken.stderr).toMatch(/was aborted: G2 \(no such thing\)/);
    expect(readdirSync(folder)).toContain('G1.md');
  });
});

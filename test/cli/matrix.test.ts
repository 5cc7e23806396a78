import type { Comparison } from '../../src/lab/record/compare.js';
import type { MatrixResult } from '../../src/lab/record/result.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit.js';
import { cases } from '../../src/claims/cases.js';
import { lengthOf } from '../../src/lab/draw/text/wrap.js';
import { root, run } from '../support/children.js';
import { needs } from '../support/needs.js';
import { foreignNamespaces, labProcesses, matrix, program, sockwise } from '../support/matrix.js';
import { canBecomeNobody, NOBODY } from '../support/users.js';

const bound = 60_000;

function isThere(command: string): boolean {
  try {
    accessSync(command, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe('sockwise matrix', () => {
  test('suggests the nearest of an unknown case, and ends with 2', async () => {
    const { code, stdout, stderr } = await sockwise(['matrix', '--case', 'G77']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown case "G77"; did you mean G7\b/);
  });

  test('ends with 2 on an unknown article and an unknown flag', async () => {
    expect((await sockwise(['matrix', '--article', '009'])).code).toBe(2);
    expect((await sockwise(['matrix', '--nothing'])).code).toBe(2);
  });

  test('ends with 2 before it runs anything where the page cannot be written, or two forms are asked for', async () => {
    const page = await sockwise(['matrix', '--case', 'C7', '--html', '/proc/nowhere/page.html']);
    expect([page.code, page.stdout]).toEqual([2, '']);
    expect(page.stderr).toMatch(/^sockwise: --html: ENOENT/);
    expect((await sockwise(['matrix', '--case', 'C7', '--json', '--junit'])).code).toBe(2);
  });

  test('speaks Chinese where it is asked to, in lines that fit', { timeout: bound }, async () => {
    const env = { COLUMNS: '80', NO_COLOR: '1', FORCE_COLOR: undefined };
    const { code, stdout } = await sockwise(['matrix', '--case', 'A11', 'C12', '--quick', '--lang', 'zh'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^案例 +说法 +结论 +依据$/m);
    expect(stdout).toContain('未运行：这里没有运行，或者中止了。');
    expect(stdout).toMatch(/sockwise case \S+ --lang\s+zh/);
    expect(Math.max(...stdout.split('\n').map(lengthOf))).toBeLessThanOrEqual(80);
  });

  test('ends with 2 on a language it does not speak, and says which is meant', async () => {
    const { code, stdout, stderr } = await sockwise(['matrix', '--lang', 'zh_CN.UTF-8']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('sockwise: --lang: expected en or zh, got "zh_CN.UTF-8"; did you mean zh?\n');
    expect((await sockwise(['list', '--lang', 'zh', '--json'])).code).toBe(2);
  });

  test('ends with 2 where an article has none of the cases', async () => {
    const other = cases.find(({ articles }) => !articles.includes('000'))?.id ?? '';
    const { code, stdout, stderr } = await sockwise(['matrix', '--article', '000', '--case', other]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`none of these cases is of article 000: ${other} is of `));
  });

  test('compares with a saved run row by row, and ends with 1 where a row differs', { timeout: bound }, async () => {
    const folder = mkdtempSync(`${tmpdir()}/sockwise-`);
    const file = `${folder}/saved.json`;
    try {
      // Run once, though it is named twice.
      const saved = await matrix(['--case', 'A11', 'a11']);
      expect(saved.cases.map(({ id }) => id)).toEqual(['A11']);
      writeFileSync(file, JSON.stringify(saved));
      const same = await sockwise(['matrix', '--case', 'A11', '--compare', file]);
      expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^no difference in \d+ rows of 1 cases/)]);

      const [seen] = saved.cases;
      const rows = seen?.rows.map((row, index) => (index === 0 ? { ...row, observed: 'something else' } : row));
      writeFileSync(file, JSON.stringify({ ...saved, cases: [{ ...seen, rows }] }));
      const other = await sockwise(['matrix', '--case', 'A11', '--compare', file, '--json']);
      const comparison = JSON.parse(other.stdout) as Comparison;
      expect(other.code).toBe(1);
      expect(comparison.differences).toEqual([
        {
          id: 'A11',
          verdicts: { before: seen?.verdict, now: seen?.verdict },
          rows: [{ row: seen?.rows[0]?.name, before: 'something else', now: seen?.rows[0]?.observed }],
        },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['/proc/nowhere.json', 'ENOENT'],
    ['README.md', 'is not JSON'],
    ['package.json', 'is not what "sockwise matrix --json" prints'],
  ])('does not begin where it cannot compare with %s', async (file, why) => {
    const { code, stdout, stderr } = await sockwise(['matrix', '--case', 'A11', '--compare', file], { cwd: root });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^sockwise: --compare: [^\n]*\n$/);
    expect(stderr).toContain(why);
  });

  test('prints the table where the page cannot be written, says so in a line, and ends with 1', async () => {
    const { code, stdout, stderr } = await sockwise(['matrix', '--case', 'A11', '--html', '/dev/full']);
    expect(stdout).toMatch(/^A11 /m);
    expect(stderr).toMatch(/^sockwise: --html: ENOSPC: .*\n$/);
    expect(code).toBe(1);
  });

  test('says that standard output could not be written, and ends with 1', async () => {
    const command = `${process.execPath} ${program} matrix --case A11 --json > /dev/full`;
    const { code, stderr } = await run('sh', ['-c', command]);
    expect(stderr).toMatch(/^sockwise: standard output: ENOSPC: .*\n$/);
    expect(code).toBe(1);
  });

  test.each(['matrix', 'case', 'lab'])('%s --help tells the exit codes', async (command) => {
    const { stdout } = await sockwise([command, '--help']);
    for (const code of Object.values(exitCodes)) expect(stdout).toMatch(new RegExp(`^ +${code} +\\w`, 'm'));
  });

  /** Runs it on a terminal; `undefined` where script(1) is not installed. */
  async function onTerminal(size: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
    const command = `stty ${size}; ${process.execPath} ${program} matrix --case A11`;
    const options = { env: { TERM: 'xterm', CI: undefined, COLUMNS: undefined, ...env } };
    const ended = await run('script', ['-qec', command, '/dev/null'], options).catch(() => undefined);
    return ended?.stdout;
  }

  test('colours no progress where NO_COLOR is set', async (context) => {
    const coloured = await onTerminal('cols 80', { NO_COLOR: undefined, FORCE_COLOR: '1' });
    needs(context, coloured !== undefined, 'script(1) is not installed');
    const colour = new RegExp(`${String.fromCodePoint(0x1b)}\\[3\\d`);
    expect(coloured).toMatch(colour);
    const plain = await onTerminal('cols 80', { NO_COLOR: '1', FORCE_COLOR: undefined });
    expect(plain).toContain('of 1 cases done');
    expect(plain).not.toMatch(colour);
  });

  test('ends on a terminal that does not know its size', async (context) => {
    const printed = await onTerminal('cols 0', {});
    needs(context, printed !== undefined, 'script(1) is not installed');
    expect(printed).toMatch(/A11.*refuted.*as if the MSL were 30 s/s);
  });

  test(
    'runs the cases of an article only',
    async () => {
      const { cases: seen } = await matrix(['--article', '000', '--case', 'G4', 'S3', 'L8', 'G7']);
      const wanted = ['G4', 'S3', 'L8', 'G7'].filter((id) =>
        cases.find((one) => one.id === id)?.articles.includes('000'),
      );
      expect(wanted).not.toHaveLength(0);
      expect(seen.map(({ id }) => id)).toEqual(wanted);
    },
    bound,
  );

  test(
    'says with --quick which cases are left out',
    async () => {
      const slow = cases.filter((one) => one.waitsFor !== undefined).map(({ id }) => id);
      expect(slow).not.toHaveLength(0);
      const { cases: seen } = await matrix(['--quick', '--case', 'G4', ...slow]);
      expect(seen.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id)).toEqual(slow);
      for (const { id, because } of seen) if (slow.includes(id)) expect(because).toMatch(/--quick/);
    },
    bound,
  );

  const interruptions = [
    ['matrix', 'SIGINT', 130, ['matrix', '--json', '--case']],
    ['matrix', 'SIGTERM', 143, ['matrix', '--json', '--case']],
    ['case', 'SIGINT', 130, ['case', '--json']],
  ] as const;
  test.each(interruptions)(
    '%s at %s prints what there is, and what there is not, ends with %i and leaves nothing',
    { timeout: bound },
    async (_, signal, status, args) => {
      const mark = `interrupted-${process.pid}`;
      const slow = cases.find((one) => one.waitsFor !== undefined)?.id ?? '';
      // Long enough together for their workers to be seen.
      const fast = ['G1', 'G2', 'G8', 'C1'];
      const child = spawn(process.execPath, [program, ...args, ...fast, slow], {
        env: { ...process.env, SOCKWISE_TEST_RUN: mark },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: bound,
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const workers = (): number => labProcesses(mark).filter((line) => line.includes('worker')).length;
      await expect.poll(workers, { timeout: 20_000 }).toBeGreaterThan(1);
      // Those of the fast cases have ended, and the slow one's is at work.
      await expect.poll(workers, { timeout: 20_000 }).toBe(1);
      child.kill(signal);
      await once(child, 'close');
      expect(child.exitCode).toBe(status);
      const { cases: seen, unfinished } = JSON.parse(stdout) as MatrixResult;
      expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(fast));
      expect(unfinished).toEqual([slow]);
      expect(stderr).toMatch(/4 of 5 cases/);
      await expect.poll(() => [...labProcesses(mark), ...foreignNamespaces(mark)], { timeout: 5000 }).toEqual([]);
    },
  );

  test(
    'can run twice at once',
    async () => {
      const ids = ['--case', 'G1', 'S13', 'S18'];
      const [first, second] = await Promise.all([matrix(ids), matrix(ids)]);
      const told = (result: MatrixResult) => result.cases.map(({ id, verdict, error }) => [id, verdict, error]);
      expect(told(first)).toEqual(told(second));
      expect(first.cases.every(({ error }) => error === undefined)).toBe(true);
    },
    bound,
  );

  const drop = '/usr/bin/setpriv';

  test(
    'runs as an ordinary user in a user namespace',
    async ({ skip }) => {
      skip(!canBecomeNobody || !isThere(drop), 'only root of more than one user, with setpriv(1), can become another');
      const home = mkdtempSync(`${tmpdir()}/sockwise-`);
      try {
        const as = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', process.execPath, program];
        const { stdout, stderr } = await run(drop, [...as, 'matrix', '--json', '--case', 'G4', 'G7', 'S18'], {
          env: { HOME: home },
          deadlineMs: bound,
        });
        if (/Permission denied|EACCES/.test(stderr)) return skip(`user 65534 cannot read ${root}`);
        const result = JSON.parse(stdout) as MatrixResult;
        skip(result.mode === 'loopback', 'this machine gives no user namespaces to users');
        expect(result.mode).toBe('user namespace');
        expect(result.cases.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
        expect(result.cases.map(({ verdict }) => verdict)).not.toContain('skipped');
        expect(result.cases[2]?.because).toMatch(/Not run: .*second user/);
      } finally {
        rmSync(home, { recursive: true });
      }
    },
    bound,
  );

  test(
    'without namespaces skips what needs them, and says why',
    async ({ skip }) => {
      const script =
        'echo 0 > /proc/sys/user/max_net_namespaces && echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
      const limit = ['-U', '-r', 'sh', '-c', script, 'sh'];
      skip((await run('unshare', [...limit, 'true'])).code !== 0, 'unshare(1) makes no user namespace here');
      const { stdout, code } = await run(
        'unshare',
        [...limit, process.execPath, program, 'matrix', '--json', '--case', 'G6', 'G4'],
        { deadlineMs: bound },
      );
      const result = JSON.parse(stdout) as MatrixResult;
      expect([code, result.mode]).toEqual([0, 'loopback']);
      for (const { id, verdict, because } of result.cases) {
        if (cases.find((one) => one.id === id)?.onLoopback === true) expect(verdict).not.toBe('skipped');
        else expect([verdict, because]).toEqual(['skipped', expect.stringMatching(/needs a network of its own: ./)]);
      }
    },
    bound,
  );
});

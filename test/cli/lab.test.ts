import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { experiments } from '../../src/claims/experiments.js';
import { experimentTexts } from '../../src/claims/experiments.zh.js';
import type { Trace } from '../../src/lab/record/trace.js';
import { chosenRuns, type LabFlags } from '../../src/cli/lab-choose.js';
import { printList } from '../../src/cli/lab-list.js';
import { languageOfRuns } from '../../src/cli/language.js';
import { UsageError } from '../../src/errors.js';
import { root, run } from '../support/children.js';
import { foreignNamespaces, labProcesses, noExperiments, program, sockwise } from '../support/matrix.js';
import { onlyMarks } from '../support/events.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding, needs } from '../support/needs.js';

const bound = 60_000;
const known = experiments[0]?.name ?? '';
const byName = experiments.find(({ variants }) => variants.length === 0)?.name ?? '';

// In the checkout, or `sockwise/lab` would not be found.
const folder = mkdtempSync(join(root, 'test/.lab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const head = "import { experiment } from 'sockwise/lab';\n";
const scripts: Readonly<Record<string, string>> = {
  'two.ts': `${head}
    enum Port { echo = 7 }
    interface Hosts { readonly names: readonly string[] }
    const hosts: Hosts = { names: ['a', 'b'] };
    const first = experiment('first', async ({ host }) => { hosts.names.map((name) => host(name)); return Port.echo; });
    const second = experiment('second', { variants: { x: 1, y: 2 } }, (_, given: number) => given);
    export { first, second };`,
  'plain.mjs': `${head}
    export default experiment('plain', async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      server.listen(8080);
      await client.connect(server, 8080);
    });`,
  'throws.mjs': `${head}
    export default experiment('throws', async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      server.listen(8080);
      await client.connect(server, 8080);
      throw new Error('on purpose');
    });`,
  'spins.mjs': `${head}
    export default [
      experiment('spins', { limitMs: 200 }, () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }),
      experiment('after it', () => 'ran'),
    ];`,
  'waits.mjs': `${head}
    export default experiment('waits', async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      const listener = server.listen(8080);
      await client.connect(server, 8080);
      await listener.accept();
      await listener.socket.accept();
    });`,
  'exits.mjs': `${head}
    export default [
      experiment('exits\\x1b[2J', async ({ host }) => {
        const shell = host('server').spawn('sh', ['-c', 'setsid sleep 7${process.pid} & echo up; wait']);
        await shell.printed('up');
        process.exit(0);
      }),
      experiment('after it', () => 'ran'),
    ];`,
  'colours.mjs': `${head}
    export default experiment('colours \\x1b[2J', { variants: { '\\x1b[31m': 0 } }, async ({ host, mark }) => {
      mark('\\x1b[2J\\x9b2J');
      const printf = host('red \\x1b[31m').spawn('printf', ['\\\\033[31m red\\\\n'], { name: '\\x1b[31m' });
      await printf.exited();
      return { '\\x1b': '\\x9b' };
    });`,
  'order.ts': `${head}
    const later = experiment('半关闭', { variants: { x: 1 } }, async ({ host }) => { host('a'); });
    const first = experiment('连接重置', { about: 'What is seen.', rule: 'Why it is.' }, () => { console.log('noise'); });
    console.log('loaded');
    export { first as a, later as b };`,
  'dies.mjs': `${head}
    export default [experiment('dies <b>', { variants: { v: 3 } }, (_, status) => process.exit(status)), experiment('lives', () => 'on')];`,
  'refused.mjs': `${head}
export default experiment('refused', async ({ host }) => {
  const [server, client] = [host('server'), host('client')];
  await client.connect(server, 1);
});`,
  'same.mjs': `${head}export default [experiment('Close!', () => 1), experiment('close', () => 2)];`,
  'none.mjs': 'export default 7;',
  'own.mjs': `${head}console.log((await experiment('own', () => 7).run()).findings);`,
  'broken.mjs': 'import "node:fs";\nexport default (;',
  'broken.ts': 'const a: number = 1;\nexport default (;',
  'kept.mjs': `${head}experiment('kept', () => 1);`,
  'dead.mjs': 'process.exit(3);',
  'early.ts': `${head}const given: { readonly of?: () => void } = {};\n(given as { of: () => void }).of();`,
};

function socketsOf(pid: string): number {
  try {
    const names = readdirSync(`/proc/${pid}/fd`);
    return names.filter((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')).length;
  } catch {
    // A descriptor was closed meanwhile, or the process is gone.
    return 0;
  }
}

function commandLines(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()];
    } catch {
      return [];
    }
  });
}

const path = (name: string): string => join(folder, name);

beforeAll(() => {
  for (const [name, text] of Object.entries(scripts)) writeFileSync(path(name), text);
});

describe('sockwise lab', () => {
  test('--list has every experiment', async () => {
    const { stdout, code } = await sockwise(['lab', '--list']);
    expect(code).toBe(0);
    for (const { name } of experiments) expect(stdout).toContain(name);
    const listed = JSON.parse(await printList([], { json: true })) as readonly { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(experiments.map(({ name }) => name));
    expect(stdout.trimEnd().split('\n')).toHaveLength(experiments.length);
    const long = await printList([], { verbose: true });
    for (const { about } of experiments) expect(long).toContain(about.split(' ', 1)[0]);
    expect(long).toContain('Variants: ');
  });

  test('--list --lang zh has every experiment in Chinese, and leaves those of a file as they are', async () => {
    const stdout = await printList([], { lang: 'zh' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(experiments.length);
    for (const [index, { name }] of experiments.entries()) expect(lines[index]).toContain(`${name} `);
    for (const { title } of Object.values(experimentTexts)) expect(stdout).toContain(title);
    const { stdout: long } = await sockwise([
      'lab',
      path('two.ts'),
      'who-closes-first',
      '--list',
      '-v',
      '--lang',
      'zh',
    ]);
    expect(long).toMatch(/变体：x；y/);
    expect(long).toMatch(/变体：服务器先关闭；客户端先关闭/);
  });

  test('--list FILE has those of the file', async () => {
    const { stdout } = await sockwise(['lab', path('two.ts'), known, '--list', '--json']);
    const listed = JSON.parse(stdout) as readonly { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['first', 'second', known]);
  });

  test.each<[string, string[], RegExp]>([
    ['nothing to run', [], /name an experiment or a file/],
    ['a patience of 0', [known, '--patience', '0'], /--patience: expected a factor from 0\.1 to 100, got "0"/],
    ['a patience that is no number', [known, '--patience', '1e1'], /--patience: .* got "1e1"/],
    ['a file that cannot be parsed', [path('broken.mjs')], /broken\.mjs:2: Unexpected token/],
    ['a file that ends its process', [path('dead.mjs')], /dead\.mjs: it could not be loaded: .* status 3$/m],
    ['an unknown variant', [path('two.ts'), '--variant', 'z'], /first has no variant "z"; it has none; second.* x; y/],
    ['a picture that cannot be written', [path('plain.mjs'), '--svg', '/proc/nowhere/x.svg'], /--svg: ENOENT/],
    ['a page that cannot be written', [path('plain.mjs'), '--html', '/proc/nowhere/x.html'], /--html: ENOENT/],
    ['a capture that cannot be written', [path('plain.mjs'), '--pcap', '/proc/nowhere/x'], /--pcap: ENOENT/],
  ])('ends with 2 at %s', async (_, args, message) => {
    const { code, stdout, stderr } = await sockwise(['lab', ...args]);
    if (noExperiments !== undefined && stderr.includes(noExperiments)) return;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  // Each told as those above are.
  test.each<[string, string[], LabFlags, RegExp]>([
    ['an unknown name', [`${known}x`], {}, new RegExp(`unknown experiment "${known}x"; did you mean ${known}\\b`)],
    ['a file without a name of one', ['package'], {}, /unknown experiment "package"; did you mean/],
    ['a file that is not there', ['nowhere.mjs'], {}, /no file nowhere\.mjs/],
    ['a file without experiments', [path('none.mjs')], {}, /exports no experiment/],
    ['TypeScript that cannot be parsed', [path('broken.ts')], {}, /broken\.ts:2:\d+: .*Unexpected token/],
    ['a file that throws', [path('early.ts')], {}, /early\.ts:3:\d+: .*is not a function/],
    ['no export', [path('kept.mjs')], {}, /kept\.mjs: 1 experiment is defined but not exported/],
    ['one name for two', [path('same.mjs')], {}, /same\.mjs: "Close!" and "close" are both named close/],
    ['a variant one lacks', [path('two.ts'), known], { variant: 'x' }, new RegExp(`^${known} has no variant`)],
  ])('chooses no run at %s', async (_, names, flags, message) => {
    const error: unknown = await chosenRuns(names, flags, await languageOfRuns({})).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
    expect(String(error)).not.toContain('\n');
  });
});

describeNeeding(noExperiments === undefined, noExperiments ?? '')('sockwise lab FILE', () => {
  test('runs every experiment of a TypeScript file, in order, and names their files', async () => {
    const args = ['lab', path('two.ts'), '--json', '--pcap', path('several.pcapng')];
    const { stdout, stderr, code } = await sockwise(args);
    expect([code, stderr]).toEqual([0, '']);
    const traces = JSON.parse(stdout) as readonly Trace[];
    expect(traces.map(({ name, variant, findings }) => [name, variant, findings])).toEqual([
      ['first', undefined, 7],
      ['second', 'x', 1],
      ['second', 'y', 2],
    ]);
    const names = ['first', 'second-x', 'second-y'].map((name) => path(`several-${name}.pcapng`));
    expect(names.filter((name) => !existsSync(name))).toEqual([]);
    expect(existsSync(path('several.pcapng'))).toBe(false);
  });

  test('runs what is built in by its name, whatever file of that name the working directory holds', async () => {
    writeFileSync(path(byName), "throw new Error('the file');");
    const { stdout, code } = await sockwise(['lab', byName, '--json'], { cwd: folder });
    expect(code).toBe(0);
    const [trace] = JSON.parse(stdout) as readonly Trace[];
    expect([trace?.name, trace?.error]).toEqual([byName, undefined]);
    // A file it is by its path.
    const { stderr } = await sockwise(['lab', `./${byName}`], { cwd: folder });
    expect(stderr).toMatch(/the file/);
  });

  test('runs them as they are defined, whatever their names, and keeps what they print out of the JSON', async () => {
    const { stdout, stderr, code } = await sockwise(['lab', path('order.ts'), '--json']);
    // Loaded once: the process that lists them makes the first run, and another is started for the second.
    expect([code, stderr.split('\n').toSorted()]).toEqual([0, ['', 'loaded', 'loaded', 'noise']]);
    const traces = JSON.parse(stdout) as readonly Trace[];
    expect(traces.map(({ name, about, rule }) => [name, about, rule])).toEqual([
      ['半关闭', undefined, undefined],
      ['连接重置', 'What is seen.', 'Why it is.'],
    ]);
    const html = path('order.html');
    const printed = await sockwise(['lab', path('order.ts'), '--html', html]);
    for (const text of [printed.stdout, readFileSync(html, 'utf8')]) {
      expect(text).toMatch(/What is seen\./);
      expect(text).toMatch(/Why it is\./);
    }
  });

  test('runs a variant of those experiments of a file that have it', async () => {
    const { stdout, code } = await sockwise(['lab', path('two.ts'), '--variant', 'y', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as readonly Trace[]).map(({ name, variant }) => [name, variant])).toEqual([
      ['second', 'y'],
    ]);
  });

  test('says where a script was aborted', async () => {
    const { stdout, code } = await sockwise(['lab', path('refused.mjs'), '--json']);
    expect(code).toBe(1);
    const [trace] = JSON.parse(stdout) as readonly Trace[];
    expect(trace?.error?.where).toMatch(/refused\.mjs:5:\d+$/);
  });

  test('tells of a run that died wherever it tells of the others', async () => {
    const [html = '', svg = '', pcap = ''] = ['died.html', 'died.svg', 'died.pcapng'].map(path);
    const args = [path('dies.mjs'), '--json', '--html', html, '--svg', svg, '--pcap', pcap];
    const { stdout, stderr, code } = await sockwise(['lab', ...args]);
    expect(code).toBe(1);
    const failure = 'its process ended with status 3';
    expect(stderr).toBe(`sockwise: dies <b> (v): it could not be recorded: ${failure}\n`);
    const [dead, alive] = JSON.parse(stdout) as readonly [unknown, Trace];
    expect(dead).toEqual({ name: 'dies-b', title: 'dies <b>', variant: 'v', failure });
    expect(alive.findings).toBe('on');
    expect(readFileSync(html, 'utf8')).toMatch(
      /dies &lt;b&gt; <span[^>]*>v<[^]*not recorded<\/span> its process ended with/,
    );
    const files = readdirSync(folder).filter((name) => name.startsWith('died-'));
    // Of the run that died there is nothing to write.
    expect(files).toHaveLength(2);
    expect(files.filter((name) => name.includes('-v.'))).toEqual([]);
  });

  test('prints what was recorded though a file cannot be written', async () => {
    const args = [path('plain.mjs'), '--html', '/dev/full', '--pcap', '/dev/full', '--svg', '/dev/full'];
    const { stdout, stderr, code } = await sockwise(['lab', ...args]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/<-+ SYN seq=0 -+\|/);
    const lines = ['--html', '--svg', '--pcap'].map((flag) => new RegExp(`^sockwise: ${flag}: .*ENOSPC`));
    const told = stderr.trimEnd().split('\n');
    for (const line of lines) expect(told).toContainEqual(expect.stringMatching(line));
    expect(told).toHaveLength(3);
  });

  test('writes page, picture and capture', async () => {
    const files = ['page.html', 'picture.svg', 'run.pcapng'].map(path);
    const [html = '', svg = '', pcap = ''] = files;
    const args = [path('plain.mjs'), '--html', html, '--svg', svg, '--pcap', pcap];
    const { stdout, code } = await sockwise(['lab', ...args]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/<-+ SYN seq=0 -+\|/);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg/);
    // draft-ietf-opsawg-pcapng section 4.1: the type of a section header.
    expect(readFileSync(pcap).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });

  test('runs and draws an experiment in Chinese', async () => {
    const [html = '', svg = ''] = ['chinese.html', 'chinese.svg'].map(path);
    const args = ['who-closes-first', '--lang', 'zh', '--variant', '服务器先关闭', '--html', html, '--svg', svg];
    const { stdout, stderr, code } = await sockwise(['lab', ...args], { env: { COLUMNS: '100' } });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^who-closes-first \(服务器先关闭\)：谁先关闭，服务器还能不能重启$/m);
    expect(stdout).toMatch(/=+ 服务器再次启动 =+/);
    expect(stdout).toMatch(/^ *双方都关闭之后：服务器：TIME_WAIT；客户端：CLOSED$/m);
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/<html lang="zh-CN">/);
    for (const text of ['线路上传了什么', '服务器先关闭', '第一方关闭之后', '服务器再次启动', '次调用，'])
      expect(page).toContain(text);
    const words = page.replaceAll(/<(style|script)>[^]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
    expect(words).not.toMatch(/\b(the|and|of|received|calls|segments|lost)\b/);
    expect(readFileSync(svg, 'utf8')).toContain('服务器再次启动');
  });

  test('of a script that throws shows what was before, and ends with 1', async () => {
    const html = path('thrown.html');
    const { stdout, code } = await sockwise(['lab', path('throws.mjs'), '--html', html]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/SYN ACK seq=0/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/aborted: on purpose.*throws\.mjs:7:13\)/);
    expect(readFileSync(html, 'utf8')).toMatch(/on purpose/);
  });

  test('kills a script that never gives its thread away, and goes on with the next', { timeout: bound }, async () => {
    const { stdout, stderr, code } = await sockwise(['lab', path('spins.mjs'), '--patience', '0.5'], {
      deadlineMs: bound,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/spins: it could not be recorded: it did not end within 2\.6 s and was killed/);
    expect(stdout).toMatch(/after it/);
    expect(stdout).toMatch(/ran/);
  });

  test('of a script that ends its process says so, and leaves none of its programs', async () => {
    const { stdout, stderr, code } = await sockwise(['lab', path('exits.mjs')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sockwise: exits +\[2J: it could not be recorded: its process ended with status 0$/m);
    expect(stdout).toMatch(/after it/);
    await expect.poll(() => commandLines().filter((line) => line === `sleep 7${process.pid}`)).toEqual([]);
  });

  test('prints nothing a terminal would obey, but as JSON says what it was', async () => {
    const plain = await sockwise(['lab', path('colours.mjs')]);
    const json = await sockwise(['lab', path('colours.mjs'), '--json']);
    for (const { stdout } of [plain, json]) expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    const [trace] = JSON.parse(json.stdout) as readonly Trace[];
    expect(onlyMarks(trace?.events ?? [])[0]?.text).toBe('\x1b[2J\x9b2J');
  });

  const ends = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  test.each(ends)(
    'at %s keeps what was recorded, ends with %i and leaves nothing',
    { timeout: bound },
    async (...end) => {
      const [signal, status] = end;
      const mark = `lab-${process.pid}`;
      const html = path('interrupted.html');
      const child = spawn(process.execPath, [program, 'lab', path('waits.mjs'), '--html', html], {
        cwd: root,
        env: { ...process.env, SOCKWISE_TEST_RUN: mark },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: bound,
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const waits = (): boolean => {
        const pid = labProcesses(mark)[0]?.split(' ')[0];
        // Two taps, the listener and both ends of the connection, and the channel to its parent.
        return pid !== undefined && socketsOf(pid) >= 6;
      };
      await expect.poll(waits, { timeout: 20_000 }).toBe(true);
      child.kill(signal);
      await once(child, 'close');
      expect(child.exitCode).toBe(status);
      expect(stderr).toMatch(/interrupted: 1 of 1 runs/);
      expect(stdout).toMatch(/SYN ACK seq=0/);
      expect(readFileSync(html, 'utf8')).toMatch(/interrupted/);
      await expect.poll(() => [...labProcesses(mark), ...foreignNamespaces(mark)], { timeout: 5000 }).toEqual([]);
    },
  );

  test('node FILE runs what FILE exports', async () => {
    const { stdout, code } = await run(process.execPath, [path('plain.mjs')]);
    expect(code).toBe(0);
    expect(stdout.match(/SYN ACK seq=0/g)).toHaveLength(1);
    const broken = await run(process.execPath, [path('throws.mjs')]);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/on purpose/);
  });

  test('node FILE says so where FILE exports none of its experiments', async () => {
    const { stdout, stderr, code } = await run(process.execPath, [path('kept.mjs')]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/kept\.mjs: nothing was run, because .*kept\.mjs does not export kept;/);
  });

  test('node FILE leaves a file alone that runs its experiment itself', async (context) => {
    needs(context, canMakeNamespaces, 'only root can make network namespaces in this process');
    const { stdout, stderr, code } = await run(process.execPath, [path('own.mjs')]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '7\n', stderr: '', code: 0 });
  });
});

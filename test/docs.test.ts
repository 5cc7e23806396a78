import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChildResult, root, run } from './support/children.js';
import { noExperiments, program } from './support/matrix.js';
import { canMakeNamespaces } from './support/namespaces.js';
import { needs } from './support/needs.js';
import { hasTshark, noTshark } from './support/tshark.js';

const guide = readFileSync(`${root}docs/experiments.md`, 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text }),
);

/** The scripts, each named by its first line. */
const files = blocks
  .filter(({ language }) => ['js', 'ts', 'pkt'].includes(language))
  .map(({ text }) => ({ name: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? '', text }));

/** The commands, each with what it is said to print. */
const commands = blocks
  .filter(({ language }) => language === 'console')
  .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
  .map((text) => {
    const [line = '', ...shown] = text.trimEnd().split('\n');
    const [command = '', remark = ''] = line.split(/\s+#\s/);
    return { command, code: Number(/ends with (\d)/.exec(remark)?.[1] ?? 0), shown: shown.join('\n') };
  });

/** As a project that has the package. */
const folder = mkdtempSync(join(tmpdir(), 'sockwise-guide-'));

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'));
  for (const [name, target] of [
    ['sockwise', root],
    ['vitest', `${root}node_modules/vitest`],
    ['@types', `${root}node_modules/@types`],
  ] as const)
    symlinkSync(target, join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Words of a command line; no more of a shell than single quotes. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function execute(command: string): Promise<ChildResult> {
  const [first = '', ...rest] = words(command);
  const scripts: Readonly<Record<string, string>> = {
    sockwise: program,
    vitest: `${root}node_modules/vitest/vitest.mjs`,
  };
  const options = { cwd: folder, deadlineMs: 30_000 };
  if (first === 'node') return run(process.execPath, rest, options);
  if (first !== 'npx') return run(first, rest, options);
  const [name = '', ...args] = rest;
  return run(process.execPath, [scripts[name] ?? name, ...args], options);
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, first = '']) => first.trim());
}

/**
 * What is the same in each run: segments but for bare acknowledgments, which may be late, marks, errors and ends of the stream,
 * findings. Times, and whether a state was seen, are not.
 */
function essence(printed: string): string[] {
  const isLadder = printed.includes('192.168.0.') || /[|]|={5}/.test(printed);
  if (!isLadder) return printed.split('\n').filter((line) => line !== '' && line !== '[...]');
  return [
    ...found(printed, /\b((?:SYN|FIN|PSH|RST)(?: ACK)? seq=\d+(?: ack=\d+)?(?: len=\d+)?(?: again)?)/g),
    ...found(printed, /={3,} (.*?) ={3,}/g),
    ...found(printed, /= (E[A-Z]+|end of stream) *[|\n]/g),
    ...found(printed, /^(\w+: .*)$/gm).filter((line) => !line.startsWith('Linux')),
  ].toSorted();
}

describe('the guide to experiments', () => {
  test('names each script, and runs it', () => {
    expect(files.length).toBeGreaterThan(5);
    for (const { name } of files) {
      expect(name).not.toBe('');
      expect(commands.some(({ command }) => words(command).includes(name))).toBe(true);
    }
  });

  test('has scripts the compiler takes', async () => {
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    const sources = files.map(({ name }) => name).filter((name) => name.endsWith('.ts'));
    const tsc = `${root}node_modules/typescript/bin/tsc`;
    const { stdout, code } = await run(process.execPath, [tsc, ...options, '--types', 'node', ...sources], {
      cwd: folder,
      deadlineMs: 30_000,
    });
    expect(stdout).toBe('');
    expect(code).toBe(0);
  }, 40_000);

  // In order: tshark reads what an earlier command has written.
  test.for(commands)('$command', { timeout: 40_000 }, async ({ command, code, shown }, context) => {
    needs(context, noExperiments === undefined, `${noExperiments}`);
    needs(context, canMakeNamespaces || !command.includes('vitest'), 'only root runs experiments in a test');
    needs(context, hasTshark || !command.startsWith('tshark'), noTshark);
    const result = await execute(command);
    if (result.code !== code) throw new Error(`it ended with ${result.code}: ${result.stdout} ${result.stderr}`);
    if (shown === '') return;
    const [wanted, got] = [essence(shown), essence(result.stdout)];
    expect(wanted).not.toEqual([]);
    if (shown.startsWith('[...]')) expect(got).toEqual(expect.arrayContaining(wanted));
    else expect(got).toEqual(wanted);
  });
});

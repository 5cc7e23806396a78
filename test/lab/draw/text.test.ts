import type { Outcome } from '../../../src/lab/record/event.js';
import type { CaseResult, MatrixResult, RowResult } from '../../../src/lab/record/result.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { escapeXml } from '../../../src/lab/draw/page/escape.js';
import { matrixJunit } from '../../../src/lab/draw/junit.js';
import { markdownCell, matrixMarkdown } from '../../../src/lab/draw/markdown.js';
import { caseReport } from '../../../src/lab/draw/terminal.js';
import { textOf } from '../../../src/lab/draw/page/words.js';
import { saidOf } from '../../../src/lab/draw/text/event-text.js';
import { lengthOf, wrap } from '../../../src/lab/draw/text/wrap.js';
import { run } from '../../support/children.js';
import { program, sockwise } from '../../support/matrix.js';

const long = 'a claim of many words that has to be wrapped, about SO_REUSEADDR and TIME_WAIT and TCP_INFO';
const base: CaseResult = {
  id: 'T1',
  articles: ['000'],
  title: 'T',
  claim: long,
  verdict: 'confirmed',
  because: long,
  rules: [{ id: 'held-by-listener', text: 'A rule.', kernel: 'f()', source: 'bind(2)', since: '3.9' }],
  advice: 'Do it.',
  rows: [],
  durationMs: 5,
};
const result: MatrixResult = {
  kernel: '6.18.0',
  node: 'v20.20.2',
  mode: 'root',
  durationMs: 1234,
  cases: [
    base,
    { ...base, id: 'T2', verdict: 'refuted', because: 'a|b <c> & "d"\nnew \u0007 line' },
    { ...base, id: 'T3', verdict: 'qualified' },
    { ...base, id: 'T4', verdict: 'skipped', because: 'it needs <more>' },
    { ...base, id: 'T5', verdict: 'skipped', because: 'it was aborted', error: 'ENOENT & "so"' },
  ],
};

type Wanted = readonly [of: MatrixResult, width: number];

/** Prints tables in a new process: picocolors reads the environment once, when it is loaded. */
async function tables(env: NodeJS.ProcessEnv, wanted: readonly Wanted[]): Promise<string[]> {
  const terminal = new URL('../../../dist/lab/index.js', import.meta.url).href;
  const script = `import { matrixTable } from ${JSON.stringify(terminal)};
    console.log(JSON.stringify(${JSON.stringify(wanted)}.map(([of, width]) => matrixTable(of, width))));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
  return JSON.parse(stdout) as string[];
}

const escape = String.fromCodePoint(0x1b);
const plain = (text: string): string => text.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '');

describe('text of a language without blanks', () => {
  test('is broken between its characters, of two columns each, and not before a full stop', () => {
    expect(wrap('新老服务器都必须设 SO_REUSEADDR。没有用。', 20)).toBe('新老服务器都必须设\nSO_REUSEADDR。没有\n用。');
    for (const line of wrap('只有其中一个设，遇到 TIME_WAIT 时没有用（bind(2)）。'.repeat(4), 21).split('\n')) {
      expect(lengthOf(line)).toBeLessThanOrEqual(21);
      expect(line).not.toMatch(/^[，。）]|（$/);
    }
  });
});

describe('a case with all its steps', () => {
  test.each([60, 80, 160])(
    'fits %i columns, and breaks no word of its socket tables',
    async (width) => {
      const env = { COLUMNS: String(width), NO_COLOR: '1', FORCE_COLOR: undefined };
      const { stdout, code } = await sockwise(['case', 'G2'], { env, deadlineMs: 60_000 });
      expect(code).toBe(0);
      const lines = stdout.split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(stdout).toMatch(/\bESTABLISHED\b/);
      if (width === 160) expect(stdout).toMatch(/State +Recv-Q +Send-Q +Local +Remote +Process/);
      if (width === 60) expect(stdout).toMatch(/LISTEN \S+ - \S+,\s+Recv-Q 0,/);
    },
    70_000,
  );
});

describe('the table', () => {
  const widths = [40, 69, 70, 80, 100, 160];
  let coloured: Map<number, string>;
  let narrow = '';
  let wholly = '';
  let partly = '';

  beforeAll(async () => {
    const all = widths.map((width) => [result, width] as const);
    const texts = await tables({ FORCE_COLOR: '1', NO_COLOR: undefined }, all);
    coloured = new Map(texts.map((text, index) => [widths[index] ?? 0, text]));
    const part = { ...result, unfinished: ['T6', 'T7'] };
    [narrow = '', wholly = '', partly = ''] = await tables({ NO_COLOR: '1', FORCE_COLOR: undefined }, [
      [result, 40],
      [result, 100],
      [part, 100],
    ]);
  });

  test.each(widths)('fits %i columns, with its summary', (width) => {
    const text = plain(coloured.get(width) ?? '');
    const lengths = text.split('\n').map((line) => line.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
    expect(Math.max(...lengths)).toBeGreaterThan(width - 25);
    for (const { id } of result.cases) expect(text).toContain(id);
  });

  test('has its cells below one another where they would be too narrow', () => {
    expect(narrow).toMatch(/^T1 confirmed\n {2}a claim of many words that has to be\n {2}\w/);
    expect(narrow).toMatch(/^ {2}seen: it needs <more>$/m);
  });

  test('says that it is a part only, and of what', () => {
    expect(wholly).toContain('T5');
    expect(wholly).not.toMatch(/interrupted/i);
    expect(partly).toMatch(/^Interrupted: 5 of 7 cases had ended\.$/m);
  });

  async function widest(command: string, COLUMNS: string | undefined): Promise<number> {
    const { stdout } = await sockwise(command.split(' '), { env: { COLUMNS } });
    return Math.max(...stdout.split('\n').map((line) => line.length));
  }

  test.each(['matrix --case G4', 'list', 'lab --list'])('of %s honours COLUMNS in a pipe', async (command) => {
    expect(await widest(command, '45')).toBeLessThanOrEqual(45);
    expect(await widest(command, undefined)).toBeGreaterThan(45);
  });

  test.each(['0', 'wide'])('has its usual width where COLUMNS is %j', async (COLUMNS) => {
    expect(await widest('list', COLUMNS)).toBe(await widest('list', undefined));
  });

  test('is coloured where asked for, and not with NO_COLOR', () => {
    expect(coloured.get(100)).toContain(escape);
    expect(wholly).not.toContain(escape);
  });

  test('is not coloured in a pipe, and fits 100 columns there', async () => {
    const { stdout } = await sockwise(['matrix', '--case', 'G4', 'G7'], {
      env: { FORCE_COLOR: undefined, NO_COLOR: undefined, CI: undefined, COLUMNS: undefined },
    });
    expect(stdout).toMatch(/G4 .*qualified|G4/);
    expect(stdout).not.toContain(escape);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('is coloured on a terminal and as wide as it', async ({ skip }) => {
    const env = { FORCE_COLOR: undefined, NO_COLOR: undefined, CI: undefined, COLUMNS: undefined, TERM: 'xterm' };
    const command = `stty cols 90; ${process.execPath} ${program} matrix --case G4 G7 2>/dev/null`;
    const { stdout, code } = await run('script', ['-qec', command, '/dev/null'], { env }).catch(() => ({
      stdout: '',
      code: -1,
    }));
    skip(code === -1, 'script(1) is not installed');
    expect(stdout).toContain(`${escape}[33m`);
    const lines = plain(stdout).trimEnd().split(/\r?\n/);
    expect(lines.length).toBeGreaterThan(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
  });
});

const rows: readonly RowResult[] = [
  { name: 'one', events: [], says: 'ok', observed: 'ok', ok: true },
  { name: 'two', events: [], says: { portHeld: true }, observed: { portHeld: false }, ok: false },
  { name: 'three', events: [], observed: ['a <b>'], ok: null },
];

describe('words', () => {
  test('are labels and values, and keys where there is no label', () => {
    const labels = { portHeld: 'port held', repeatedFin: 'repeated FIN', bytesInSyn: 'bytes in SYN' };
    const observed = {
      portHeld: true,
      repeatedFin: 'ACK',
      bytesInSyn: 0,
      A: 'B',
      'in the queue': [],
      states: ['x', 'y'],
    };
    expect(textOf(observed, labels)).toBe(
      'port held: yes; repeated FIN: ACK; bytes in SYN: 0; A: B; in the queue: nothing; states: x, y',
    );
    expect([textOf(false), textOf(null), textOf('someText')]).toEqual(['no', 'none', 'someText']);
  });
});

describe('the report of a case', () => {
  const ports = ['first', 'second', 'third'].map((name) => ({
    name,
    events: [],
    says: 'ok',
    observed: 'EADDRINUSE',
    ok: false,
  }));
  const seen = { ...base, rows: [...ports, { name: 'last', events: [], observed: 'EADDRINUSE', ok: null }] };

  test('has rows of one claim and outcome together, each with its name', () => {
    const report = caseReport(seen);
    const table = report.slice(report.indexOf('Given')).split('\n').slice(1, 5);
    expect(table.map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'first | EADDRINUSE | differs',
      'second | the claim says: ok',
      'third',
      'last | EADDRINUSE | not covered',
    ]);
  });

  test('cuts no name of such rows, on a screen of any width', () => {
    const names = ['the first of two servers on the wildcard, with SO_REUSEADDR', 'the second of them, without it'];
    const wide = { ...seen, rows: names.map((name) => ({ name, events: [], observed: 'ok', ok: null })) };
    for (const width of [40, 60, 80, 200]) {
      const report = caseReport(wide, [], width);
      const table = report.slice(report.lastIndexOf('the first'), report.indexOf('What to do')).replaceAll(/\s+/g, ' ');
      for (const word of names.join(' ').split(' ')) expect(table, String(width)).toContain(word);
      expect(Math.max(...report.split('\n').map(lengthOf))).toBeLessThanOrEqual(width);
    }
  });
});

describe('Markdown', () => {
  test('is a table whose rows have six cells, whatever a text holds', () => {
    const lines = matrixMarkdown(result)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(lines).toHaveLength(result.cases.length + 2);
    for (const line of lines) expect(line.split(/(?<!\\)\|/)).toHaveLength(8);
  });

  test('shows what is meant as text as text', () => {
    expect(markdownCell('a|b <c> & &amp; *d* `e` [f] ~g~ \\ _h_ TIME_WAIT\ni')).toBe(
      'a\\|b \\<c> & \\&amp; \\*d\\* \\`e\\` \\[f] \\~g\\~ \\\\ \\_h\\_ TIME_WAIT i',
    );
  });

  test('says above the table that the run was interrupted', () => {
    expect(matrixMarkdown(result)).not.toMatch(/interrupted/i);
    const text = matrixMarkdown({ ...result, unfinished: ['T6'] });
    expect(text).toMatch(/^\*\*Interrupted: 5 of 6 cases had ended\.\*\*\n\n- \*\*refuted\*\*.*\n\n\| case /ms);
  });
});

describe('JUnit', () => {
  test('counts skipped cases and those that were aborted, and no verdict is a failure', () => {
    const xml = matrixJunit(result);
    expect(xml).toContain('tests="5" failures="0" errors="1" skipped="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
    expect(xml.match(/<error /g)).toHaveLength(1);
    expect(xml.match(/<skipped /g)).toHaveLength(1);
    expect(xml).toContain('<skipped message="it needs &lt;more&gt;"/>');
  });

  test('has a line for each row, those too that the claim does not speak of', () => {
    const xml = matrixJunit({
      ...result,
      cases: [{ ...base, verdict: 'qualified', because: 'so', rows, labels: { portHeld: 'port held' } }],
    });
    expect(xml).toContain(
      '<system-out>qualified: so\none: ok (matches the claim)\ntwo: port held: no (the claim says: port held: yes)\n' +
        'three: a &lt;b&gt; (not covered by the claim)\nrule: A rule. (f(); bind(2); since Linux 3.9)\nwhat to do: Do it.</system-out>',
    );
  });

  test('says at its end that the run was interrupted', () => {
    expect(matrixJunit(result)).not.toMatch(/interrupted/i);
    expect(matrixJunit({ ...result, unfinished: ['T6'] })).toMatch(
      /<\/testcase>\n {2}<system-err>Interrupted: 5 of 6 cases had ended\.<\/system-err>\n<\/testsuite>/,
    );
  });

  test('closes every element it opens, and escapes what XML forbids', () => {
    const open: string[] = [];
    const partial = { ...result, cases: [...result.cases, { ...base, rows }], unfinished: ['T6'] };
    const xml = matrixJunit(partial).replace(/^<\?xml.*\?>/, '');
    for (const [, end, name, attributes = ''] of xml.matchAll(/<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*\s*\/?)>/g)) {
      if (end === '/') expect(open.pop()).toBe(name);
      else if (!attributes.endsWith('/')) open.push(name ?? '');
    }
    expect(open).toEqual([]);
    expect(xml.replaceAll(/<\/?[a-z-]+(?:\s+[a-z]+="[^"<]*")*\s*\/?>/g, '')).not.toMatch(/[<>]/);
    expect(xml).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos);)/);
    expect(escapeXml('\u0007<&>"\'')).toBe('\u2407&lt;&amp;&gt;&quot;&apos;');
  });
});

describe('a call that was made until it gave no more', () => {
  const said = (outcome: Outcome): readonly [text: string, result: string, failed: boolean] => {
    const call = {
      kind: 'call',
      atMs: 1,
      endMs: 2,
      host: 'h',
      name: 'recv',
      args: [],
      repeated: true,
      outcome,
    } as const;
    const { text, result, failed } = saidOf(call);
    return [text, result, failed];
  };

  test('says what it gave, and how it ended', () => {
    expect(said({ ok: true, value: 10 })).toEqual(['recv() again and again', '10 bytes, then end of stream', false]);
    expect(said({ ok: true, value: 10, errno: 'EAGAIN' })[2]).toBe(false);
    expect(said({ ok: true, value: 10, errno: 'ECONNRESET' })).toEqual([
      'recv() again and again',
      '10 bytes, then ECONNRESET',
      true,
    ]);
  });

  test('says only how it ended if it gave nothing', () => {
    expect(said({ ok: true, value: 0, errno: 'ECONNRESET' })).toEqual(['recv()', 'ECONNRESET', true]);
    expect(said({ ok: true, value: 0 })).toEqual(['recv()', 'end of stream', false]);
  });
});

test('a link says what it does to the segments of a host', () => {
  const link = { kind: 'link', atMs: 1, endMs: 1, host: 'a', to: 'b', from: 'a', outcome: { ok: true } } as const;
  const text = (more: object): string => saidOf({ ...link, change: 'loses', ...more }).text;
  expect([text({}), text({ times: 1 }), text({ change: 'loses nothing' })]).toEqual([
    'link to b drops segments from a',
    'link to b drops 1 segment from a',
    'link to b drops nothing',
  ]);
  expect(text({ change: 'injects', flags: ['RST'] })).toBe('RST injected as if from a');
});

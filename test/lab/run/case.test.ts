import { describe, expect, test } from 'vitest';
import { english } from '../../../src/lab/draw/report-words.js';
import { defineCase, inGrid, type OnStage } from '../../../src/lab/run/case.js';
import { Stage } from '../../../src/lab/run/stage.js';
import type { NotRun } from '../../../src/lab/record/not-run.js';
import { NotReachedError } from '../../../src/lab/record/until.js';

const onStage: OnStage = async (_row, use) => ({
  value: await use(new Stage(new AbortController().signal, { network: 'loopback' })),
  events: [],
});

const nothingLacking = () => undefined;
const noCompiler: NotRun = { lacks: 'compiler' };
const compilerLacks = 'it needs a C compiler, and there is no cc in PATH';

/** A case of two rows that logs when each begins and ends; the first ends when the event loop has turned a few times. */
function twoRows(sideBySide: number, log: string[], first: () => void = () => {}) {
  return defineCase<number, string>({
    id: 'T1',
    articles: [],
    title: '',
    claim: '',
    rules: [],
    advice: '',
    sideBySide,
    rows: [
      { name: 'slow', given: 5, says: 'done' },
      { name: 'quick', given: 0, says: 'done' },
    ],
    async run(_, turns) {
      log.push(`begin ${turns}`);
      if (turns > 0) first();
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      log.push(`end ${turns}`);
      return 'done';
    },
    laws: [{ text: 'It is done.', rows: () => 'done' }],
  });
}

describe('the sentence of a verdict', () => {
  type Seen = { readonly bind: string; readonly left: string };
  const rows = [
    { name: 'with', given: true },
    { name: 'without', given: false },
  ];
  const law = (text: string, bound: (given: boolean) => string) => ({
    text,
    rows: (given: boolean) => ({ bind: bound(given) }),
  });

  async function seen(
    observed: (given: boolean) => Seen,
    lacks: (needs: readonly string[]) => NotRun | undefined = nothingLacking,
  ) {
    const { because } = await defineCase<boolean, Seen>({
      labels: { bind: 'bind()', left: 'left' },
      id: 'T1',
      articles: [],
      title: '',
      claim: '',
      rules: [],
      advice: '',
      rows: rows.map((row) => ({ ...row, needs: row.given ? ['destroy-socket'] : [] })),
      run: (_, given) => observed(given),
      laws: [law('It helps.', (given) => (given ? 'ok' : 'EADDRINUSE')), law('It is needless.', () => 'ok')],
    }).runRows(onStage, lacks);
    return because;
  }

  test('is that of the law which every row agrees with, in the parts it rests on', async () => {
    expect(await seen((given) => ({ bind: given ? 'ok' : 'EADDRINUSE', left: 'anything' }))).toBe('It helps.');
    expect(await seen(() => ({ bind: 'ok', left: 'nothing' }))).toBe('It is needless.');
  });

  test('says that an outcome is new where no law fits', async () => {
    expect(await seen(() => ({ bind: 'EACCES', left: '' }))).toBe(english.newOutcome);
  });

  test('names the rows that were not run, on which it does not rest', async () => {
    const lacks = (needs: readonly string[]) => (needs.length > 0 ? noCompiler : undefined);
    expect(await seen(() => ({ bind: 'EADDRINUSE', left: '' }), lacks)).toBe(
      `It helps. Not run: with, ${compilerLacks}.`,
    );
  });

  test.each([
    [{ with: 'ok' }, /leaves out the row without/],
    [{ with: 'ok', without: 'ok', neither: 'ok' }, /names no row of it: neither/],
  ])('is of a law that speaks of its rows, all of them: %j', (outcomes, error) => {
    const spec = { id: 'T1', articles: [], title: '', claim: '', rules: [], advice: '', run: () => 'ok', rows };
    expect(() => defineCase<boolean, string>({ ...spec, laws: [{ text: 'A law.', rows: outcomes }] })).toThrow(error);
  });
});

describe('rows of a case', () => {
  test('run one after the other', async () => {
    const log: string[] = [];
    await twoRows(1, log).runRows(onStage, nothingLacking);
    expect(log).toEqual(['begin 5', 'end 5', 'begin 0', 'end 0']);
  });

  test('run side by side where the case says so, and are told in their own order', async () => {
    const log: string[] = [];
    const { because } = await twoRows(2, log).runRows(onStage, nothingLacking);
    expect(log).toEqual(['begin 5', 'begin 0', 'end 0', 'end 5']);
    expect(because).toBe('It is done.');
  });

  test('have all ended when a case that runs them side by side rejects', async () => {
    const log: string[] = [];
    const broken = new Error('broken');
    const run = twoRows(2, log, () => {
      throw broken;
    }).runRows(onStage, nothingLacking);
    await expect(run).rejects.toBe(broken);
    expect(log).toEqual(['begin 5', 'begin 0', 'end 0']);
  });

  test('that lack something are left out, and the reason is told', async () => {
    const log: string[] = [];
    const { because, rows } = await twoRows(2, log).runRows(onStage, (needs) =>
      needs.length === 0 ? undefined : noCompiler,
    );
    expect([because, rows.length]).toEqual(['It is done.', 2]);
    const none = await twoRows(2, log).runRows(onStage, () => noCompiler);
    expect(none).toEqual({
      rows: [],
      verdict: 'skipped',
      because: `Not run: slow, ${compilerLacks}. Not run: quick, ${compilerLacks}.`,
      unrun: [
        { row: 'slow', why: noCompiler },
        { row: 'quick', why: noCompiler },
      ],
    });
  });

  test('whose situation does not come about are a case that is skipped, with what was found instead', async () => {
    const missing = new NotReachedError('server closed first', 'TIME_WAIT', 'nothing', 5000);
    const inVain: OnStage = async () => {
      throw new Error(`${missing.message}, after "close()"`, { cause: new Error('played', { cause: missing }) });
    };
    const said = 'server closed first: expected TIME_WAIT, found nothing after 5000 ms, after "close()"';
    expect(await twoRows(2, []).runRows(inVain, nothingLacking)).toEqual({
      rows: [],
      verdict: 'skipped',
      because: `its situation did not come about here: ${said}`,
      unrun: [{ why: { lacks: 'situation', said } }],
    });
  });

  test('of a case that binds beside a socket have a place in its grid, unless they do something else', async () => {
    const spec = { id: 'T1', articles: [], title: '', claim: '', rules: [], advice: '', laws: [] };
    const rows = [
      { name: 'a line of its own', given: 0 },
      { ...inGrid('A', 'both bind'), given: 0 },
      { name: 'traffic', given: 0, bindsBeside: false as const },
    ];
    const cells = async (bindsBeside: boolean) => {
      const drawn = defineCase<number, string>({ ...spec, rows, bindsBeside, run: () => 'ok' });
      return (await drawn.runRows(onStage, nothingLacking)).rows.map(({ cell }) => cell);
    };
    const own = { line: 'a line of its own', column: '' };
    expect(await cells(true)).toEqual([own, { line: 'A', column: 'both bind' }, undefined]);
    expect(await cells(false)).toEqual([undefined, undefined, undefined]);
  });

  test('are compared with what the claim says, in the parts it speaks of', async () => {
    const observed = { read: 'nothing', left: ['TIME_WAIT'] };
    const { rows } = await defineCase<number, typeof observed>({
      labels: { read: 'read', left: 'left' },
      id: 'T2',
      articles: [],
      title: '',
      claim: '',
      rules: [],
      advice: '',
      rows: [
        { name: 'all of it', given: 0, says: observed },
        { name: 'a part', given: 0, says: { left: ['TIME_WAIT'] } },
        { name: 'another value', given: 0, says: { left: [] } },
        { name: 'nothing', given: 0 },
      ],
      run: () => observed,
      laws: [],
    }).runRows(onStage, nothingLacking);
    expect(rows.map(({ ok, says }) => [ok, says])).toEqual([
      [true, observed],
      [true, { left: ['TIME_WAIT'] }],
      [false, { left: [] }],
      [null, undefined],
    ]);
  });

  test.each([[[undefined]], [undefined], [{ left: Number.NaN }], [[new Date(0)]], [1n]])(
    'that JSON cannot hold is refused: %o',
    async (observed) => {
      const wrong = defineCase<number, string>({
        id: 'T1',
        articles: [],
        title: '',
        claim: '',
        rules: [],
        advice: '',
        rows: [{ name: 'the row', given: 0 }],
        run: () => observed as unknown as string,
        laws: [],
      });
      await expect(wrong.runRows(onStage, nothingLacking)).rejects.toThrow('the row: JSON cannot hold');
    },
  );
});

import { describe, expect, test } from 'vitest';
import { articles } from '../../src/claims/articles.js';
import { cases } from '../../src/claims/cases.js';
import type { CaseTexts } from '../../src/claims/case-texts.js';
import { inChinese, textsById } from '../../src/claims/chinese.js';
import { experiments } from '../../src/claims/experiments.js';
import { experimentTexts } from '../../src/claims/experiments.zh.js';
import { happenedIn, happenedTexts } from '../../src/claims/happened.zh.js';
import { observedTexts } from '../../src/claims/observed.zh.js';
import { knownSettings } from '../../src/claims/host-settings.js';
import { settingChanges } from '../../src/claims/host-settings.zh.js';
import { lifeRules } from '../../src/explain/life-rules.js';
import { rules } from '../../src/explain/rules.js';
import { chineseRules } from '../../src/explain/rules.zh.js';
import { english, type ReportWords } from '../../src/lab/draw/report-words.js';
import { chinese } from '../../src/lab/draw/report-words.zh.js';
import type { Json } from '../../src/lab/record/json.js';
import type { RunWords } from '../../src/lab/draw/run-words.js';
import type { NotRun } from '../../src/lab/record/not-run.js';
import type { MatrixResult } from '../../src/lab/record/result.js';
import findings from './findings.json' with { type: 'json' };
import { differing, filledIn, foreignMark, marksIn, names, sentences } from '../support/chinese.js';

/** What is left of a name of words when the names of the kernel's are taken out. */
const englishWord = /\b(?!Node\b|errno\b|shutdown\b|somaxconn\b)[A-Za-z]{2,}/;

const written = cases.flatMap((one) => {
  const texts = textsById[one.id];
  return texts === undefined ? [] : [{ id: one.id, one, texts }];
});

describe('the Chinese texts of cases', () => {
  test('are there for every case, and for no other', () => {
    const ids = cases.map(({ id }) => id);
    expect(ids.filter((id) => textsById[id] === undefined).length).toBe(0);
    expect(Object.keys(textsById).filter((id) => !ids.includes(id))).toEqual([]);
  });

  test.each(written)('$id: every text, with the names and numbers of the English ones', ({ one, texts }) => {
    expect(texts.laws.length).toBe(one.laws.length);
    expect(Object.keys(texts.labels ?? {})).toEqual(Object.keys(one.labels ?? {}));
    expect(texts.waitsFor === undefined).toBe(one.waitsFor === undefined);
    const pairs: [string, string][] = [
      [one.title, texts.title],
      [one.claim, texts.claim],
      [one.advice, texts.advice],
      ...one.laws.map(({ text }, index): [string, string] => [text, texts.laws[index] ?? '']),
      ...Object.entries(one.labels ?? {}).map(([key, label]): [string, string] => [label, texts.labels?.[key] ?? '']),
    ];
    for (const [said, told] of pairs)
      expect.soft({ told, differing: differing(said, told) }).toEqual({ told, differing: [] });
    for (const text of [texts.claim, texts.advice, ...texts.laws]) expect(text).toMatch(sentences);
    for (const [, told] of pairs) expect(told).not.toMatch(foreignMark);
    const { rows = {} } = texts;
    expect(
      one.rowNames.filter((name) => rows[name] === undefined && englishWord.test(name.replaceAll(names, ''))),
    ).toEqual([]);
    for (const name of one.rowNames)
      expect.soft({ name, differing: differing(name, rows[name] ?? name) }).toEqual({ name, differing: [] });
    const labels = Object.values(texts.labels ?? {});
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('the Chinese texts of experiments', () => {
  test('are there for every experiment, and for no other', () => {
    expect(Object.keys(experimentTexts).sort()).toEqual(experiments.map(({ name }) => name).sort());
  });

  test.each(experiments)('$name: every text, with the names and numbers of the English ones', (one) => {
    const texts = experimentTexts[one.name];
    if (texts === undefined) throw new Error('it has none');
    const { title, about, rule, labels = {}, variants = {} } = texts;
    // What has no labels in English has its keys shown.
    if (Object.keys(one.labels).length > 0) expect(Object.keys(labels)).toEqual(Object.keys(one.labels));
    const pairs: [string, string][] = [
      [one.title, title],
      [one.about, about],
      [one.rule, rule],
      ...Object.entries(labels).map(([key, label]): [string, string] => [one.labels[key] ?? key, label]),
      ...one.variants.map((variant): [string, string] => [variant, variants[variant] ?? variant]),
    ];
    for (const [said, told] of pairs) {
      expect.soft({ told, differing: differing(said, told) }).toEqual({ told, differing: [] });
      expect(told).not.toMatch(foreignMark);
    }
    for (const text of [about, rule]) expect(text).toMatch(sentences);
    const left = one.variants.filter(
      (name) => variants[name] === undefined && englishWord.test(name.replaceAll(names, '')),
    );
    expect(left).toEqual([]);
    const told = one.variants.map((name) => variants[name] ?? name);
    expect(new Set(told).size).toBe(told.length);
    expect(new Set(Object.values(labels)).size).toBe(Object.keys(labels).length);
  });

  test('say what the runs find', () => {
    const found = new Set(Object.values(findings).flatMap(textsIn));
    // What a program sent.
    const data = ['hello', 'still here', 'still here, still here', 'late, but welcome'];
    const left = [...found].filter((text) => !/^(ok|keepalive)$/.test(text) && !data.includes(text));
    expect(
      left.filter((text) => observedTexts[text] === undefined && /[a-z]{2}/.test(text.replaceAll(names, ''))),
    ).toEqual([]);
  });

  test('are those of a run in Chinese, which leaves the run as it was', () => {
    const run = { name: 'who-closes-first', title: 'T', variant: 'the server', failure: 'F' };
    const { recorded, listed } = inChinese(cases, experiments);
    expect(recorded(run)).toEqual({
      ...run,
      title: '谁先关闭，服务器还能不能重启',
      variant: '服务器先关闭',
    });
    expect(run.variant).toBe('the server');
    const one = { name: 'mine', title: 'T', about: 'A', cases: [], variants: ['v'] };
    expect(listed(one)).toBe(one);
  });
});

/** Every text in a value. */
function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

test('what the laws of cases observe has its Chinese text, calls and errnos apart', () => {
  const observed = new Set(cases.flatMap(({ laws }) => laws.flatMap(({ rows }) => rows.flatMap(textsIn))));
  const ofCalls = /^(ok|((bind|listen|connect)( E[A-Z]+)?))$/;
  const left = [...observed].filter((text) => !ofCalls.test(text) && observedTexts[text] === undefined);
  expect(left.filter((text) => /[a-z]{2}/.test(text.replaceAll(names, '')))).toEqual([]);
  for (const [said, told] of Object.entries(observedTexts))
    expect.soft({ told, differing: differing(said, told) }).toEqual({ told, differing: [] });
});

test('every rule, setting, article and experiment has its Chinese text', () => {
  for (const [id, { text }] of Object.entries({ ...rules, ...lifeRules })) {
    expect.soft({ id, differing: differing(text, chineseRules[id] ?? '') }).toEqual({ id, differing: [] });
    expect(chineseRules[id]).toMatch(sentences);
    expect(chineseRules[id]).not.toMatch(foreignMark);
  }
  expect(Object.keys(settingChanges).sort()).toEqual(knownSettings.map(({ name }) => name).sort());
  for (const { name, changes } of knownSettings)
    expect.soft({ name, differing: differing(changes, settingChanges[name] ?? '') }).toEqual({ name, differing: [] });
  const spoken = inChinese(cases, experiments);
  for (const { title } of [...spoken.articles, ...spoken.experiments])
    if (!articles.some((one) => one.title === title)) expect(title).toMatch(/[\u4e00-\u9fff]|^TCP_[A-Z_]+$/);
});

test('what scripts say is in Chinese, with its states, addresses and numbers in their places', () => {
  const marks = (text: string): number => text.split('#').length;
  for (const [said, told] of Object.entries(happenedTexts)) {
    expect.soft({ told, differing: differing(said, told) }).toEqual({ told, differing: [] });
    expect.soft({ told, marks: marks(told) }).toEqual({ told, marks: marks(said) });
    expect(told).not.toMatch(foreignMark);
  }
  expect(happenedIn('32 datagrams to 239.1.2.3')).toBe('32 个数据报发到 239.1.2.3');
  expect(happenedIn('who received what was sent to fd00::1: ANY')).toBe('发到 fd00::1 的，谁收到：ANY');
  expect(happenedIn('TIME_WAIT of the client is over')).toBe('客户端的 TIME_WAIT 已结束');
  expect(happenedIn('SIGKILL')).toBe('SIGKILL');
  expect(happenedIn('what nobody has said')).toBeUndefined();
});

const runKeys = Object.keys(english.run) as (keyof RunWords)[];
const choosing = new Set<keyof RunWords>(['link', 'linkTo', 'tableRow', 'tableHead', 'stateTitle']);

test.each(runKeys.filter((key) => !choosing.has(key)))('the word %s of steps and pictures fills in the same', (key) => {
  expect(marksIn(filledIn(chinese.run[key]))).toEqual(marksIn(filledIn(english.run[key])));
});

const keys = Object.keys(english) as (keyof ReportWords)[];
const ofLists = new Set<keyof ReportWords>(['articles', 'sentences', 'notRun', 'run', 'scriptParts']);

test.each(keys.filter((key) => !ofLists.has(key)))('the word %s fills in the same in both languages', (key) => {
  expect(marksIn(filledIn(chinese[key]))).toEqual(marksIn(filledIn(english[key])));
});

test('what a script of packetdrill has is counted in Chinese', () => {
  const counts = { call: 1, segment: 2, udp: 0, icmp: 0, code: 3, shell: 4 };
  expect(english.scriptParts(counts)).toBe('1 call, 2 segments, 3 assertions, 4 shell commands');
  expect(chinese.scriptParts(counts)).toBe('1 次调用，2 个报文段，3 个断言，4 条 shell 命令');
});

const reasons: readonly NotRun[] = [
  { lacks: 'other-user' },
  { lacks: 'compiler' },
  { lacks: 'destroy-socket', said: 'S' },
  { lacks: 'ipv6', said: 'S' },
  { lacks: 'network', said: 'S' },
  { lacks: 'node', version: 20 },
  { lacks: 'kernel', since: '6.8', release: '6.1' },
  { lacks: 'linux', platform: 'darwin' },
  { lacks: 'time', waitsFor: 'W' },
  { lacks: 'sysctl', said: 'S' },
  { lacks: 'situation', said: 'S' },
  { lacks: 'end', said: 'S' },
];

test.each(reasons)('why something was not run is said in Chinese: $lacks', (why) => {
  const given = Object.entries(why).flatMap(([key, value]) => (key === 'lacks' ? [] : [String(value)]));
  for (const value of given) expect(chinese.notRun(why)).toContain(value);
  expect(chinese.notRun(why)).toMatch(/[\u4e00-\u9fff]/);
});

describe('a result in Chinese', () => {
  const spoken = inChinese(cases, experiments);
  const one = cases.find(({ id }) => id === 'G10');
  const texts: CaseTexts | undefined = textsById['G10'];
  if (one === undefined || texts === undefined) throw new Error('there is no G10');
  const { id, articles: numbers, title, claim, rules: cited, advice, laws, rowNames } = one;
  const rows = rowNames.map((name, index) => ({ name, events: [], observed: laws[0]?.rows[index] ?? null, ok: null }));
  const result = (seen: MatrixResult['cases'][number]['rows'], unrun?: MatrixResult['cases'][number]['unrun']) => {
    const facts = { id, articles: numbers, title, claim, rules: cited, advice };
    const { cases: told } = spoken.told({
      kernel: '6.18.0',
      node: 'v20.20.2',
      mode: 'root',
      durationMs: 1,
      cases: [
        { ...facts, verdict: 'refuted', because: 'in English', rows: seen, durationMs: 1, ...(unrun && { unrun }) },
      ],
    });
    return told[0];
  };

  test('has the sentence of the law that fits what was observed', () => {
    expect(result(rows)).toMatchObject({ title: texts.title, claim: texts.claim, because: texts.laws[0] });
    expect(result(rows.map((row) => ({ ...row, observed: 'another' })))?.because).toBe(chinese.newOutcome);
  });

  test('says which rows were not run', () => {
    expect(result(rows.slice(1), [{ row: 'SO_LINGER {1, 1}', why: { lacks: 'compiler' } }])?.because).toBe(
      `${texts.laws[0]}未运行：SO_LINGER {1, 1}，需要 C 编译器，PATH 里没有 cc。`,
    );
    expect(result([], [{ why: { lacks: 'compiler' } }])?.because).toBe('需要 C 编译器，PATH 里没有 cc');
  });

  test('leaves the result it was made of as it was', () => {
    const before = JSON.stringify(rows);
    result(rows);
    expect(JSON.stringify(rows)).toBe(before);
  });
});

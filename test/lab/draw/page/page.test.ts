import type { CaseResult, RowResult, Verdict } from '../../../../src/lab/record/result.js';
import { describe, expect, test } from 'vitest';
import { inGrid } from '../../../../src/lab/run/case.js';
import { articles } from '../../../../src/claims/articles.js';
import type { Event } from '../../../../src/lab/record/event.js';
import type { Json } from '../../../../src/lab/record/json.js';
import { call, look, remark } from '../../../support/events.js';
import { bindGrid } from '../../../../src/lab/draw/page/grid.js';
import { chinese } from '../../../../src/lab/draw/report-words.zh.js';
import { matrixHtml } from '../../../../src/lab/draw/page/matrix.js';
import { stateDiagram } from '../../../../src/lab/draw/page/states.js';
import { knownStates } from '../../../../src/lab/draw/page/known-states.js';

function row(name: string, observed: Json, events: readonly Event[] = []): RowResult {
  return { name, observed, ok: null, events };
}

/** Of a case that binds beside a socket, with a line of its own. */
const inLine = (one: RowResult): RowResult => ({ ...one, cell: { line: one.name, column: '' } });

function result(id: string, rows: readonly RowResult[], verdict: Verdict = 'confirmed'): CaseResult {
  const known = { articles: [], title: 'T', claim: 'c', rules: [], advice: 'Do it.' };
  return { id, ...known, verdict, because: 'b', rows, durationMs: 0 };
}

function made(actor: string, text: string, result = 'ok'): Event {
  return call(0, 'host', text, result, { actor });
}

function opened(actor: string, type = 'stream', options: Readonly<Record<string, number>> = {}): Event {
  const args = [{ family: 'IPv4', type, options }];
  return { kind: 'call', atMs: 0, endMs: 0, host: 'host', actor, name: 'socket', args, outcome: { ok: true } };
}

const anywhere = { address: '', port: 0 };

const inState = (state: string, protocol = 'tcp') => ({
  protocol,
  state,
  local: anywhere,
  remote: anywhere,
  receiveQueue: 0,
  sendQueue: 0,
  held: true,
});

const facts = { articles };

function page(results: readonly CaseResult[], unfinished?: readonly string[]): string {
  const where = { kernel: '6.18.0', node: 'v20.20.2', mode: 'root', durationMs: 1 };
  return matrixHtml({ ...where, cases: results, ...(unfinished !== undefined && { unfinished }) }, facts);
}

describe('the page in Chinese', () => {
  test('says its language, and has no word of the English page', () => {
    const where = { kernel: '6.18.0', node: 'v20.20.2', mode: 'root', durationMs: 1 };
    const verdicts = ['confirmed', 'skipped', 'refuted', 'qualified'] as const;
    const rows = [row('一行', { a: true }), row('二行', { a: [] })];
    const results = verdicts.map((verdict, index) => result(`G${index + 1}`, rows, verdict));
    const html = matrixHtml({ ...where, cases: results, unfinished: ['G9'] }, facts, chinese);
    expect(html).toMatch(/^<!doctype html><html lang="zh-CN">/);
    const said = html.replace(/<(style|script)>.*?<\/\1>/gs, '').replaceAll(/<[^>]*>/g, ' ');
    const names = ['Linux', 'Node', 'root', 'errno', 'sockwise', 'matrix', 'socket', 'bind', 'SO_REUSEADDR'];
    const words = said.match(/\b\w*[a-z]\w{2,}/gi) ?? [];
    expect(words.filter((word) => !names.includes(word) && !/^[A-Z0-9_]+$|^v\d+/.test(word))).toEqual([]);
  });
});

describe('the page', () => {
  test('has what is refuted first, then qualified, confirmed and skipped, each in the order of the claims', () => {
    const verdicts = ['confirmed', 'skipped', 'refuted', 'qualified', 'refuted'] as const;
    const html = page(verdicts.map((verdict, index) => result(`G${index + 1}`, [], verdict)));
    const ids = [...html.matchAll(/<details class="case" id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['G3', 'G5', 'G4', 'G1', 'G2']);
    const linked = [...html.matchAll(/<a href="#(\w+)" title="/g)].map(([, id]) => id);
    expect(linked).toEqual(['G1', 'G2', 'G3', 'G4', 'G5']);
  });

  test('puts what Linux does below what the article says, closed as well', () => {
    const said = { articles: ['001', '003'], claim: 'the claim', because: 'the kernel' };
    const html = page([
      { ...result('G1', [], 'refuted'), ...said },
      { ...result('G2', [], 'skipped'), because: 'it needs more' },
    ]);
    const summaries = [...html.matchAll(/<summary>(<span class="id">.*?)<\/summary>/gs)].map(([, summary = '']) =>
      summary
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/ +/g, ' ')
        .trim(),
    );
    expect(summaries).toEqual([
      'G1 refuted T Article 001 and article 003: the claim Linux: the kernel',
      'G2 skipped T Claim: c Skipped: it needs more',
    ]);
  });

  test('has a case open where it is the only one', () => {
    expect(page([result('G1', [])])).toContain('data-verdict="confirmed" open>');
    expect(page([result('G1', []), result('G2', [])])).not.toContain(' open>');
  });

  test('has rows that follow each other with one outcome together', () => {
    const html = page([result('G1', [row('a', 'ok'), row('b', 'ok'), row('c', 'EACCES'), row('d', 'ok')])]);
    const given = [...html.matchAll(/<td data-head="Given">(.*?)<\/td>/g)].map(([, names]) => names);
    expect(given).toEqual(['<div>a</div><div>b</div>', 'c', 'd']);
  });

  test('leads from what to do to the cases it names, where the page has them', () => {
    const html = page([{ ...result('G1', []), advice: 'Set it (G2, G3).' }, result('G2', [])]);
    expect(html).toContain('Set it (<a href="#G2">G2</a>, G3)');
  });

  test('says that the run was interrupted, and only then', () => {
    expect(page([result('G1', [])])).not.toContain('Interrupted');
    expect(page([result('G1', [])], ['G2', 'G3'])).toContain('Interrupted: 1 of 3 cases had ended.');
  });

  test('calls the parts of an observation by their labels', () => {
    const labels = { portHeld: 'port held', repeatedFin: 'repeated FIN' };
    const html = page([{ ...result('G5', [row('r', { portHeld: true, repeatedFin: 'ACK' })]), labels }]);
    expect(html).toContain('port held:</span> <code>yes</code>');
    expect(html).toContain('repeated FIN:');
  });

  test('draws the cases that bind beside a socket, and no others', () => {
    const failed = [row('one', 'bind EADDRINUSE'), row('two', 'ok')];
    const html = page([result('C7', failed.map(inLine)), result('C18', failed), result('S15', failed)]);
    const grids = html.slice(html.indexOf('id="binds"'));
    expect([...grids.matchAll(/<h3><a href="#(\w+)"/g)].map(([, id]) => id)).toEqual(['C7']);
  });
});

describe('the grid of binds', () => {
  const heads = (html: string): string[] =>
    [...html.matchAll(/<th scope="col">([^<]*)</g)].map(([, text = '']) => text);
  const lines = (html: string): string[] =>
    [...html.matchAll(/<th scope="row">([^<]*)</g)].map(([, text = '']) => text);

  test('has the call that failed with its errno', () => {
    const html = bindGrid(
      result('C9', [row('a', 'listen EADDRINUSE'), row('b', 'EACCES'), row('c', 'ok')].map(inLine)),
    );
    expect([...html.matchAll(/<td class="cell mono (\w+)">([^<]*)</g)].map(([, kind, text]) => [kind, text])).toEqual([
      ['refuted', 'listen EADDRINUSE'],
      ['refuted', 'EACCES'],
      ['confirmed', 'ok'],
    ]);
  });

  test('has the columns of its rows', () => {
    const cells = [inGrid('A then B', 'only bound'), inGrid('A, B', 'only bound'), inGrid('A then B', 'UDP, one')];
    const html = bindGrid(
      result(
        'C7',
        cells.map((cell) => ({ ...row('', 'ok'), ...cell })),
      ),
    );
    expect(heads(html)).toEqual(['only bound', 'UDP, one']);
    expect(lines(html)).toEqual(['A then B', 'A, B']);
    expect([...html.matchAll(/<td class="cell/g)]).toHaveLength(3);
  });

  test('is a list where the rows have no columns, and leaves out rows that do something else', () => {
    const rows = [row('A, one', 'ok'), row('B, two', 'ok')].map(inLine);
    const html = bindGrid(result('S18', [...rows, row('C', 'ok')]));
    expect(heads(html)).toEqual(['Linux did']);
    expect(lines(html)).toEqual(['A, one', 'B, two']);
    expect(bindGrid(result('S18', [row('C', 'ok')]))).toBe('');
  });
});

describe('the states of a case', () => {
  const known = (...events: readonly Event[]) => knownStates(result('G5', [row('r', 'ok', events)]));

  test('are those the kernel showed, of TCP', () => {
    expect(known(look([inState('ESTABLISHED', 'udp'), inState('LISTEN')])).seen).toEqual(['LISTEN']);
    expect(known(remark('state of the client', 'CLOSE_WAIT')).seen).toEqual(['CLOSE_WAIT']);
  });

  test('are those a call led through, and those before a later one', () => {
    const socket = opened('client');
    expect(known(socket, made('client', 'connect(192.168.0.1:80)'))).toEqual({
      seen: [],
      passed: ['SYN_SENT', 'ESTABLISHED'],
    });
    expect(known(socket, made('client', 'connect(192.168.0.1:80)', 'ECONNREFUSED')).passed).toEqual(['SYN_SENT']);
    expect(known(made('echo server', 'listen(5)'), made('echo server', 'accept()')).passed).toEqual([
      'LISTEN',
      'ESTABLISHED',
    ]);
    expect(known(look([inState('LAST_ACK')]))).toEqual({
      seen: ['LAST_ACK'],
      passed: ['ESTABLISHED', 'CLOSE_WAIT'],
    });
  });

  test('are not those that do not follow', () => {
    expect(known(opened('s', 'dgram'), made('s', 'connect(192.168.0.1:80)')).passed).toEqual([]);
    expect(known(opened('s'), made('s', 'connect(AF_UNSPEC)')).passed).toEqual([]);
    expect(known(made('l', 'listen(128)', 'EADDRINUSE')).passed).toEqual([]);
    const early = opened('l', 'stream', { TCP_FASTOPEN: 5 });
    expect(known(early, made('l', 'listen(128)'), made('l', 'accept()')).passed).toEqual(['LISTEN']);
  });

  test('are told apart in the diagram, whose edges are those of RFC 9293, with arrowheads', () => {
    const svg = stateDiagram(result('G5', [row('r', 'ok', [look([inState('TIME_WAIT')])])]));
    const marked = [...svg.matchAll(/class="state (\w+)"><rect [^>]*><text [^>]*>(\w+)</g)].map(([, ...kind]) => kind);
    expect(marked).toEqual([
      ['passed', 'FIN_WAIT1'],
      ['visited', 'TIME_WAIT'],
    ]);
    const edges = [...svg.matchAll(/<path class="edge" d="([^"]*)"/g)].map(([, d = '']) => d);
    // Figure 5 has 19 arrows, two of them back on the way to CLOSED.
    expect(edges).toHaveLength(17);
    expect(edges.filter((d) => d.match(/M/g)?.length === 3)).toHaveLength(2);
    for (const d of edges) expect(d).toMatch(/^M\S+ \S+L\S+ \S+M\S+ \S+L\S+ \S+L/);
    expect(stateDiagram(result('G5', [row('r', 'ok')]))).toBe('');
  });
});

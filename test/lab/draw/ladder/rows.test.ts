import { describe, expect, test } from 'vitest';
import { type FoldRow, isSegment, type LadderRow } from '../../../../src/lab/draw/ladder/row.js';
import { rowsOf } from '../../../../src/lab/draw/ladder/rows.js';
import { quietMs } from '../../../../src/lab/draw/ladder/fold.js';
import { PacketWords } from '../../../../src/lab/draw/ladder/packet-words.js';
import { foldText, spanText, timeText } from '../../../../src/lab/draw/ladder/words.js';
import type { Trace, TraceSegment } from '../../../../src/lab/record/trace.js';
import {
  dialogue,
  halfClosed,
  longRun,
  lostFin,
  plainClose,
  refusedConnect,
  restlessRun,
  slowBurst,
  timeWaitGap,
  traces,
} from '../../../support/traces.js';

const folds = (rows: readonly LadderRow[]): FoldRow[] => rows.flatMap((row) => (row.kind === 'fold' ? [row] : []));

/** Every segment is in a row or counted in a fold, none twice. */
function counted(rows: readonly LadderRow[]): number {
  return rows.reduce(
    (sum, row) => sum + (row.kind === 'packet' ? 1 : row.kind === 'fold' ? row.segments + row.packets : 0),
    0,
  );
}

describe('rows', () => {
  test.each(traces.map((trace) => [trace.name, trace] as const))(
    'of %s are in order, bounded and complete',
    (_, trace) => {
      const rows = rowsOf(trace);
      const times = rows.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(rows.filter(({ kind }) => kind !== 'state').length).toBeLessThanOrEqual(150);
      expect(counted(rows)).toBe(trace.segments.length + (trace.packets?.length ?? 0));
      expect(folds(rows).reduce((sum, { omitted }) => sum + omitted, 0)).toBe(trace.omitted?.count ?? 0);
    },
  );

  test('of a short run are not folded', () => {
    expect(folds(rowsOf(plainClose))).toEqual([]);
  });

  test('fold like segments, and leave those that open and close', () => {
    const rows = rowsOf(longRun);
    const fold = folds(rows);
    expect(fold).toHaveLength(1);
    expect(fold[0]).toMatchObject({ segments: 99_996, omitted: 5_000_000, lost: 0, again: 0 });
    expect(fold.map((row) => foldText(row))).toEqual([
      '… 99,996 segments, 72,397,104 bytes, 5,000,000 more in the capture file only …',
    ]);
    const words = new PacketWords(longRun);
    const shown = rows.flatMap((row) => (row.kind === 'packet' ? [words.of(row.packet)] : []));
    expect(shown.slice(0, 2)).toEqual(['SYN seq=0', 'SYN ACK seq=0 ack=1']);
    expect(shown.at(-1)).toBe('FIN ACK seq=72400001 ack=1');
  });

  test('fold calls, losses and states too where there are very many', () => {
    const [fold] = folds(rowsOf(restlessRun));
    expect(fold?.calls).toBeGreaterThan(2900);
    expect(fold?.lost).toBeGreaterThan(2900);
    expect(fold?.states.map(({ state }) => state)).toEqual(['CLOSED']);
  });

  test('fold a burst with the ACKs that answer it; calls amid it stand beside', () => {
    const rows = rowsOf(slowBurst);
    expect(folds(rows)).toMatchObject([{ segments: 10, bytes: 3 * 1448, lost: 0 }]);
    const words = new PacketWords(slowBurst);
    expect(rows.flatMap((row) => (row.kind === 'packet' ? [words.of(row.packet)] : [])).slice(3)).toEqual([
      'ACK seq=1 ack=1 len=1448',
      'ACK seq=1449 ack=1 len=1448',
      'ACK seq=2897 ack=1 len=1448',
      'ACK seq=4345 ack=1 len=1448',
      'ACK seq=5793 ack=1 len=1448',
      'ACK seq=7241 ack=1 len=1448',
      'ACK seq=8689 ack=1 len=1448',
      'ACK ack=5793',
      'ACK ack=5793',
      'ACK seq=5793 ack=1 len=1448 again',
      'ACK ack=14481',
    ]);
    expect(rows.flatMap((row) => (row.kind === 'call' ? [row.call.event] : []))).toEqual(slowBurst.events);
    expect(rows.filter(({ kind }) => kind === 'return')).toHaveLength(2);
  });

  test('fold a burst where those before it have arrived', () => {
    const rows = rowsOf(slowBurst);
    const at = rows.findIndex(({ kind }) => kind === 'fold');
    const before = rows.slice(0, at).flatMap((row) => (row.kind === 'packet' ? [row.packet.receivedMs ?? 0] : []));
    expect(Math.max(...before)).toBeLessThanOrEqual(rows[at]?.atMs ?? 0);
  });

  test('of question and answer are not folded', () => {
    expect(dialogue.segments.length).toBeGreaterThan(9);
    expect(folds(rowsOf(dialogue))).toEqual([]);
  });

  test('show the segment that acknowledges a FIN', () => {
    const rows = rowsOf(halfClosed);
    expect(folds(rows)).toHaveLength(1);
    const acks = rows.flatMap((row) =>
      row.kind === 'packet' && isSegment(row.packet) && row.packet.ack === 2 ? [row.packet] : [],
    );
    expect(acks[0]).toBe(halfClosed.segments.find(({ ack }) => ack === 2));
  });

  test('are quiet only where no fold goes on', () => {
    const [fold] = folds(rowsOf(slowBurst));
    const { beginMs, endMs } = fold ?? { beginMs: 0, endMs: 0 };
    expect(quietMs(folds(rowsOf(slowBurst)), beginMs + 1, endMs - 1)).toBe(0);
    expect(quietMs(folds(rowsOf(slowBurst)), beginMs - 3, endMs + 5)).toBeCloseTo(8);
    expect(quietMs([], 1, 5)).toBe(4);
  });

  test('show where a call returned that waited, and only of those', () => {
    const returns = rowsOf(timeWaitGap).flatMap((row) => (row.kind === 'return' ? [row.call.text] : []));
    expect(returns).toEqual(['waitForState(CLOSED)']);
    expect(rowsOf(refusedConnect).filter(({ kind }) => kind === 'return')).toEqual([]);
  });

  test('keep the error of a long run', () => {
    const broken: Trace = { ...restlessRun, error: { atMs: 1500, message: 'enough' } };
    expect(rowsOf(broken)).toContainEqual({ kind: 'error', atMs: 1500, message: 'enough' });
  });
});

describe('words', () => {
  const one = plainClose.segments[3];
  const again = lostFin.segments[4];
  test.each<[TraceSegment | undefined, string]>([
    [one, 'PSH ACK seq=1 ack=1 len=5'],
    [plainClose.segments[2], 'ACK ack=1'],
    [again, 'FIN ACK seq=1 ack=1 again'],
    [refusedConnect.segments[1], 'RST ACK seq=0 ack=1'],
  ])('of segment %#', (segment, text) => {
    expect(segment === undefined ? '' : new PacketWords({ segments: [] }).of(segment)).toBe(text);
  });

  test.each([
    [0, '0.00 ms'],
    [999.994, '999.99 ms'],
    [999.996, '1.000 s'],
    [60_004.9, '60.005 s'],
  ])('of the time %d', (ms, text) => expect(timeText(ms)).toBe(text));

  test.each([
    [204.1, '204 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_900, '59.9 s'],
    [120_000, '120 s'],
  ])('of the span %d', (ms, text) => expect(spanText(ms)).toBe(text));
});

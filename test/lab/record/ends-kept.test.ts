import { expect, test } from 'vitest';
import { rowsOf } from '../../../src/lab/draw/ladder/rows.js';
import { pktScript } from '../../../src/lab/draw/pkt-script.js';
import { remarksOf } from '../../../src/lab/draw/remarks.js';
import { EndsKept } from '../../../src/lab/record/ends-kept.js';
import { Recorder } from '../../../src/lab/record/recorder.js';
import type { Trace } from '../../../src/lab/record/trace.js';
import { base } from '../../support/trace-parts.js';

test.each([
  { count: 5, kept: [0, 1, 2, 3, 4], omitted: undefined },
  { count: 6, kept: [0, 1, 2, 4, 5], omitted: { count: 1, afterIndex: 2 } },
  { count: 7, kept: [0, 1, 2, 5, 6], omitted: { count: 2, afterIndex: 2 } },
  { count: 1000, kept: [0, 1, 2, 998, 999], omitted: { count: 995, afterIndex: 2 } },
])('of $count the three first and the two last are kept', ({ count, kept, omitted }) => {
  const ends = new EndsKept<number>(3, 2);
  for (let number = 0; number < count; number++) ends.add(number);
  expect({ kept: ends.kept, omitted: ends.omitted, last: ends.last }).toEqual({ kept, omitted, last: count - 1 });
});

test('of 40,000 events the ends are kept, and pictures, captures and scripts say how many are missing', () => {
  const recorder = new Recorder();
  for (let number = 0; number < 40_000; number++)
    recorder.add({ kind: 'remark', host: 'client', text: String(number) });
  const { events, omitted } = recorder;
  expect({ count: events.length, omitted }).toEqual({
    count: 25_000,
    omitted: { count: 15_000, afterIndex: 19_999 },
  });
  const trace: Trace = {
    ...base,
    name: 'long',
    title: 'Long',
    events,
    omittedEvents: { count: 15_000, afterIndex: 9 },
  };
  const said = '15,000 events are not in the record';
  expect(rowsOf(trace).some((row) => row.kind === 'mark' && row.mark.text === said)).toBe(true);
  expect(remarksOf(trace).findIndex(({ text }) => text === said)).toBeGreaterThan(0);
  const [client, server] = base.hosts;
  const hosts = [client, server].flatMap((host, index) =>
    host === undefined ? [] : [{ ...host, scripted: index === 1 }],
  );
  expect(pktScript({ ...trace, hosts }).cannot).toContain('the middle of the run, which is not in the record');
});

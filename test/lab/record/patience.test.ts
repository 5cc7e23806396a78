import { afterEach, expect, test, vi } from 'vitest';
import { isPatienceSet, patience, patient, setPatience } from '../../../src/lab/record/patience.js';
import { until } from '../../../src/lab/record/until.js';

afterEach(() => void vi.unstubAllEnvs());

const given = (text: string): unknown => vi.stubEnv('SOCKWISE_PATIENCE', text);

test('deadlines are as they stand where nobody has set a factor, or none that is one', () => {
  for (const text of [undefined, '', 'x', '0', '-1', 'NaN', '101', 'Infinity']) {
    vi.stubEnv('SOCKWISE_PATIENCE', text);
    expect([text, patience(), patient(5000)]).toEqual([text, 1, 5000]);
  }
});

test('a factor multiplies each, as far as a timer can count', () => {
  given('2.5');
  expect(isPatienceSet()).toBe(true);
  expect([patient(5000), patient(1), patient(2 ** 31 - 1)]).toEqual([12_500, 3, 2 ** 31 - 1]);
});

test('what is set is for the processes that are started, too', () => {
  given('1');
  setPatience(3);
  expect([process.env['SOCKWISE_PATIENCE'], patience()]).toEqual(['3', 3]);
});

test('what is measured is at least 1, and bounded', () => {
  given('1');
  setPatience();
  expect(patience()).toBeGreaterThanOrEqual(1);
  expect(patience()).toBeLessThanOrEqual(20);
});

test('until() waits the longer time, and names it', async () => {
  given('20');
  const begin = performance.now();
  await expect(until(() => undefined, 'never', { deadlineMs: 5 })).rejects.toMatchObject({
    message: expect.stringContaining('after 100 ms'),
  });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(100);
});

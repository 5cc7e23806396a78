import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { type Frame, FrameStore } from '../../../src/lab/wire/frame-store.js';

function newStore(): FrameStore {
  const store = new FrameStore();
  onTestFinished(() => store.close());
  return store;
}

function frame(atNs: bigint, text: string, change: Partial<Frame> = {}): Frame {
  return { interface: 0, atNs, outgoing: false, forOthers: false, bytes: Buffer.from(text), ...change };
}

function told(store: FrameStore): string[] {
  return [...store.frames()].map(({ interface: index, atNs, outgoing, forOthers, bytes }) =>
    [index, atNs, outgoing, forOthers, Buffer.from(bytes).toString()].join(),
  );
}

const begin = 1_800_000_000_123_456_789n;

test('frames come in order of time, those of one moment as they came, with all that is known of them', () => {
  const store = newStore();
  store.add(frame(begin + 2n, 'third', { interface: 255, outgoing: true }));
  store.add(frame(begin - 1n, 'first', { forOthers: true }));
  store.add(frame(begin, 'second'));
  store.add(frame(begin + 2n, 'fourth', { interface: 1 }));
  expect(store.count).toBe(4);
  expect(told(store)).toEqual([
    `0,${begin - 1n},false,true,first`,
    `0,${begin},false,false,second`,
    `255,${begin + 2n},true,false,third`,
    `1,${begin + 2n},false,false,fourth`,
  ]);
});

test('frames that are added after a reading are there in the next one', () => {
  const store = newStore();
  store.add(frame(begin + 1n, 'b'));
  expect(told(store)).toHaveLength(1);
  store.add(frame(begin, 'a'));
  expect(told(store).map((line) => line.at(-1))).toEqual(['a', 'b']);
});

test('a frame stays what it is while the reader goes on, also one longer than what is read at once', () => {
  const store = newStore();
  const sizes = [10, 70_000, 65_536, 1, 65_550, 300];
  for (const [index, size] of sizes.entries())
    store.add(frame(begin + BigInt(index), String(index).repeat(size), { interface: index % 2 }));
  const kept = [...store.frames()].map(({ bytes }) => bytes);
  expect(kept.map(({ length }) => length)).toEqual(sizes);
  for (const [index, bytes] of kept.entries()) expect(new Set(bytes)).toEqual(new Set([48 + index]));
});

/** Memory in use, when what is unused has been collected. */
function inUse(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('a frame takes at most 32 bytes of memory, whatever its length', () => {
  // So many that what else the process keeps meanwhile, half a megabyte, does not count.
  const count = 500_000;
  const store = newStore();
  const before = inUse();
  const bytes = new Uint8Array(60);
  for (let number = 0; number < count; number++) store.add(frame(begin + BigInt(number), '', { bytes }));
  const each = (inUse() - before) / count;
  expect(store.count).toBe(count);
  expect(each).toBeLessThan(32);
});

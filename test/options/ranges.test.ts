import { release } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { SystemCallError } from '../../src/errors.js';
import { native } from '../../src/native/load.js';
import { writeOption } from '../../src/options/access.js';
import { catalog } from '../../src/options/catalog.js';
import { isSince } from '../../src/options/kernel-version.js';
import { type OptionSpec, socketOfLevel } from '../../src/options/spec.js';
import { openSocket, supports } from '../../src/options/supports.js';
import type { OptionName, SettableOption } from '../../src/options/types.js';
import { needs } from '../support/needs.js';

const int32Max = 2 ** 31 - 1;
const ints = (Object.entries(catalog) as [OptionName, OptionSpec][]).filter(
  ([, { kind, access }]) => kind === 'int' && access !== 'get',
);

const opened: number[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) native.close(fd);
});

/** What setsockopt(2) says to the number on a fresh socket, past the catalogue. */
function kernelOn(name: OptionName, spec: OptionSpec, value: number): string {
  const fd = openSocket(spec.on ?? socketOfLevel[spec.level]);
  if (fd < 0) return new SystemCallError(fd, 'socket').code;
  opened.push(fd);
  const [level, optname] = [spec.level, name].map((constant) => native.constants[constant] ?? -1);
  try {
    if (spec.needs?.includes('TCP_REPAIR')) writeOption(fd, 'TCP_REPAIR', 1);
    writeOption(fd, { level: level ?? -1, optname: optname ?? -1, bytes: new Uint8Array(Int32Array.of(value).buffer) });
    return 'ok';
  } catch (error) {
    if (error instanceof SystemCallError) return error.code;
    throw error;
  }
}

/** Negative numbers that mean something, and numbers that mean nothing as the kernel reads none. */
const meaningful: readonly OptionName[] = [
  'SO_CNX_ADVICE',
  'SO_INCOMING_CPU',
  'SO_PEEK_OFF',
  // 32 bits, as the handle of a queueing class.
  'SO_PRIORITY',
  // Off, as 0.
  'TCP_DEFER_ACCEPT',
  'TCP_LINGER2',
  'IPV6_CHECKSUM',
];

/** Linux 6.1 takes any number for the delay, 6.18 refuses what it cannot hold. */
function isUnchecked(name: string): boolean {
  return name === 'TCP_TX_DELAY' && !isSince('6.18', release());
}

test('no negative number becomes another in silence', () => {
  const taken = ints.filter(([name, spec]) => kernelOn(name, spec, -2) === 'ok').map(([name]) => name);
  const bounded = ints.filter(([, { bounds }]) => bounds !== undefined).map(([name]) => name);
  expect(bounded).toContain('SO_RCVBUF');
  const wrong = taken.filter((name) => !bounded.includes(name) && !meaningful.includes(name));
  expect(wrong.filter((name) => !isUnchecked(name))).toEqual([]);
});

describe('a number the kernel would make another of is not passed on', () => {
  for (const [name, { bounds }] of ints) {
    if (bounds === undefined) continue;
    test(`${name}: ${bounds.join(' to ')}`, () => {
      const outside = [bounds[0] - 1, bounds[1] + 1];
      for (const value of outside) {
        expect(() => writeOption(-1, name as SettableOption, value as never)).toThrow(
          expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
        );
      }
    });
  }
});

describe('the kernel takes both ends of a range and refuses what is beyond', () => {
  for (const [name, spec] of ints) {
    const { range } = spec;
    if (range === undefined) continue;
    const [low, high] = range;
    test(`${name}: ${low} to ${high}`, (context) => {
      needs(context, supports(name), `this kernel does not know ${name}`, 'kernel');
      const ends = [low, high].map((value) => kernelOn(name, spec, value));
      needs(context, !ends.includes('EPERM'), `${name} needs a right this process lacks`);
      needs(context, !isUnchecked(name), `this kernel takes any number for ${name}`, 'kernel');
      expect(ends).toEqual(['ok', 'ok']);
      expect(kernelOn(name, spec, low - 1)).toBe('EINVAL');
      if (high < int32Max) expect(kernelOn(name, spec, high + 1)).toBe('EINVAL');
    });
  }
});

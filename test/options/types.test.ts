import { expectTypeOf, test } from 'vitest';
import { writeOption } from '../../src/options/access.js';
import type { OptionInput, OptionValue, ReadableOption, SettableOption } from '../../src/options/types.js';
import type { Linger, TcpInfo } from '../../src/options/values.gen.js';

// What must not compile. Never called: the compiler is the test.
export const mistakes = [
  // @ts-expect-error a wrong value
  () => writeOption(0, 'SO_REUSEADDR', 1),
  // @ts-expect-error a read-only option
  () => writeOption(0, 'SO_TYPE', 1),
  // @ts-expect-error an unknown name
  () => writeOption(0, 'SO_NOTHING', 1),
  // @ts-expect-error a field that is missing
  () => writeOption(0, 'SO_LINGER', { on: true }),
  // @ts-expect-error a value of one option, for a name that may be another's
  (name: 'SO_LINGER' | 'TCP_NODELAY') => writeOption(0, name, true),
  // @ts-expect-error nothing suits every option
  (name: SettableOption) => writeOption(0, name, 1),
];

test('the type of a value follows from the row', () => {
  expectTypeOf<OptionValue<'SO_REUSEADDR'>>().toEqualTypeOf<boolean>();
  expectTypeOf<OptionValue<'SO_LINGER'>>().toEqualTypeOf<Linger>();
  expectTypeOf<OptionValue<'TCP_INFO'>>().toEqualTypeOf<TcpInfo>();
  expectTypeOf<OptionValue<'SO_COOKIE'>>().toEqualTypeOf<bigint>();
});

test('a name that is one of several takes what suits them all', () => {
  expectTypeOf<OptionInput<'TCP_NODELAY'>>().toEqualTypeOf<boolean>();
  expectTypeOf<OptionInput<'TCP_NODELAY' | 'SO_KEEPALIVE'>>().toEqualTypeOf<boolean>();
  expectTypeOf<OptionInput<'TCP_KEEPIDLE' | 'SO_MARK'>>().toEqualTypeOf<number>();
  expectTypeOf<OptionInput<'TCP_KEEPIDLE' | 'TCP_NODELAY'>>().toEqualTypeOf<never>();
});

test('read-only options cannot be set, set-only ones cannot be read', () => {
  expectTypeOf<'SO_TYPE'>().not.toExtend<SettableOption>();
  expectTypeOf<'SO_ATTACH_FILTER'>().not.toExtend<ReadableOption>();
  expectTypeOf<'SO_LINGER'>().toExtend<SettableOption & ReadableOption>();
});

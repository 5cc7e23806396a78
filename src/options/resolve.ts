import { int32Max, integer, invalidArgument, UsageError } from '../errors.js';
import { nearest } from '../nearest.js';
import { native } from '../native/load.js';
import { catalog } from './catalog.js';
import { boundsOf, codecs } from './codec.js';
import type { Codec, NamedSpec } from './codec-shape.js';
import type { Kind } from './kinds.js';
import { type Level, type OptionSpec, socketOfLevel } from './spec.js';
import type { OptionName } from './types.js';

/**
 * All that reading and setting an option takes, looked up once. The codec is spread out, because codecs differ in shape and these
 * objects do not: V8 reads the properties of one shape fastest.
 */
export interface Resolved extends NamedSpec {
  readonly level: number;
  readonly level6: number | undefined;
  readonly optname: number;
  readonly kind: Kind;
  /** Of an `int`: what is passed on. */
  readonly low: number;
  readonly high: number;
  readonly capacity: number;
  readonly shortest: number;
  readonly ask: Codec<unknown>['ask'];
  readonly encode: Codec<unknown>['encode'];
  readonly decode: Codec<unknown>['decode'];
  readonly readable: boolean;
  readonly settable: boolean;
}

const rows = new Map<string, OptionSpec>(Object.entries(catalog));
const resolved = new Map<string, Resolved>();

/**
 * What to ask the kernel for a name.
 *
 * @throws {UsageError} `ERR_OPTION_UNKNOWN` - not in the catalogue; `ERR_OPTION_UNSUPPORTED` - not on this system.
 */
export function resolve(name: string): Resolved {
  const row = resolveIfHere(name);
  if (row === undefined) {
    throw new UsageError('ERR_OPTION_UNSUPPORTED', `${name}: not available on ${process.platform}`);
  }
  return row;
}

/** The same, but `undefined` for what this system lacks. */
export function resolveIfHere(name: string): Resolved | undefined {
  const known = resolved.get(name);
  if (known !== undefined) return known;
  const spec = rows.get(name);
  if (typeof name !== 'string') throw invalidArgument('option', 'the C name of an option', name);
  if (spec === undefined) {
    throw new UsageError(
      'ERR_OPTION_UNKNOWN',
      `${name}: not in the catalogue of options; did you mean ${nearest(name, [...rows.keys()])}?`,
    );
  }
  const level = native.constants[spec.level];
  const optname = native.constants[name];
  if (typeof level !== 'number' || typeof optname !== 'number') return undefined;
  const level6 = spec.level6 && native.constants[spec.level6];
  const [low, high] = boundsOf(spec);
  const { capacity, shortest = 0, ask, encode, decode } = codecs[spec.kind];
  const row: Resolved = {
    name,
    spec,
    level,
    level6: level6 ?? undefined,
    optname,
    kind: spec.kind,
    low,
    high,
    capacity,
    shortest,
    ask,
    encode,
    decode,
    readable: spec.access !== 'set',
    settable: spec.access !== 'get',
  };
  resolved.set(name, row);
  return row;
}

/** The numbers of the levels, from this system's headers; `undefined` for those it lacks. */
export const levels = Object.fromEntries(
  Object.keys(socketOfLevel).map((name) => [name, native.constants[name] ?? undefined]),
) as { readonly [L in Level]: number | undefined };

/** The number of a level that was given by name or number. */
export function levelNumber(level: unknown): number {
  if (typeof level !== 'string') return integer(level, 'level', 0, int32Max);
  if (!Object.hasOwn(levels, level))
    throw invalidArgument('level', `a number or one of ${Object.keys(levels).join(', ')}`, level);
  const number = levels[level as Level];
  if (number === undefined)
    throw new UsageError('ERR_OPTION_UNSUPPORTED', `${level}: not available on ${process.platform}`);
  return number;
}

/** The names of the catalogue, in its order. */
export const optionNames = [...rows.keys()] as readonly OptionName[];

import type { Scanner } from './scanner.js';

/** A number, decimal or with 0x, if one is next. */
export function readNumber(scanner: Scanner): number | undefined {
  const { place } = scanner;
  const text = scanner.take(/-?(?:0x[0-9a-f]+|\d+)(?![0-9a-z_.])/iy);
  if (text === undefined) return undefined;
  const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
  return Number.isSafeInteger(value) ? value : scanner.refuse(`expected a number of 53 bits, got ${text}`, place);
}

/** A number of so many bits; `what` names it. */
export function readUnsigned(scanner: Scanner, what: string, bits: number): number {
  const { place } = scanner;
  const value = readNumber(scanner) ?? scanner.fail(what);
  return value >= 0 && value < 2 ** bits
    ? value
    : scanner.refuse(`${what}: expected ${bits} bits, got ${value}`, place);
}

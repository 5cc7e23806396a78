import { check } from '../errors.js';
import { frame, native } from '../native/load.js';
import type { OptionValues, OptionValue } from './types.js';
const names: Record<string, [number, number]> = { SO_DOMAIN: [1, 39], SO_ERROR: [1, 4], SO_REUSEADDR: [1, 2], TCP_NODELAY: [6, 1] };
export function readOption<N extends string>(fd: number, name: N): OptionValue<N> {
  const [l = 0, o = 0] = names[name] ?? [];
  frame[0] = fd; frame[1] = l; frame[2] = o; frame[3] = 4;
  check(native.getsockopt(), 'getsockopt', { option: name });
  return new Int32Array(native.scratch)[16] as OptionValue<N>;
}
export function writeOption(fd: number, name: string, value: number): void {
  const [l = 0, o = 0] = names[name] ?? [];
  frame[0] = fd; frame[1] = l; frame[2] = o; frame[3] = 4; new Int32Array(native.scratch)[16] = value;
  check(native.setsockopt(), 'setsockopt', { option: name });
}
export function writeOptions(fd: number, values: OptionValues): void { for (const k in values) writeOption(fd, k, values[k] ?? 0); }

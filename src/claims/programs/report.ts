import { writeSync } from 'node:fs';

/** Tells the lab of a call. Written at once: the process may be killed next. */
export function report(call: string, result: string, details: Record<string, unknown> = {}): void {
  writeSync(1, `${JSON.stringify({ call, result, ...details })}\n`);
}

/** Makes a call and tells what came of it, and what was passed if `args` are given; `undefined` if it failed. */
export function reporting<T>(
  call: string,
  make: () => T,
  details: (value: T) => Record<string, unknown> = () => ({}),
  args: readonly (string | number)[] = [],
): T | undefined {
  try {
    const value = make();
    report(call, 'ok', { args, ...details(value) });
    return value;
  } catch (error) {
    reportFailure(call, error, { args });
    return undefined;
  }
}

export function reportFailure(call: string, error: unknown, details: Record<string, unknown> = {}): void {
  const { code = String(error), errno } = error as NodeJS.ErrnoException;
  report(call, code, { errno, ...details });
}

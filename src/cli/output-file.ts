import { messageOf } from '../errors.js';
import { closeSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { UsageError } from '../index.js';
import { reportUnwritten } from './exit.js';

/** Opened before the run, so that a minute's results are not lost to a path that cannot be written. */
export function openForWriting(file: string, flag: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${flag}: ${messageOf(error)}`);
  }
}

/**
 * Writes a file, or what `openForWriting` opened. A failure is told in a line, and the program goes on to its other
 * results.
 */
export function writeOutput(file: string | number, text: string, flag: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    reportUnwritten(flag, error);
  } finally {
    if (typeof file === 'number') closeSync(file);
  }
}

/** Takes away a file that nothing was written to, since there is no recording. */
export function removeEmpty(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true && found.size === 0) rmSync(file);
}

import { openSync } from 'node:fs';
import { UsageError } from '../index.js';

/** Opened before the run, so that a minute's results are not lost to a path that cannot be written. */
export function openForWriting(file: string, flag: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new UsageError('ERR_ARGUMENT_INVALID', `${flag}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

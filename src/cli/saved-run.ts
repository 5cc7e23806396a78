import { messageOf } from '../errors.js';
import { readFileSync } from 'node:fs';
import { UsageError } from '../index.js';
import type { SavedRun } from '../lab/index.js';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isRow(value: unknown): boolean {
  return isObject(value) && typeof value['name'] === 'string' && value['observed'] !== undefined;
}

function isCase(value: unknown): boolean {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['verdict'] !== 'string') return false;
  return Array.isArray(value['rows']) && value['rows'].every(isRow);
}

function isSavedRun(value: unknown): value is SavedRun {
  if (!isObject(value) || typeof value['kernel'] !== 'string') return false;
  return Array.isArray(value['cases']) && value['cases'].every(isCase);
}

/** What `sockwise matrix --json` printed before. Read before the run, so that a minute is not lost to a wrong name. */
export function readSavedRun(file: string): SavedRun {
  const wrong = (why: string): UsageError => new UsageError('ERR_ARGUMENT_INVALID', `--compare: ${why}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(messageOf(error));
  }
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch (error) {
    throw wrong(`${file} is not JSON: ${messageOf(error)}`);
  }
  if (isSavedRun(saved)) return saved;
  throw wrong(`${file} is not what "sockwise matrix --json" prints`);
}

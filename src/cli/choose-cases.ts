import { UsageError } from '../index.js';
import { type Case, cases } from '../claims/index.js';
import { nearest } from '../nearest.js';

function caseById(id: string): Case {
  const wanted = id.toUpperCase();
  const found = cases.find((candidate) => candidate.id === wanted);
  if (found !== undefined) return found;
  const ids = cases.map((candidate) => candidate.id);
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `unknown case ${JSON.stringify(id)}; did you mean ${nearest(wanted, ids)}?`,
  );
}

/** The cases with these ids, in this order, each once. An unknown id is an error that names the nearest. */
export function casesById(ids: readonly string[]): Case[] {
  return [...new Set(ids.map(caseById))];
}

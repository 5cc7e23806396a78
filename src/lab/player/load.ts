import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { UsageError } from '../../index.js';
import type { Experiment } from '../experiment/experiment.js';

function isExperiment(value: unknown): value is Experiment {
  return typeof value === 'object' && value !== null && 'record' in value && 'variants' in value && 'title' in value;
}

/** Node reads TypeScript by itself from 22.18 on, and enums and the like not even then. */
async function importFile(path: string): Promise<unknown> {
  if (/\.[cm]?ts$/.test(path)) return await createJiti(import.meta.url, { fsCache: false }).import(path);
  return await import(pathToFileURL(path).href);
}

/** The experiments a file exports, under any name, or in arrays. */
export async function loadExperiments(file: string): Promise<Experiment[]> {
  const exported = Object.values((await importFile(resolve(file))) as Record<string, unknown>);
  const found = [...new Set(exported.flat())].filter(isExperiment);
  if (found.length === 0)
    throw new UsageError('ERR_ARGUMENT_INVALID', `${file} exports no experiment: export default experiment(...)`);
  return found;
}

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../index.js';
import type { PktSettings } from '../pkt/settings.js';
import { exportedFrom, whileDefining } from './defined.js';
import type { Experiment } from './experiment-shape.js';
import { pktExperiment, shortName } from './load-pkt.js';
import { messageWithoutPosition, positionOf } from '../record/position.js';
import { registerTypescript } from './register-typescript.js';

async function importFile(path: string): Promise<unknown> {
  if (/\.[cm]?ts$/.test(path)) await registerTypescript();
  return await import(pathToFileURL(path).href);
}

/** An error of the parser of modules does not say where (`node --check` does): the line, as `:7`. */
async function lineOfSyntaxError(path: string): Promise<string> {
  return await new Promise((done) => {
    execFile(process.execPath, ['--check', path], (_, __, stderr) => {
      const [, line = ''] = /^(?:file:\/\/)?\/[^\n]*(:\d+)\n/.exec(stderr) ?? [];
      done(line);
    });
  });
}

function mistake(text: string, cause?: unknown): UsageError {
  return new UsageError('ERR_ARGUMENT_INVALID', text, { cause });
}

async function whyNotLoaded(file: string, error: unknown): Promise<UsageError> {
  if (!(error instanceof Error)) return mistake(`${file}: it threw ${String(error)}`, error);
  const isSyntax = error instanceof SyntaxError && positionOf(error) === undefined;
  const place = positionOf(error) ?? `${file}${isSyntax ? await lineOfSyntaxError(resolve(file)) : ''}`;
  return mistake(`${place}: ${messageWithoutPosition(error)}`, error);
}

function counted(count: number): string {
  return count === 1 ? '1 experiment is' : `${count} experiments are`;
}

/** Each has to have a name of its own, by which it is asked for and told from others. */
function mustDiffer(file: string, experiments: readonly Experiment[]): void {
  for (const [index, { name, title }] of experiments.entries()) {
    const other = experiments.slice(0, index).find((one) => one.name === name);
    if (other === undefined) continue;
    const titles = [other.title, title].map((text) => JSON.stringify(text)).join(' and ');
    throw mistake(`${file}: ${titles} are both named ${name}: give one of them another \`name\``);
  }
}

/** The experiments a file exports, under any name, or in arrays, in the order they are defined. */
export async function loadExperiments(path: string, pkt?: PktSettings): Promise<Experiment[]> {
  if (path.endsWith('.pkt')) return [pktExperiment(path, pkt).experiment];
  const file = shortName(path);
  const { value, defined } = await whileDefining(async () => await importFile(resolve(path))).catch(
    async (error: unknown) => {
      throw await whyNotLoaded(file, error);
    },
  );
  const found = exportedFrom(value, defined);
  if (found.length === 0) {
    const what = defined.length === 0 ? 'exports no experiment' : `${counted(defined.length)} defined but not exported`;
    throw mistake(`${file}: ${what}: export default experiment(...)`);
  }
  mustDiffer(file, found);
  return found;
}

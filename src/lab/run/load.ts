import { execFile } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../index.js';
import { loadPkt } from '../pkt/load.js';
import type { PktSettings } from '../pkt/settings.js';
import { exportedFrom, whileDefining } from './defined.js';
import { type Experiment, experiment } from './experiment.js';
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

/** Beside the times of a script: one line may wait so long for a segment of the host, and the machine be late. */
const waitsMs = 60_000;

/** A script of packetdrill as an experiment. */
function packetdrillExperiment(path: string, file: string, settings: PktSettings | undefined): Experiment {
  const { name, title, network, lengthMs, play } = loadPkt(path, file, settings);
  const { local, gateway, prefix, mtu, remote } = network;
  const networks = [remote.includes(':') ? `${remote}/128` : `${remote}/32`];
  return experiment(
    title,
    { name: name.toLowerCase(), limitMs: Math.ceil(lengthMs) + waitsMs },
    async ({ behindGateway, signal }) => {
      const [host, peer] = await behindGateway('host', 'peer', { link: 'tun0', local, gateway, prefix, mtu, networks });
      await play({ host, peer, signal });
    },
  );
}

/** The experiments a file exports, under any name, or in arrays, in the order they are defined. */
export async function loadExperiments(path: string, pkt?: PktSettings): Promise<Experiment[]> {
  const short = relative(process.cwd(), path);
  const file = short === '' || short.startsWith('..') ? path : short;
  if (path.endsWith('.pkt')) return [packetdrillExperiment(resolve(path), file, pkt)];
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

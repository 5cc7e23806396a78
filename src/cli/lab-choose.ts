import { existsSync } from 'node:fs';
import { builtIn, experiments, type SpokenOfRuns } from '../claims/index.js';
import { UsageError } from '../index.js';
import {
  english,
  ipVersions,
  listed,
  type ListedExperiment,
  listExperiments,
  type PktSettings,
  type ReportWords,
  type Run,
  runsOf,
} from '../lab/index.js';
import { nearest } from '../nearest.js';
import type { OutputFlags } from './lab-outputs.js';
import type { LanguageFlag } from './language.js';

export interface LabFlags extends OutputFlags, LanguageFlag {
  readonly list?: boolean;
  readonly verbose?: boolean;
  readonly all?: boolean;
  readonly variant?: string;
  readonly patience?: string;
  readonly json?: boolean;
  readonly tolerance?: string;
  readonly ipVersion?: string;
  readonly allowShell?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly define?: readonly string[];
}

export type Listed = Pick<ListedExperiment, 'name' | 'title' | 'about' | 'cases' | 'variants'>;

const mostShown = 12;

/** A list too long to read is told by its begin; `--json` has all of it. */
export function shortened(variants: readonly string[], words: ReportWords = english): string {
  const { part } = words.marks;
  if (variants.length <= mostShown) return variants.join(part);
  return words.variantsLeft(variants.slice(0, 3).join(part), variants.length - 3);
}

/** By its spelling alone: what lies in the working directory must not decide which program a name runs. */
export function isFile(word: string): boolean {
  return word.includes('/') || /\.([cm]?[jt]s|pkt)$/.test(word);
}

export type Chosen = Pick<Run, 'source' | 'index' | 'experiment'>;

/** What is said of it: of a built-in one in the language that is asked for. */
export function saidOf({ source, experiment }: Chosen, { listed }: SpokenOfRuns): Listed {
  return 'claims' in source ? listed(experiment) : experiment;
}

export async function found(word: string, pkt: PktSettings): Promise<readonly Chosen[]> {
  if (isFile(word)) {
    if (!existsSync(word)) throw new UsageError('ERR_ARGUMENT_INVALID', `there is no file ${word}`);
    return (await listExperiments(word, pkt)).map((each, place) => ({
      source: { file: word, pkt },
      index: place,
      experiment: each,
    }));
  }
  const chosen = everyOne().find(({ experiment: { name } }) => name === word);
  if (chosen !== undefined) return [chosen];
  const names = everyOne().map(({ experiment: { name } }) => name);
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `unknown experiment ${JSON.stringify(word)}; did you mean ${nearest(word, names)}? (sockwise lab --list shows all)`,
  );
}

/** The runs of what one word stands for; with `--variant` of those that have it, and one must. */
function runsWith(chosen: readonly Chosen[], wanted: string | undefined, spoken: SpokenOfRuns): Run[] {
  const runs = chosen.flatMap((one) => {
    const { variants } = saidOf(one, spoken);
    return runsOf(one).filter(
      ({ variant }, index) => wanted === undefined || variant === wanted || variants[index] === wanted,
    );
  });
  if (runs.length > 0 || chosen.length === 0) return runs;
  const why = chosen.map((one) => {
    const { name, variants } = saidOf(one, spoken);
    const known = variants.length === 0 ? 'it has none' : `they are ${shortened(variants)}`;
    return `${name} has no variant ${JSON.stringify(wanted)}; ${known}`;
  });
  throw new UsageError('ERR_ARGUMENT_INVALID', why.join('; '));
}

export function everyOne(): Chosen[] {
  return experiments.map((experiment, index) => ({ source: builtIn, index, experiment: listed(experiment) }));
}

function everyExperiment(): Chosen[] {
  return everyOne().filter(({ experiment }) => !experiment.byNameOnly);
}

/** How scripts of packetdrill are played. */
export function pktSettings({ tolerance, ipVersion, allowShell, define = [] }: LabFlags): PktSettings {
  const toleranceMs = tolerance === undefined ? undefined : Number(tolerance);
  if (toleranceMs !== undefined && !(toleranceMs >= 0 && toleranceMs <= 60_000))
    throw new UsageError('ERR_OUT_OF_RANGE', `--tolerance: expected 0 to 60000 ms, got ${String(tolerance)}`);
  const version = ipVersions.find((each) => each === ipVersion);
  if (ipVersion !== undefined && version === undefined)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `--ip-version: expected ${ipVersions.join(', ')}; got ${JSON.stringify(ipVersion)}`,
    );
  const wrong = define.find((text) => !/^\w+=/.test(text));
  if (wrong !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--define: expected NAME=VALUE, got ${JSON.stringify(wrong)}`);
  return {
    ...(toleranceMs !== undefined && { toleranceMs }),
    ...(version !== undefined && { ipVersion: version }),
    ...(allowShell === true && { allowShell }),
    define: Object.fromEntries(define.map((text) => [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)])),
  };
}

export async function chosenRuns(words: readonly string[], flags: LabFlags, spoken: SpokenOfRuns): Promise<Run[]> {
  const { all, variant } = flags;
  const pkt = pktSettings(flags);
  const script = words.find((word) => word.endsWith('.pkt'));
  if (flags.pkt !== undefined && script !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--pkt: ${script} is a script of packetdrill already`);
  const files = await Promise.all(words.map((word) => found(word, pkt)));
  const groups = [...(all === true ? [everyExperiment()] : []), ...files];
  if (groups.length === 0)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      'name an experiment or a file; sockwise lab --list has the built-in ones',
    );
  return groups.flatMap((group) => runsWith(group, variant, spoken));
}

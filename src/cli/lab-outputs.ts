import { closeSync } from 'node:fs';
import type { SpokenOfRuns } from '../claims/index.js';
import {
  type DeadRun,
  experimentsHtml,
  ladderSvg,
  pktScript,
  type Played,
  type Run,
  type Trace,
  traceOf,
} from '../lab/index.js';
import { reportUnwritten } from './exit.js';
import { openForWriting, removeEmpty, writeOutput } from './output-file.js';
import { filesFor } from './several-files.js';

export interface OutputFlags {
  readonly html?: string;
  readonly svg?: string;
  readonly pcap?: string;
  readonly pkt?: string;
}

/** A run as a script of packetdrill, and on the terminal what of it a script cannot say. */
function writeScript(file: string, trace: Trace): void {
  const { text, cannot } = pktScript(trace);
  for (const what of cannot) console.error(`--pkt: not in ${file}: ${what}`);
  if (text === '') removeEmpty(file);
  else writeOutput(file, text, '--pkt');
}

/** As it is shown: a run of a built-in experiment in the language that is asked for. */
export function toldIn<Told extends Trace | DeadRun>(
  told: Told,
  { source }: Pick<Run, 'source'>,
  spoken: SpokenOfRuns,
): Told {
  return 'claims' in source ? spoken.recorded(told) : told;
}

/** The files that are written besides what is printed, named by run. Each is opened before the runs, to tell at once which cannot be. */
export class Outputs {
  readonly #page: number | undefined;
  readonly #pictures: readonly string[];
  readonly #captures: readonly string[];
  readonly #scripts: readonly string[];

  constructor({ html, svg, pcap, pkt }: OutputFlags, runs: readonly Run[]) {
    const several = new Set(runs.map(({ experiment }) => experiment.name)).size > 1;
    const names = runs.map(({ experiment, variant }) =>
      several || variant === undefined ? [experiment.name, variant ?? ''].join(' ') : variant,
    );
    this.#page = html === undefined ? undefined : openForWriting(html, '--html');
    this.#pictures = filesFor('--svg', svg, names);
    this.#captures = filesFor('--pcap', pcap, names);
    this.#scripts = filesFor('--pkt', pkt, names);
  }

  /** Where a run writes its capture. */
  captureOf(index: number): string | undefined {
    return this.#captures[index];
  }

  /** Of runs that are made once more. */
  discard(): void {
    if (this.#page !== undefined) closeSync(this.#page);
  }

  /** Writes page and pictures, and says what could not be written. */
  write(played: readonly (Played | undefined)[], spoken: SpokenOfRuns): void {
    const { words } = spoken;
    const ended = played.filter((one) => one !== undefined);
    if (this.#page !== undefined)
      writeOutput(
        this.#page,
        experimentsHtml(
          ended.map((one) => toldIn(traceOf(one), one.run, spoken)),
          words,
        ),
        '--html',
      );
    for (const [index, one] of played.entries()) {
      const [picture, capture, script] = [this.#pictures[index], this.#captures[index], this.#scripts[index]];
      if (one !== undefined && 'trace' in one) {
        if (picture !== undefined)
          writeOutput(picture, ladderSvg(toldIn(one.trace, one.run, spoken), undefined, words.run), '--svg');
        if (script !== undefined) writeScript(script, one.trace);
        if (one.captureFailure !== undefined) reportUnwritten('--pcap', one.captureFailure);
      } else {
        for (const file of [picture, capture, script]) if (file !== undefined) removeEmpty(file);
      }
    }
  }
}

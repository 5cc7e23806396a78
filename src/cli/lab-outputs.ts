import { experimentsHtml, ladderSvg, type Played, type Run, traceOf } from '../lab/index.js';
import { reportUnwritten } from './exit.js';
import { openForWriting, removeEmpty, writeOutput } from './output-file.js';
import { filesFor } from './several-files.js';

export interface OutputFlags {
  readonly html?: string;
  readonly svg?: string;
  readonly pcap?: string;
}

/** The files that are written besides what is printed, named by run. Each is opened before the runs, to tell at once which cannot be. */
export class Outputs {
  readonly #page: number | undefined;
  readonly #pictures: readonly string[];
  readonly #captures: readonly string[];

  constructor({ html, svg, pcap }: OutputFlags, runs: readonly Run[]) {
    const several = new Set(runs.map(({ experiment }) => experiment.name)).size > 1;
    const names = runs.map(({ experiment, variant }) =>
      several || variant === undefined ? [experiment.name, variant ?? ''].join(' ') : variant,
    );
    this.#page = html === undefined ? undefined : openForWriting(html, '--html');
    this.#pictures = filesFor('--svg', svg, names);
    this.#captures = filesFor('--pcap', pcap, names);
  }

  /** Where a run writes its capture. */
  captureOf(index: number): string | undefined {
    return this.#captures[index];
  }

  /** Writes page and pictures, and says what could not be written. */
  write(played: readonly (Played | undefined)[]): void {
    const ended = played.filter((one) => one !== undefined);
    if (this.#page !== undefined) writeOutput(this.#page, experimentsHtml(ended.map(traceOf)), '--html');
    for (const [index, one] of played.entries()) {
      const [picture, capture] = [this.#pictures[index], this.#captures[index]];
      if (one !== undefined && 'trace' in one) {
        if (picture !== undefined) writeOutput(picture, ladderSvg(one.trace), '--svg');
        if (one.captureFailure !== undefined) reportUnwritten('--pcap', one.captureFailure);
      } else {
        for (const file of [picture, capture]) if (file !== undefined) removeEmpty(file);
      }
    }
  }
}

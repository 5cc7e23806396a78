import { closeSync, rmSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { experimentsHtml, ladderSvg } from '../claims/index.js';
import { type Played, traceOf } from '../lab/run/play.js';
import { reportUnwritten } from './exit.js';
import { openForWriting, writeOutput } from './output-file.js';

export interface OutputFlags {
  readonly html?: string;
  readonly svg?: string;
  readonly pcap?: string;
}

/** FILE for one run; for several `FILE-2` and so on, with its ending. */
function numbered(file: string, index: number, count: number): string {
  if (count === 1) return file;
  const ending = extname(file);
  return `${file.slice(0, file.length - ending.length)}-${index + 1}${ending}`;
}

/** Nothing was written to it, since there is no recording. */
function removeEmpty(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true && found.size === 0) rmSync(file);
}

/** The files that are written besides what is printed, numbered by run. Each is opened before the runs, to tell at once which cannot be. */
export class Outputs {
  readonly #page: number | undefined;
  readonly #pictures: readonly string[];
  readonly #captures: readonly string[];

  constructor({ html, svg, pcap }: OutputFlags, count: number) {
    const filesOf = (file: string | undefined, flag: string): string[] => {
      if (file === undefined) return [];
      const files = Array.from({ length: count }, (_, index) => numbered(file, index, count));
      for (const each of files) closeSync(openForWriting(each, flag));
      return files;
    };
    this.#page = html === undefined ? undefined : openForWriting(html, '--html');
    this.#pictures = filesOf(svg, '--svg');
    this.#captures = filesOf(pcap, '--pcap');
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

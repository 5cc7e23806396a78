import { type Case, ladderSvg, type MatrixResult, type Spoken } from '../claims/index.js';
import { matrixHtml, rowTrace } from '../lab/index.js';
import { openForWriting, removeEmpty, writeOutput } from './output-file.js';
import { filesFor } from './several-files.js';

export interface CaseOutputFlags {
  readonly html?: string;
  readonly svg?: string;
  readonly pcap?: string;
}

interface RowOf {
  readonly id: string;
  readonly row: string;
}

/** The files that are written besides what is printed: a page, and a picture and a capture of each row. Each is opened before the run. */
export class CaseOutputs {
  readonly #page: number | undefined;
  readonly #rows: readonly RowOf[];
  readonly #pictures: readonly string[];
  readonly #captures: readonly string[];

  constructor({ html, svg, pcap }: CaseOutputFlags, chosen: readonly Case[]) {
    this.#rows = chosen.flatMap(({ id, rowNames }) => rowNames.map((row) => ({ id, row })));
    const names = this.#rows.map(({ id, row }) => (chosen.length === 1 ? row : `${id} ${row}`));
    this.#page = html === undefined ? undefined : openForWriting(html, '--html');
    this.#pictures = filesFor('--svg', svg, names);
    this.#captures = filesFor('--pcap', pcap, names);
  }

  /** What a case is to leave behind. */
  of({ id }: Case): { readonly recordings: boolean; readonly captures?: readonly string[] } {
    const captures = this.#captures.filter((_, index) => this.#rows[index]?.id === id);
    const recordings = this.#page !== undefined || this.#pictures.length > 0;
    return { recordings, ...(captures.length > 0 && { captures }) };
  }

  write(result: MatrixResult, { words, articles, experiments, told }: Spoken): void {
    const inWords = told(result);
    if (this.#page !== undefined)
      writeOutput(this.#page, matrixHtml(inWords, { articles, experiments }, words), '--html');
    for (const [index, file] of this.#pictures.entries()) {
      const wanted = this.#rows[index];
      const at = result.cases.findIndex(({ id }) => id === wanted?.id);
      const found = inWords.cases[at];
      const row = found?.rows[result.cases[at]?.rows.findIndex(({ name }) => name === wanted?.row) ?? -1];
      const trace = found === undefined || row === undefined ? undefined : rowTrace(found, row);
      if (trace === undefined) removeEmpty(file);
      else writeOutput(file, ladderSvg(trace, undefined, words.run), '--svg');
    }
    for (const file of this.#captures) removeEmpty(file);
  }
}

/** Without what only pictures need. */
export function withoutRecordings(result: MatrixResult): string {
  return JSON.stringify(result, (key: string, value: unknown) => (key === 'recording' ? undefined : value), 2);
}

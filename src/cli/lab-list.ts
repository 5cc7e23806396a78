import Table from 'cli-table3';
import { narrowestTable, type ReportWords, stacked, terminalWidth, wrap } from '../lab/index.js';
import { aligned } from './aligned.js';
import { everyOne, found, type LabFlags, type Listed, pktSettings, saidOf, shortened } from './lab-choose.js';
import { languageOfRuns } from './language.js';

/** A line an experiment. */
function shortList(rows: readonly Listed[]): string {
  const width = terminalWidth(100);
  if (width < narrowestTable)
    return stacked(
      rows.map(({ name, cases, title }) => ({ head: [name, ...cases].join(' '), texts: [title] })),
      width,
    );
  return aligned(rows.map(({ name, cases, title }) => [name, cases.join(' '), title]));
}

/** With what there is to see, and the variants. */
function longList(rows: readonly Listed[], words: ReportWords): string {
  const texts = rows.map(({ name, cases: ids, title, about, variants }) => {
    const shown = variants.length === 0 ? '' : `\n${words.variants(shortened(variants, words))}`;
    return { name, ids: ids.join(' '), text: `${words.sentences([words.asSentence(title), about])}${shown}` };
  });
  const width = terminalWidth(100);
  if (width < narrowestTable)
    return stacked(
      texts.map(({ name, ids, text }) => ({ head: ids === '' ? name : `${name}  ${ids}`, texts: text.split('\n') })),
      width,
    );
  const nameWidth = Math.max(...rows.map(({ name }) => name.length)) + 3;
  const textWidth = width - nameWidth - 13;
  const table = new Table({
    head: [...words.experimentsHead],
    colWidths: [nameWidth, 9, textWidth],
    style: { head: [], border: [] },
  });
  // A column has a blank at either side.
  for (const { name, ids, text } of texts) table.push([name, wrap(ids, 7), wrap(text, textWidth - 2)]);
  return table.toString();
}

export async function printList(names: readonly string[], flags: LabFlags): Promise<string> {
  const pkt = pktSettings(flags);
  const named = (await Promise.all(names.map((name) => found(name, pkt)))).flat();
  const spoken = await languageOfRuns(flags);
  const listed = names.length === 0 ? everyOne() : named;
  const rows = listed.map((one): Listed => {
    const { name, title, about, cases, variants } = saidOf(one, spoken);
    return { name, title, about, cases, variants };
  });
  if (flags.json === true) return JSON.stringify(rows, undefined, 2);
  return flags.verbose === true ? longList(rows, spoken.words) : shortList(rows);
}

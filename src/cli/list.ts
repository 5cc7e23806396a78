import Table from 'cli-table3';
import type { Command } from 'commander';
import { cases } from '../claims/index.js';
import { narrowestTable, stacked, terminalWidth } from '../lab/index.js';

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list the cases with the claims they test')
    .option('--json', 'print the list as JSON')
    .action(({ json }: { json?: boolean }) => {
      const rows = cases.map(({ id, articles, title, claim, waitsFor, needs = [], rowNames }) => {
        return { id, articles, title, claim, slow: waitsFor !== undefined, needs, rows: rowNames };
      });
      if (json === true) {
        console.log(JSON.stringify(rows, undefined, 2));
        return;
      }
      const texts = rows.map(({ claim, slow, ...row }) => ({ ...row, text: slow ? `${claim} (slow)` : claim }));
      const width = terminalWidth(100);
      if (width < narrowestTable) {
        const entries = texts.map(({ id, articles, text }) => ({ head: [id, ...articles].join(' '), texts: [text] }));
        console.log(stacked(entries, width));
        return;
      }
      const table = new Table({
        head: ['Case', 'Articles', 'Claim'],
        colWidths: [6, 10, width - 22],
        wordWrap: true,
        style: { head: [], border: [] },
      });
      for (const { id, articles, text } of texts) table.push([id, articles.join(' '), text]);
      console.log(table.toString());
    });
}

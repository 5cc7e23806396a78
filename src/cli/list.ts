import Table from 'cli-table3';
import type { Command } from 'commander';
import { cases } from '../lab/index.js';

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list the cases with the claims they test')
    .option('--json', 'print the list as JSON')
    .action(({ json }: { json?: boolean }) => {
      const rows = cases.map(({ id, articles, title, claim, slow = false, needs = [], rowNames }) => {
        return { id, articles, title, claim, slow, needs, rows: rowNames };
      });
      if (json === true) {
        console.log(JSON.stringify(rows, undefined, 2));
        return;
      }
      const width = process.stdout.columns ?? 100;
      const table = new Table({
        head: ['Case', 'Articles', 'Claim'],
        colWidths: [6, 10, Math.max(40, width - 22)],
        wordWrap: true,
        style: { head: [], border: [] },
      });
      for (const { id, articles, claim, slow } of rows)
        table.push([id, articles.join(' '), slow ? `${claim} (slow)` : claim]);
      console.log(table.toString());
    });
}

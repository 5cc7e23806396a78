import type { Command } from 'commander';
import { cases } from '../claims/index.js';
import { beside, capital, narrowestTable, stacked, terminalWidth } from '../lab/index.js';
import { chosenLanguage, type LanguageFlag, languageOption } from './language.js';

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list the cases with the claims they test')
    .option('--json', 'print the list as JSON')
    .addOption(languageOption())
    .action(async ({ json, ...flag }: LanguageFlag & { json?: boolean }) => {
      const rows = cases.map(({ id, articles, title, claim, waitsFor, needs = [], rowNames }) => {
        return { id, articles, title, claim, slow: waitsFor !== undefined, needs, rows: rowNames };
      });
      if (json === true) {
        console.log(JSON.stringify(rows, undefined, 2));
        return;
      }
      const { words, about } = await chosenLanguage(flag);
      const texts = cases.map((one) => {
        const { claim, waitsFor } = about(one);
        return { id: one.id, articles: one.articles, text: waitsFor === undefined ? claim : words.slow(claim) };
      });
      const width = terminalWidth(100);
      if (width < narrowestTable) {
        const entries = texts.map(({ id, articles, text }) => ({ head: [id, ...articles].join(' '), texts: [text] }));
        console.log(stacked(entries, width));
        return;
      }
      // A line without borders: to draw a table of a hundred claims takes longer than all the rest.
      const line = (id: string, articles: string, text: string): string =>
        beside([
          { text: id, width: 4 },
          { text: articles, width: 8 },
          { text, width: width - 16 },
        ]);
      console.log(line(capital(words.case), capital(words.articlesHead), capital(words.claim)));
      for (const { id, articles, text } of texts) console.log(line(id, articles.join(' '), text));
    });
}

import type { Command } from 'commander';
import { caseReport, summary } from '../lab/draw/terminal.js';
import { articles } from '../claims/index.js';
import { casesById } from './choose-cases.js';
import { chooseMode } from './isolation.js';
import { choosePatience, patienceOption } from './patience.js';
import { runChosen } from './run-chosen.js';

export function addCaseCommand(program: Command): void {
  program
    .command('case')
    .description('run cases and show every step')
    .argument('<id...>', 'ids of cases, as G1')
    .option('--json', 'print the result as JSON')
    .addOption(patienceOption())
    .action(async (ids: string[], { json, patience }: { json?: boolean; patience?: string }) => {
      const chosen = casesById(ids);
      choosePatience(patience);
      const { result, exitCode } = await runChosen(chosen, await chooseMode());
      process.exitCode = exitCode;
      if (json === true) console.log(JSON.stringify(result, undefined, 2));
      else console.log([...result.cases.map((one) => caseReport(one, articles)), summary(result)].join('\n\n'));
    });
}

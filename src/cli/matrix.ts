import type { Command } from 'commander';
import { cases, runCases } from '../lab/index.js';
import { matrixTable } from '../lab/report/terminal.js';
import { exitCodes } from './exit.js';
import { chooseMode } from './isolation.js';

export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .description('run every case and print the verdicts')
    .option('--json', 'print the result as JSON')
    .option('--quick', 'leave out the cases that take a minute')
    .action(async ({ json, quick }: { json?: boolean; quick?: boolean }) => {
      const result = await runCases(cases, { ...(await chooseMode()), quick });
      if (json === true) console.log(JSON.stringify(result, undefined, 2));
      else console.log(matrixTable(result, process.stdout.columns ?? 100));
      if (result.cases.some(({ error }) => error !== undefined)) process.exitCode = exitCodes.failed;
    });
}

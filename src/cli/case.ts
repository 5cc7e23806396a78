import type { Command } from 'commander';
import { caseReport, hostSettingsText, summary, terminalWidth, wrap } from '../lab/index.js';
import { articles } from '../claims/index.js';
import { CaseOutputs, type CaseOutputFlags, withoutRecordings } from './case-outputs.js';
import { casesById } from './choose-cases.js';
import { chooseMode } from './isolation.js';
import { choosePatience, patienceOption } from './patience.js';
import { hostSettingsHelp, runChosen } from './run-chosen.js';

interface CaseFlags extends CaseOutputFlags {
  readonly hostSettings?: boolean;
  readonly json?: boolean;
  readonly patience?: string;
}

/** What to run next for a picture of what was printed. */
function whereNext(ids: readonly string[], { html }: CaseOutputFlags, width: number): string[] {
  if (html !== undefined) return [];
  return [wrap(`A ladder diagram of each row, on one page: sockwise case ${ids.join(' ')} --html FILE`, width)];
}

export function addCaseCommand(program: Command): void {
  program
    .command('case')
    .description('run cases and show all that happened')
    .argument('<id...>', 'ids of cases, as G1')
    .option('--json', 'print the result as JSON')
    .addOption(patienceOption())
    .option('--host-settings', hostSettingsHelp)
    .option('--html <file>', 'also write one self-contained page with a ladder of each row')
    .option('--svg <file>', 'also write the ladder; of several rows, named by row')
    .option('--pcap <file>', 'also write what was on the wire as pcapng; of several rows, named by row')
    .action(async (ids: string[], { json, patience, hostSettings, ...files }: CaseFlags) => {
      const chosen = casesById(ids);
      choosePatience(patience);
      const mode = await chooseMode();
      const outputs = new CaseOutputs(files, chosen);
      const { result, exitCode } = await runChosen(chosen, {
        ...mode,
        asHost: hostSettings,
        outputsOf: (one) => outputs.of(one),
      });
      process.exitCode = exitCode;
      // Printed first: what is on the terminal is there, whatever becomes of the files.
      if (json === true) console.log(withoutRecordings(result));
      else {
        const width = terminalWidth(80);
        const reports = result.cases.map((one) => caseReport(one, articles, width));
        console.log(
          [
            ...reports,
            wrap(summary(result), width),
            ...hostSettingsText(result, width),
            ...whereNext(ids, files, width),
          ].join('\n\n'),
        );
      }
      outputs.write(result);
    });
}

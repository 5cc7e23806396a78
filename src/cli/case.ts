import type { Command } from 'commander';
import { caseReport, hostSettingsText, summary, terminalWidth, wordsText, wrap } from '../lab/index.js';
import type { Spoken } from '../claims/index.js';
import { CaseOutputs, type CaseOutputFlags, withoutRecordings } from './case-outputs.js';
import { casesById } from './choose-cases.js';
import { chooseMode } from './isolation.js';
import { chosenLanguage, type LanguageFlag, languageOption } from './language.js';
import { choosePatience, patienceOption } from './patience.js';
import { hostSettingsHelp, runChosen } from './run-chosen.js';

interface CaseFlags extends CaseOutputFlags, LanguageFlag {
  readonly hostSettings?: boolean;
  readonly json?: boolean;
  readonly patience?: string;
}

/** What to run next for a picture of what was printed. */
function whereNext(ids: readonly string[], { html }: CaseOutputFlags, { words }: Spoken, width: number): string[] {
  if (html !== undefined) return [];
  return [wrap(words.nextOfCase(ids.join(' ')), width)];
}

export function addCaseCommand(program: Command): void {
  program
    .command('case')
    .description('run cases and show all that happened')
    .argument('<id...>', 'ids of cases, as G1')
    .option('--json', 'print the result as JSON')
    .addOption(languageOption())
    .addOption(patienceOption())
    .option('--host-settings', hostSettingsHelp)
    .option('--html <file>', 'also write one self-contained page with a ladder of each row')
    .option('--svg <file>', 'also write the ladder; of several rows, named by row')
    .option('--pcap <file>', 'also write what was on the wire as pcapng; of several rows, named by row')
    .action(async (ids: string[], { json, patience, hostSettings, lang, ...files }: CaseFlags) => {
      const chosen = casesById(ids);
      const spoken = await chosenLanguage({ ...(lang !== undefined && { lang }) });
      choosePatience(patience);
      const mode = await chooseMode();
      const outputs = new CaseOutputs(files, chosen);
      const { result, exitCode } = await runChosen(chosen, {
        ...mode,
        asHost: hostSettings,
        spoken,
        outputsOf: (one) => outputs.of(one),
      });
      process.exitCode = exitCode;
      // Printed first: what is on the terminal is there, whatever becomes of the files.
      if (json === true) console.log(withoutRecordings(result));
      else {
        const width = terminalWidth(80);
        const { words, articles, told } = spoken;
        const said = told(result);
        const reports = said.cases.map((one) => caseReport(one, articles, width, words));
        console.log(
          [
            ...reports,
            ...wordsText(said.cases, width, words),
            wrap(summary(said, words), width),
            ...hostSettingsText(said, width, words),
            ...whereNext(ids, files, spoken, width),
          ].join('\n\n'),
        );
      }
      outputs.write(result, spoken);
    });
}

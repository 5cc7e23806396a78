import { type Command, Option } from 'commander';
import { UsageError } from '../index.js';
import { articles, type Case, cases, type MatrixResult, type Spoken } from '../claims/index.js';
import {
  caseReport,
  compareRuns,
  comparisonText,
  hostSettingsText,
  matrixJunit,
  matrixMarkdown,
  matrixTable,
  type SavedRun,
  summary,
  terminalWidth,
  wrap,
} from '../lab/index.js';
import { CaseOutputs, withoutRecordings } from './case-outputs.js';
import { casesById } from './choose-cases.js';
import { chooseMode } from './isolation.js';
import { exitCodes } from './exit.js';
import { exhaustive } from './exhaustive.js';
import { chosenLanguage, type LanguageFlag, languageOption } from './language.js';
import { choosePatience, patienceOption } from './patience.js';
import { hostSettingsHelp, runChosen } from './run-chosen.js';
import { readSavedRun } from './saved-run.js';

interface MatrixFlags extends LanguageFlag {
  readonly case?: string[];
  readonly compare?: string;
  readonly article?: string[];
  readonly patience?: string;
  readonly quick?: boolean;
  readonly exhaustive?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly junit?: boolean;
  readonly hostSettings?: boolean;
  readonly html?: string;
}

function choose({ case: ids, article: wanted }: MatrixFlags): readonly Case[] {
  const unknown = wanted?.find((article) => !articles.some(({ number }) => number === article));
  if (unknown !== undefined) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `unknown article ${JSON.stringify(unknown)}; choose one of: ${articles.map(({ number, title }) => `${number} "${title}"`).join(', ')}`,
    );
  }
  const chosen = ids === undefined ? cases : casesById(ids);
  if (wanted === undefined) return chosen;
  const ofThese = chosen.filter((testCase) => testCase.articles.some((article) => wanted.includes(article)));
  if (ofThese.length > 0) return ofThese;
  const theirs = chosen.map(({ id, articles: own }) => `${id} is of ${own.join(' and ') || 'none'}`).join(', ');
  throw new UsageError('ERR_ARGUMENT_INVALID', `none of these cases is of article ${wanted.join(' or ')}: ${theirs}`);
}

/** A table has rows and verdicts alone. */
function showsEvents({ json, verbose, html }: MatrixFlags): boolean {
  return json === true || verbose === true || html !== undefined;
}

function print(result: MatrixResult, { json, markdown, junit, verbose }: MatrixFlags, spoken: Spoken): string {
  if (json === true) return withoutRecordings(result);
  const { words, articles: named } = spoken;
  const said = spoken.told(result);
  if (markdown === true) return matrixMarkdown(said, words);
  if (junit === true) return matrixJunit(said, words);
  const width = terminalWidth(100);
  const told = hostSettingsText(said, width, words);
  if (verbose === true)
    return [...said.cases.map((one) => caseReport(one, named, width, words)), summary(said, words), ...told].join(
      '\n\n',
    );
  return [matrixTable(said, width, words), ...told, ...whereNext(said, spoken, width)].join('\n\n');
}

/** What to run next for more of what was printed. */
function whereNext({ cases: ran }: MatrixResult, { words }: Spoken, width: number): string[] {
  const one = ran.find(({ verdict }) => verdict === 'qualified' || verdict === 'refuted') ?? ran[0];
  if (one === undefined) return [];
  return [wrap(words.nextOfMatrix(one.id), width)];
}

/** Beside a saved run: what differs, as text or JSON. Exit status 1 if anything does, or nothing could be compared. */
function printComparison(saved: SavedRun, result: MatrixResult, json: boolean): void {
  const comparison = compareRuns(saved, result);
  const { compared, differences } = comparison;
  if (differences.length > 0 || compared.cases === 0) process.exitCode ||= exitCodes.failed;
  console.log(json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison, terminalWidth(100)));
}

export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .description('run every case on this kernel and print the verdicts')
    .option('--case <id...>', 'only these cases')
    .option('--article <number...>', 'only the cases of these articles, 000 to 004')
    .addOption(
      new Option(
        '--compare <file>',
        'print the rows that differ from a run saved with --json; status 1 if any does',
      ).conflicts(['exhaustive', 'verbose', 'markdown', 'junit', 'lang']),
    )
    .addOption(patienceOption())
    .option('--host-settings', hostSettingsHelp)
    .option('--quick', 'leave out the cases that wait for a minute')
    .addOption(
      new Option(
        '--exhaustive',
        'no cases: bind() and listen() of every pair of sockets on one port, beside what the model of the rules says',
      ).conflicts(['case', 'article', 'hostSettings', 'quick', 'verbose', 'markdown', 'junit', 'lang']),
    )
    .addOption(new Option('-v, --verbose', 'show each step and socket table').conflicts(['json', 'markdown', 'junit']))
    .addOption(
      new Option(
        '--json',
        'print JSON, as docs/matrix.schema.json describes it; with --exhaustive as docs/grid.schema.json',
      ).conflicts(['markdown', 'junit']),
    )
    .addOption(new Option('--markdown', 'print a Markdown table').conflicts('junit'))
    .option('--junit', 'print JUnit XML')
    .option('--html <file>', 'also write one self-contained page, with a ladder of each row')
    .addOption(languageOption())
    .action(async (flags: MatrixFlags) => {
      if (flags.exhaustive === true) {
        await exhaustive(flags);
        return;
      }
      const chosen = choose(flags);
      const saved = flags.compare === undefined ? undefined : readSavedRun(flags.compare);
      choosePatience(flags.patience);
      const spoken = await chosenLanguage(flags);
      const mode = await chooseMode();
      const outputs = new CaseOutputs(flags.html === undefined ? {} : { html: flags.html }, chosen);
      const settings = {
        ...mode,
        quick: flags.quick,
        mayBeQuick: true,
        spoken,
        asHost: flags.hostSettings,
        outputsOf: (one: Case) => ({ ...outputs.of(one), events: showsEvents(flags) }),
      };
      const { result, exitCode } = await runChosen(chosen, settings);
      process.exitCode = exitCode;
      // Printed first: what is on the terminal is there, whatever becomes of the file.
      if (saved === undefined) console.log(print(result, flags, spoken));
      else printComparison(saved, result, flags.json === true);
      outputs.write(result, spoken);
    });
}

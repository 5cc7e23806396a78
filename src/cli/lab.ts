import { existsSync } from 'node:fs';
import Table from 'cli-table3';
import { type Command, Option } from 'commander';
import { UsageError } from '../index.js';
import { builtIn, type DeadRun, experiments, ladderText, type Spoken, type Trace } from '../claims/index.js';
import {
  english,
  ipVersions,
  type ListedExperiment,
  listExperiments,
  loadPkt,
  type PktSettings,
  type Played,
  playRuns,
  type ReportWords,
  type Run,
  runsOf,
  traceOf,
  narrowestTable,
  stacked,
  terminalWidth,
  wrap,
} from '../lab/index.js';
import { nearest } from '../nearest.js';
import { aligned } from './aligned.js';
import { exitCodes, printable, report } from './exit.js';
import { Interrupt } from './interrupt.js';
import { chooseMode } from './isolation.js';
import { choosePatience, patienceOption } from './patience.js';
import { type OutputFlags, Outputs, toldIn } from './lab-outputs.js';
import { chosenLanguage, type LanguageFlag, languageOption } from './language.js';
import { Progress } from './progress.js';
import { ScriptWatch } from './watch.js';

interface LabFlags extends OutputFlags, LanguageFlag {
  readonly list?: boolean;
  readonly verbose?: boolean;
  readonly all?: boolean;
  readonly variant?: string;
  readonly patience?: string;
  readonly json?: boolean;
  readonly tolerance?: string;
  readonly ipVersion?: string;
  readonly allowShell?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly define?: readonly string[];
}

const mostShown = 12;

/** A list too long to read is told by its begin; `--json` has all of it. */
function shortened(variants: readonly string[], words: ReportWords = english): string {
  const { part } = words.marks;
  if (variants.length <= mostShown) return variants.join(part);
  return words.variantsLeft(variants.slice(0, 3).join(part), variants.length - 3);
}

type Listed = Pick<ListedExperiment, 'name' | 'title' | 'about' | 'cases' | 'variants'>;

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

async function printList(names: readonly string[], flags: LabFlags): Promise<string> {
  const pkt = pktSettings(flags);
  const named = (await Promise.all(names.map((name) => found(name, pkt)))).flat();
  const spoken = await chosenLanguage(flags);
  const listed = names.length === 0 ? everyOne() : named;
  const rows = listed.map((one): Listed => {
    const { name, title, about, cases, variants } = saidOf(one, spoken);
    return { name, title, about, cases, variants };
  });
  if (flags.json === true) return JSON.stringify(rows, undefined, 2);
  return flags.verbose === true ? longList(rows, spoken.words) : shortList(rows);
}

/** By its spelling alone: what lies in the working directory must not decide which program a name runs. */
function isFile(word: string): boolean {
  return word.includes('/') || /\.([cm]?[jt]s|pkt)$/.test(word);
}

type Chosen = Pick<Run, 'source' | 'index' | 'experiment'>;

/** What is said of it: of a built-in one in the language that is asked for. */
function saidOf({ source, experiment }: Chosen, { listed }: Spoken): Listed {
  return source === builtIn ? listed(experiment) : experiment;
}

async function found(word: string, pkt: PktSettings): Promise<readonly Chosen[]> {
  const index = experiments.findIndex(({ name }) => name === word);
  const experiment = experiments[index];
  if (experiment !== undefined) return [{ source: builtIn, index, experiment }];
  if (isFile(word)) {
    if (!existsSync(word)) throw new UsageError('ERR_ARGUMENT_INVALID', `there is no file ${word}`);
    return (await listExperiments(word, pkt)).map((each, place) => ({
      source: { file: word, pkt },
      index: place,
      experiment: each,
    }));
  }
  const names = experiments.map(({ name }) => name);
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `there is no experiment ${JSON.stringify(word)}; near it: ${nearest(word, names)} (sockwise lab --list has all)`,
  );
}

/** The runs of what one word stands for; with `--variant` of those that have it, and one must. */
function runsWith(chosen: readonly Chosen[], wanted: string | undefined, spoken: Spoken): Run[] {
  const runs = chosen.flatMap((one) => {
    const { variants } = saidOf(one, spoken);
    return runsOf(one).filter(
      ({ variant }, index) => wanted === undefined || variant === wanted || variants[index] === wanted,
    );
  });
  if (runs.length > 0 || chosen.length === 0) return runs;
  const why = chosen.map((one) => {
    const { name, variants } = saidOf(one, spoken);
    const known = variants.length === 0 ? 'it has none' : `they are ${shortened(variants)}`;
    return `${name} has no variant ${JSON.stringify(wanted)}; ${known}`;
  });
  throw new UsageError('ERR_ARGUMENT_INVALID', why.join('; '));
}

function everyOne(): Chosen[] {
  return experiments.map((experiment, index) => ({ source: builtIn, index, experiment }));
}

function everyExperiment(): Chosen[] {
  return everyOne().filter(({ index }) => experiments[index]?.byNameOnly === false);
}

/** How scripts of packetdrill are played. */
function pktSettings({ tolerance, ipVersion, allowShell, define = [] }: LabFlags): PktSettings {
  const toleranceMs = tolerance === undefined ? undefined : Number(tolerance);
  if (toleranceMs !== undefined && !(toleranceMs >= 0 && toleranceMs <= 60_000))
    throw new UsageError('ERR_OUT_OF_RANGE', `--tolerance: expected 0 to 60000 ms, got ${String(tolerance)}`);
  const version = ipVersions.find((each) => each === ipVersion);
  if (ipVersion !== undefined && version === undefined)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `--ip-version: expected ${ipVersions.join(', ')}; got ${JSON.stringify(ipVersion)}`,
    );
  const wrong = define.find((text) => !/^\w+=/.test(text));
  if (wrong !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--define: expected NAME=VALUE, got ${JSON.stringify(wrong)}`);
  return {
    ...(toleranceMs !== undefined && { toleranceMs }),
    ...(version !== undefined && { ipVersion: version }),
    ...(allowShell === true && { allowShell }),
    define: Object.fromEntries(define.map((text) => [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)])),
  };
}

async function chosenRuns(words: readonly string[], flags: LabFlags, spoken: Spoken): Promise<Run[]> {
  const { all, variant } = flags;
  const pkt = pktSettings(flags);
  const script = words.find((word) => word.endsWith('.pkt'));
  if (flags.pkt !== undefined && script !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--pkt: ${script} is a script of packetdrill already`);
  const files = await Promise.all(words.map((word) => found(word, pkt)));
  const groups = [...(all === true ? [everyExperiment()] : []), ...files];
  if (groups.length === 0)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      'name an experiment or a file; sockwise lab --list has the built-in ones',
    );
  return groups.flatMap((group) => runsWith(group, variant, spoken));
}

/** JSON leaves DEL and the control characters of Latin-1 as they are, and a terminal obeys those too. */
function json(traces: readonly (Trace | DeadRun)[]): string {
  const escaped = (char: string): string => `\\u00${char.charCodeAt(0).toString(16)}`;
  return JSON.stringify(traces, undefined, 2).replaceAll(/[\x7f-\x9f]/g, escaped);
}

function printed(played: Played, spoken: Spoken): string {
  const { words } = spoken;
  const run = toldIn(traceOf(played), played.run, spoken);
  if ('findings' in run) return ladderText(run, terminalWidth(80), words);
  const { variant, title, failure } = run;
  const name = `${title}${variant === undefined ? '' : ` (${variant})`}`;
  return printable(words.couldNotBeRecorded(name, failure));
}

/** Which of several runs were aborted, and why: their pictures may have long gone past. */
function abortedOf(played: readonly Played[], { words }: Spoken): string[] {
  const aborted = played.flatMap((one) =>
    'trace' in one && one.trace.error !== undefined ? [`${one.run.experiment.name}: ${one.trace.error.message}`] : [],
  );
  if (played.length < 2 || aborted.length === 0) return [];
  return [words.someAborted(aborted.length, played.length), ...aborted.map(printable)];
}

/** What of scripts can be told without running them; a mistake in one is thrown. */
async function readScripts(files: readonly string[], flags: LabFlags): Promise<string> {
  const [other] = files.filter((file) => !file.endsWith('.pkt'));
  if (other !== undefined || files.length === 0 || flags.all === true)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--dry-run: expected .pkt scripts, got ${other ?? 'none'}`);
  const settings = pktSettings(flags);
  const read = files.map((file) => {
    if (!existsSync(file)) throw new UsageError('ERR_ARGUMENT_INVALID', `there is no file ${file}`);
    const { counts, lengthMs, network } = loadPkt(file, file, settings);
    return { file, ...counts, lengthMs, ipVersion: network.ipVersion };
  });
  if (flags.json === true) return JSON.stringify(read, undefined, 2);
  const { words } = await chosenLanguage(flags);
  return read
    .map(({ file, lengthMs, ipVersion, ...counts }) =>
      printable(words.canBePlayed(file, words.scriptParts(counts), lengthMs / 1000, ipVersion)),
    )
    .join('\n');
}

/** Makes the runs and writes what came of them; nothing, if they were broken off since a script has changed meanwhile. */
async function runLab(
  names: readonly string[],
  flags: LabFlags,
  interrupt: Interrupt = new Interrupt(),
  changed?: AbortSignal,
): Promise<void> {
  choosePatience(flags.patience);
  const spoken = await chosenLanguage(flags);
  const { words } = spoken;
  const chosen = await chosenRuns(names, flags, spoken);
  const { isolation, reason } = await chooseMode();
  if (isolation === 'loopback')
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      `experiments need network namespaces: ${reason ?? ''} (see sockwise doctor)`,
    );
  const outputs = new Outputs(flags, chosen);
  const runs = chosen.map((run, index) => ({ ...run, pcap: outputs.captureOf(index) }));
  const progress = new Progress(runs.length, words.runsProgress);
  const played = await playRuns(runs, {
    signal: changed === undefined ? interrupt.signal : AbortSignal.any([interrupt.signal, changed]),
    onStart: ({ experiment }) => progress.started(experiment.name),
    onEnd: ({ run }) => progress.finished(run.experiment.name),
  });
  progress.stop();
  if (changed?.aborted === true && !interrupt.signal.aborted) {
    outputs.discard();
    return;
  }
  const dead = played.filter((one) => !('trace' in one));
  if (interrupt.signal.aborted) {
    const count = played.length - dead.length;
    console.error(words.runsInterrupted(count, runs.length));
    process.exitCode = interrupt.exitCode;
  } else if (dead.length > 0 || played.some((one) => 'trace' in one && one.trace.error !== undefined)) {
    process.exitCode = exitCodes.failed;
  }
  // Printed first: what is on the terminal is there, whatever becomes of the files.
  if (flags.json === true) console.log(json(played.map(traceOf)));
  else console.log(played.map((one) => printed(one, spoken)).join('\n\n'));
  for (const one of dead) console.error(`sockwise: ${printed(one, spoken)}`);
  for (const text of interrupt.signal.aborted ? [] : abortedOf(played, spoken)) console.error(text);
  outputs.write(
    runs.map((run) => played.find((one) => one.run === run)),
    spoken,
  );
}

/** Runs scripts again whenever one of them changes, or what they import. A mistake in one is printed, and the next change waited for. */
async function watchLab(names: readonly string[], flags: LabFlags): Promise<void> {
  const other = names.find((name) => !isFile(name));
  if (names.length === 0 || other !== undefined || flags.all === true)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `--watch: expected files${other === undefined ? '' : `, got ${other}`}`,
    );
  const missing = names.find((name) => !existsSync(name));
  if (missing !== undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `there is no file ${missing}`);
  // As an ordinary user this is where the program starts itself again.
  await chooseMode();
  const interrupt = new Interrupt();
  while (!interrupt.signal.aborted) {
    const scripts = await ScriptWatch.of(names);
    try {
      await runLab(names, flags, interrupt, scripts.signal);
    } catch (error) {
      report(error);
    }
    if (!scripts.signal.aborted && !interrupt.signal.aborted)
      console.error('sockwise: waiting for a change (Ctrl+C ends)');
    await scripts.wait(interrupt.signal);
    scripts.end();
    if (!interrupt.signal.aborted) console.error(`sockwise: ${printable(scripts.changed)} has changed`);
  }
  process.exitCode = interrupt.exitCode;
}

export function addLabCommand(program: Command): void {
  program
    .command('lab')
    .description('run experiments and draw what was on the wire')
    .argument(
      '[experiment...]',
      'names of experiments, files that export some (.mjs, .js, .ts), or scripts of packetdrill (.pkt)',
    )
    .option('--list', 'list the built-in experiments, or those of the files named')
    .option('-v, --verbose', 'list them with what there is to see, and their variants')
    .option('--all', 'run all built-in experiments, except those with very many variants')
    .option('--variant <name>', 'only this variant')
    .option('--tolerance <ms>', 'how much earlier or later than its line a segment of a .pkt script may come: 4')
    .option('--ip-version <version>', `of .pkt scripts: ${ipVersions.join(', ')}`)
    .option('--define <name=value...>', 'a name that a .pkt script uses')
    .option('--dry-run', 'read .pkt scripts and say what of them cannot be played, without running them')
    .option('--watch', 'run files again whenever one of them changes, or what it imports')
    .option('--allow-shell', 'run the shell commands of .pkt scripts')
    .addOption(patienceOption())
    .addOption(new Option('--json', 'print the recordings as JSON'))
    .addOption(languageOption())
    .option('--html <file>', 'also write one self-contained page with the pictures side by side')
    .option('--svg <file>', 'also write the picture; of several runs, named by variant')
    .option(
      '--pcap <file>',
      'also write what was on the wire as pcapng, for Wireshark; of several runs, named by variant',
    )
    .option('--pkt <file>', 'also write the run as a script of packetdrill, as far as one can say it')
    .action(async (words: string[], flags: LabFlags) => {
      if (flags.watch === true && (flags.dryRun === true || flags.list === true))
        throw new UsageError('ERR_ARGUMENT_INVALID', '--watch cannot be combined with --list or --dry-run');
      if (flags.dryRun === true) console.log(await readScripts(words, flags));
      else if (flags.list === true) console.log(await printList(words, flags));
      else if (flags.watch === true) await watchLab(words, flags);
      else await runLab(words, flags);
    });
}

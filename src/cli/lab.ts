import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UsageError } from '../index.js';
import type { DeadRun, SpokenOfRuns, Trace } from '../claims/index.js';
import { ipVersions, ladderText, type Played, playRuns, traceOf, terminalWidth } from '../lab/index.js';
import { exitCodes, printable, report } from './exit.js';
import { Interrupt } from './interrupt.js';
import { chooseMode } from './isolation.js';
import { choosePatience, patienceOption } from './patience.js';
import { chosenRuns, isFile, type LabFlags } from './lab-choose.js';
import { Outputs, toldIn } from './lab-outputs.js';
import { languageOfRuns, languageOption } from './language.js';
import { Progress } from './progress.js';

/** JSON leaves DEL and the control characters of Latin-1 as they are, and a terminal obeys those too. */
function json(traces: readonly (Trace | DeadRun)[]): string {
  const escaped = (char: string): string => `\\u00${char.charCodeAt(0).toString(16)}`;
  return JSON.stringify(traces, undefined, 2).replaceAll(/[\x7f-\x9f]/g, escaped);
}

function printed(played: Played, spoken: SpokenOfRuns): string {
  const { words } = spoken;
  const run = toldIn(traceOf(played), played.run, spoken);
  if ('findings' in run) return ladderText(run, terminalWidth(80), words);
  const { variant, title, failure } = run;
  const name = `${title}${variant === undefined ? '' : ` (${variant})`}`;
  return printable(words.couldNotBeRecorded(name, failure));
}

/** Which of several runs were aborted, and why: their pictures may have long gone past. */
function abortedOf(played: readonly Played[], { words }: SpokenOfRuns): string[] {
  const aborted = played.flatMap((one) =>
    'trace' in one && one.trace.error !== undefined ? [`${one.run.experiment.name}: ${one.trace.error.message}`] : [],
  );
  if (played.length < 2 || aborted.length === 0) return [];
  return [words.someAborted(aborted.length, played.length), ...aborted.map(printable)];
}

/** Makes the runs and writes what came of them; nothing, if they were broken off since a script has changed meanwhile. */
async function runLab(
  names: readonly string[],
  flags: LabFlags,
  interrupt: Interrupt = new Interrupt(),
  changed?: AbortSignal,
): Promise<void> {
  choosePatience(flags.patience);
  // As an ordinary user this is where the program starts itself again, before it loads a script.
  const { isolation, reason } = await chooseMode();
  const spoken = await languageOfRuns(flags);
  const { words } = spoken;
  const chosen = await chosenRuns(names, flags, spoken);
  if (isolation === 'loopback')
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      `experiments need network namespaces: ${reason ?? ''} (see sockwise doctor)`,
    );
  const outputs = new Outputs(flags, chosen);
  const runs = chosen.map((run, index) => ({ ...run, pcap: outputs.captureOf(index) }));
  const progress = await Progress.start(runs.length, words.runsProgress);
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
  const { ScriptWatch } = await import('./watch.js');
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
      if (flags.dryRun === true) console.log(await (await import('./lab-read.js')).readScripts(words, flags));
      else if (flags.list === true) console.log(await (await import('./lab-list.js')).printList(words, flags));
      else if (flags.watch === true) await watchLab(words, flags);
      else await runLab(words, flags);
    });
}

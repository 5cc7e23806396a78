import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitCodeHelp, exitCodes, report, reportUnwritten } from './exit.js';

// package.ts, which is bundled with what needs the addon, would not load without one.
const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  version: string;
};

type AddCommand = (program: Command, root: URL) => void;

/** Commands by name, in the order of the help. Each is loaded when it is called. */
export type Commands = Readonly<Record<string, () => Promise<AddCommand>>>;

/** Adds the command that is called; all of them for help, and for a word that is none. */
async function addCommands(program: Command, commands: Commands, [word = 'help']: readonly string[]): Promise<void> {
  if (word === '--version' || word === '-V') return;
  const called = Object.hasOwn(commands, word) ? commands[word] : undefined;
  const loaders = called === undefined ? Object.values(commands) : [called];
  for (const add of await Promise.all(loaders.map((load) => load()))) add(program, root);
}

/** Runs the command line with these commands. */
export async function runProgram(commands: Commands): Promise<void> {
  const program = new Command('sockwise')
    .description('Low-level sockets that tell you what the kernel did and why.')
    .version(manifest.version)
    .showHelpAfterError()
    // Commander ends with 1 for a mistake on the command line; here 1 means that something was found.
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage))
    .addHelpText('afterAll', exitCodeHelp);

  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (as in `| head`) is no error.
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    reportUnwritten('standard output', error);
  });

  try {
    await addCommands(program, commands, process.argv.slice(2));
    await program.parseAsync();
  } catch (error) {
    report(error);
  }
}

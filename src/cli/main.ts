#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitCodeHelp, exitCodes, report, reportUnwritten } from './exit.js';

// package.ts, which is bundled with what needs the addon, would not load without one.
const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  version: string;
};

type AddCommand = (program: Command, root: URL) => void;

/**
 * The commands, in the order of the help. Each is loaded when it is called: the lab alone takes longer to load than most
 * commands run.
 */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  why: async () => (await import('./why.js')).addWhyCommand,
  sockets: async () => (await import('./sockets.js')).addSocketsCommand,
  free: async () => (await import('./free.js')).addFreeCommand,
  set: async () => (await import('./set.js')).addSetCommand,
  options: async () => (await import('./options.js')).addOptionsCommand,
  restart: async () => (await import('./restart.js')).addRestartCommand,
  try: async () => (await import('./try.js')).addTryCommand,
  matrix: async () => (await import('./matrix.js')).addMatrixCommand,
  case: async () => (await import('./case.js')).addCaseCommand,
  list: async () => (await import('./list.js')).addListCommand,
  lab: async () => (await import('./lab.js')).addLabCommand,
  doctor: async () => (await import('./doctor.js')).addDoctorCommand,
  build: async () => (await import('./build.js')).addBuildCommand,
};

/** Adds the command that is called; all of them for help, and for a word that is none. */
async function addCommands(program: Command, [word = 'help']: readonly string[]): Promise<void> {
  if (word === '--version' || word === '-V') return;
  const called = Object.hasOwn(commands, word) ? commands[word] : undefined;
  const loaders = called === undefined ? Object.values(commands) : [called];
  for (const add of await Promise.all(loaders.map((load) => load()))) add(program, root);
}

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

addCommands(program, process.argv.slice(2))
  .then(() => program.parseAsync())
  .catch(report);

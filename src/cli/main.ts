#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCaseCommand } from './case.js';
import { addDoctorCommand } from './doctor.js';
import { exitCodeHelp, exitCodes, report, reportUnwritten } from './exit.js';
import { addLabCommand } from './lab.js';
import { addListCommand } from './list.js';
import { addMatrixCommand } from './matrix.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('sockwise')
  .description('Low-level sockets that tell you what the kernel did and why.')
  .version(manifest.version)
  .showHelpAfterError()
  // Commander ends with 1 for a mistake on the command line; here 1 means that something was found.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage))
  .addHelpText('afterAll', exitCodeHelp);

addMatrixCommand(program);
addCaseCommand(program);
addListCommand(program);
addLabCommand(program);
addDoctorCommand(program);

// A reader that has seen enough (as in `| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (as in `| head`) is no error.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  reportUnwritten('standard output', error);
});

program.parseAsync().catch(report);

import { answers } from './answers.js';
import { type Commands, runProgram } from './program.js';

/** All commands. The lab alone takes longer to load than most commands run. */
const commands: Commands = {
  ...answers,
  restart: async () => (await import('./restart.js')).addRestartCommand,
  try: async () => (await import('./try.js')).addTryCommand,
  matrix: async () => (await import('./matrix.js')).addMatrixCommand,
  case: async () => (await import('./case.js')).addCaseCommand,
  list: async () => (await import('./list.js')).addListCommand,
  lab: async () => (await import('./lab.js')).addLabCommand,
  doctor: async () => (await import('./doctor.js')).addDoctorCommand,
  build: async () => (await import('./build.js')).addBuildCommand,
};

/** Runs one of them. */
export function runEvery(): Promise<void> {
  return runProgram(commands);
}

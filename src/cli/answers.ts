import { type Commands, runProgram } from './program.js';

/** The commands that answer at once. */
export const answers: Commands = {
  why: async () => (await import('./why.js')).addWhyCommand,
  sockets: async () => (await import('./sockets.js')).addSocketsCommand,
  free: async () => (await import('./free.js')).addFreeCommand,
  set: async () => (await import('./set.js')).addSetCommand,
  options: async () => (await import('./options.js')).addOptionsCommand,
};

/** Runs one of them. */
export function runAnswer(): Promise<void> {
  return runProgram(answers);
}

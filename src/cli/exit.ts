/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  interrupted: 130,
} as const;

const meanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'completed (a refuted claim is a result, not a failure)'],
  [
    exitCodes.failed,
    'a port is held, a call failed, or something is left (why, try, free); a run was aborted, or output could not be written',
  ],
  [exitCodes.usage, 'a mistake on the command line'],
  [exitCodes.interrupted, 'interrupted (143: SIGTERM); partial results were printed'],
];

/** For the help of every command. */
export const exitCodeHelp = `
Exit codes:
${meanings.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`).join('\n')}`;

/** Control characters, which may come from a script, would rule the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, ' ');
}

/** By its name: the class is loaded with the addon, and the commands have to speak where there is none. */
export function isUsageError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === 'UsageError';
}

/** The last word on an error: a mistake of the user is one line, anything else keeps its stack. */
export function report(error: unknown): void {
  const usage = isUsageError(error);
  console.error(usage ? printable(`sockwise: ${error.message}`) : error);
  process.exitCode = usage ? exitCodes.usage : exitCodes.failed;
}

/**
 * Says on standard error, in a line, that a result could not be written: a full disk is no fault of the program.
 * Without messageOf() of errors.ts, which is bundled with what needs the addon.
 */
export function reportUnwritten(where: string, error: unknown): void {
  console.error(printable(`sockwise: ${where}: ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = exitCodes.failed;
}

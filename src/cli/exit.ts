import { UsageError } from '../index.js';

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  /** It ran, and found what it was asked to look for: a case broke off, a verdict differs. */
  failed: 1,
  /** A mistake on the command line. */
  usage: 2,
  /** Ended by Ctrl+C; what there was has been printed. */
  interrupted: 130,
} as const;

/** Control characters, which may come from a script, would rule the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, ' ');
}

/** The last word on an error: a mistake of the user is one line, anything else keeps its stack. */
export function report(error: unknown): void {
  const usage = error instanceof UsageError;
  console.error(usage ? printable(`sockwise: ${error.message}`) : error);
  process.exitCode = usage ? exitCodes.usage : exitCodes.failed;
}

/**
 * How wide to print: COLUMNS where somebody set it (POSIX.1-2017, Base Definitions 8.3), else as wide as the terminal, and
 * `otherwise` where there is none, or one that does not know its size and says 0.
 */
export function terminalWidth(otherwise: number): number {
  const asked = Number(process.env['COLUMNS']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return process.stdout.columns > 0 ? process.stdout.columns : otherwise;
}

import type { GridCall, GridPair, GridResult, GridTable } from './run.js';

/** The first call of a pair that failed; `undefined` if both sockets have the port. */
export function failedCall({ calls }: GridPair): GridCall | undefined {
  return calls.find(({ observed }) => observed !== 'ok');
}

/** What came of a pair, in a word or two: the first call that failed, and how. */
export function fateOf(pair: GridPair): string {
  const failed = failedCall(pair);
  if (failed === undefined) return 'ok';
  return `${failed.socket === 'first' ? 'first ' : ''}${failed.call} ${failed.observed}`;
}

export function differs({ observed, predicted }: GridCall): boolean {
  return predicted !== null && predicted !== observed;
}

export function isOpen({ predicted }: GridCall): boolean {
  return predicted === null;
}

export interface Tally {
  readonly pairs: number;
  readonly calls: number;
  /** Pairs by what came of them. */
  readonly fates: Readonly<Record<string, number>>;
  /** Calls the model does not predict, by the reason it gives and what the kernel said. */
  readonly unpredicted: Readonly<Record<string, number>>;
  /** Calls of which the model says something else than the kernel. */
  readonly differences: number;
}

function count(into: Record<string, number>, key: string): void {
  into[key] = (into[key] ?? 0) + 1;
}

/** Counts pairs by what came of them, and the calls on which kernel and model differ. */
export function tallyOf(tables: readonly GridTable[]): Tally {
  const fates: Record<string, number> = {};
  const unpredicted: Record<string, number> = {};
  let [pairs, calls, differences] = [0, 0, 0];
  for (const pair of tables.flatMap((table) => table.pairs)) {
    pairs++;
    count(fates, fateOf(pair));
    for (const call of pair.calls) {
      calls++;
      if (differs(call)) differences++;
      if (call.unpredictable !== undefined) count(unpredicted, `${call.unpredictable}: ${call.observed}`);
    }
  }
  return { pairs, calls, fates, unpredicted, differences };
}

/** Every pair of which the model says something else than the kernel, in a line each. */
export function differencesOf({ tables }: GridResult): readonly string[] {
  return tables.flatMap(({ name, pairs }) =>
    pairs.flatMap(({ first, second, calls }) =>
      calls
        .filter(differs)
        .map(
          ({ socket, call, observed, predicted, rule }) =>
            `${name}: ${first}, then ${second}: ${call} of the ${socket} said ${observed}, predicted ${predicted} (${rule})`,
        ),
    ),
  );
}

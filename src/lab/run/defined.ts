import type { Experiment } from './experiment-shape.js';

// A file may load another copy of this package than the process that runs it, so both know the list by a name of the process.
const key = Symbol.for('sockwise.experiments');

function list(): unknown[] | undefined {
  const found: unknown = Reflect.get(globalThis, key);
  return Array.isArray(found) ? found : undefined;
}

/** Notes an experiment as defined, if somebody wants to know. */
export function noteDefined(experiment: object): void {
  list()?.push(experiment);
}

/** Takes back experiments that no file of the user's defines: they came with the package that the file imports. */
export function forgetDefined(experiments: readonly object[]): void {
  const noted = list();
  for (const experiment of experiments) {
    const index = noted?.indexOf(experiment) ?? -1;
    if (index >= 0) noted?.splice(index, 1);
  }
}

/** Calls `load` and returns its value with the experiments that were defined meanwhile, in that order. */
export async function whileDefining<T>(load: () => Promise<T>): Promise<{ value: T; defined: readonly unknown[] }> {
  const defined: unknown[] = [];
  const before = list();
  Reflect.set(globalThis, key, defined);
  try {
    return { value: await load(), defined };
  } finally {
    Reflect.set(globalThis, key, before);
  }
}

function isExperiment(value: unknown): value is Experiment {
  return typeof value === 'object' && value !== null && 'record' in value && 'variants' in value && 'title' in value;
}

/** The experiments that a module exports, under any name, or in arrays, in the order they were defined. */
export function exportedFrom(module: unknown, defined: readonly unknown[]): Experiment[] {
  const exported = Object.values(Object(module)).flat();
  return [...new Set(exported)].filter(isExperiment).sort((a, b) => defined.indexOf(a) - defined.indexOf(b));
}

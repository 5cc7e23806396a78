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

/** Does `load` and tells which experiments were defined meanwhile, in that order. */
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

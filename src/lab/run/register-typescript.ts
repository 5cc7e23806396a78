import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { compiled } from '../../package.js';

type Next = (specifier: string, context: object) => unknown;

type RegisterHooks = (hooks: {
  resolve(specifier: string, context: { readonly parentURL?: string }, next: Next): unknown;
  load(url: string, context: object, next: Next): unknown;
}) => unknown;

function isRegisterHooks(value: unknown): value is RegisterHooks {
  return typeof value === 'function';
}

let isRegistered = false;

/**
 * From now on `import` takes TypeScript. Node reads it by itself from 22.18 on, but no enums and no parameter properties, and it
 * finds no `x.ts` for `./x.js`.
 */
export async function registerTypescript(): Promise<void> {
  if (isRegistered) return;
  isRegistered = true;
  // From Node 22.15 on; register() runs them in a thread of their own, and Node 26 warns of it.
  const registerHooks: unknown = Reflect.get(nodeModule, 'registerHooks');
  if (!isRegisterHooks(registerHooks)) {
    nodeModule.register(pathToFileURL(compiled('lab/run/typescript-hooks.js')));
    return;
  }
  const { loadScript, resolveImport } = await import('./typescript.js');
  registerHooks({
    resolve(specifier, context, next) {
      return next(resolveImport(specifier, context.parentURL) ?? specifier, context);
    },
    load(url, context, next) {
      return loadScript(url) ?? next(url, context);
    },
  });
}

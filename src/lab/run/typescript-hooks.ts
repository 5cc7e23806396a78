// What module.register() of Node before 22.15 takes: the same, in a thread of its own.
import { loadScript, resolveImport } from './typescript.js';

type Next = (specifier: string, context: object) => Promise<object>;

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: Next,
): Promise<object> {
  return await next(resolveImport(specifier, context.parentURL) ?? specifier, context);
}

export async function load(url: string, context: object, next: Next): Promise<object> {
  return loadScript(url) ?? (await next(url, context));
}

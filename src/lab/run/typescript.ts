import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'sucrase';

const typescript = /\.([cm]?)ts$/;
const javascript = /\.([cm]?)js$/;

/** Without packages, which bring JavaScript. */
function isScript(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/');
}

/**
 * The file that an import of a script names: `./x.js` stands for `x.ts`, as TypeScript has it, and so does `./x`. `undefined` where
 * Node finds what is named, or nothing is there.
 */
export function resolveImport(specifier: string, parent: string | undefined): string | undefined {
  if (!/^(?:\.{1,2}\/|file:)/.test(specifier) || parent === undefined || !isScript(parent)) return undefined;
  const url = new URL(specifier, parent);
  const exists = (path: string): boolean => existsSync(new URL(path, url));
  if (exists(url.pathname) && /\.\w+$/.test(url.pathname)) return undefined;
  const [path] = [url.pathname.replace(javascript, '.$1ts'), `${url.pathname}.ts`].filter(
    (one) => one !== url.pathname && exists(one),
  );
  return path === undefined ? undefined : new URL(path, url).href;
}

function hasPlace(
  error: unknown,
): error is Error & { readonly loc: { readonly line: number; readonly column: number } } {
  return error instanceof Error && 'loc' in error;
}

/** The JavaScript of a script, line by line where it was: positions of errors hold. */
function javascriptOf(path: string): string {
  try {
    // What Node runs itself stays: fields of classes, `?.`.
    const { code } = transform(readFileSync(path, 'utf8'), { transforms: ['typescript'], disableESTransforms: true });
    return code;
  } catch (error) {
    if (!hasPlace(error)) throw error;
    const { line, column } = error.loc;
    const reason = error.message.replace(/^Error transforming .*?: /, '').replace(/ \(\d+:\d+\)$/, '');
    throw new SyntaxError(`${reason}\n ${path}:${line}:${column}`, { cause: error });
  }
}

export interface LoadedScript {
  readonly format: 'module' | 'commonjs';
  readonly source: string;
  readonly shortCircuit: true;
}

/** A file of TypeScript as JavaScript; `undefined` for any other. */
export function loadScript(url: string): LoadedScript | undefined {
  const [, kind] = typescript.exec(url) ?? [];
  if (kind === undefined || !isScript(url)) return undefined;
  return {
    format: kind === 'c' ? 'commonjs' : 'module',
    source: javascriptOf(fileURLToPath(url)),
    shortCircuit: true,
  };
}

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { code } from '../../package.js';

const frame = /^ +at (?:.*\(|async )?((?:file:\/\/)?\/[^()\n]*):(\d+):(\d+)\)?$/gm;
/** A syntax error of a module has its place in front, and one of a file of TypeScript behind. */
const front = /^(?:file:\/\/)?(\/[^\n]*):(\d+)\n/;
const behind = /\n\s*(\/[^\n]*):(\d+):(\d+)$/;

function pathOf(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}

/** As `script.mjs:7:3`; from the working directory, unless it lies elsewhere. */
function shown(file: string, ...numbers: readonly string[]): string {
  const path = pathOf(file);
  const short = relative(process.cwd(), path);
  return [short.startsWith('..') ? path : short, ...numbers].join(':');
}

/** Whether a file is neither of this package nor of another. */
export function isOutside(file: string): boolean {
  const path = pathOf(file);
  return !path.startsWith(code) && !path.includes('/node_modules/');
}

/** The first on the stack that is neither of this package nor of another. */
function positionOn(stack: string): string | undefined {
  for (const [, file = '', line = '', column = ''] of stack.matchAll(frame))
    if (isOutside(file)) return shown(file, line, column);
  return undefined;
}

const remembered = new WeakMap<object, string>();

/**
 * Where in a script an error came from, as `script.mjs:7:3`; undefined where nothing tells, as for a limit that ran out.
 */
export function positionOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const stack = error.stack ?? '';
  const [, file, ...numbers] = front.exec(stack) ?? behind.exec(error.message) ?? [];
  if (file !== undefined) return shown(file, ...numbers);
  return positionOn(stack) ?? remembered.get(error);
}

/** The same without its place, where the text has one. */
export function messageWithoutPosition({ message }: Error): string {
  return message.replace(behind, '').trim();
}

/** As `on purpose (script.mjs:7:3)`. */
export function withPosition({ message, where }: { readonly message: string; readonly where?: string }): string {
  return where === undefined ? message : `${message} (${where})`;
}

/**
 * To be called in an async function that was waited for: the stack of an error which the event loop made has nobody on it, but
 * here those who wait are known.
 */
export function rememberPosition(error: unknown): void {
  if (!(error instanceof Error) || positionOn(error.stack ?? '') !== undefined) return;
  const place = positionOn(new Error().stack ?? '');
  if (place !== undefined) remembered.set(error, place);
}

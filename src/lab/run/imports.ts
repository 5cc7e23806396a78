import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * What a script imports from beside it. Not a parser: one that a comment names is watched for nothing, and one whose name is computed is
 * not watched.
 */
const relativeImport = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The file of a script with all that it imports by relative names, whether they are there or not. */
export async function filesOf(file: string): Promise<string[]> {
  const { resolveImport } = await import('./typescript.js');
  const files = new Set([resolve(file)]);
  for (const path of files) {
    if (path.endsWith('.pkt')) continue;
    const url = pathToFileURL(path).href;
    for (const [, , specifier = ''] of textOf(path).matchAll(relativeImport))
      files.add(fileURLToPath(resolveImport(specifier, url) ?? new URL(specifier, url).href));
  }
  return [...files];
}

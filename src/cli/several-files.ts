import { closeSync } from 'node:fs';
import { extname } from 'node:path';
import { openForWriting } from './output-file.js';

/** As part of a file's name: `TIME_WAIT, with the option` is `time-wait-with-the-option`. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);
}

/**
 * FILE for one run; for several, FILE with the name of each before its ending, as `out-linger-zero-unread-data.svg`. Names that come to
 * the same get a number.
 */
export function fileOfEach(file: string, names: readonly string[]): string[] {
  if (names.length === 1) return [file];
  const ending = extname(file);
  const stem = file.slice(0, file.length - ending.length);
  const taken = new Set<string>();
  return names.map((name) => {
    const first = `${stem}-${slug(name)}`;
    let each = first;
    for (let count = 2; taken.has(each); count++) each = `${first}-${count}`;
    taken.add(each);
    return `${each}${ending}`;
  });
}

/** The files that a flag names for these runs, none without it; each can be written, and is there now. */
export function filesFor(flag: string, file: string | undefined, names: readonly string[]): string[] {
  if (file === undefined) return [];
  const files = fileOfEach(file, names);
  for (const each of files) closeSync(openForWriting(each, flag));
  return files;
}

/** This file; bundlers that write CommonJS leave none. */
export const ownFile: string | undefined = import.meta.filename;

/** Own code is in `src/` or in `dist/`, at a depth that the bundler chooses. */
const [, before = '', folder = ''] = /^(.*\/)(src|dist)\//.exec(ownFile ?? '') ?? [];

/** Where this package is. */
export const root = before;

/** `src/` or `dist/` of it, whichever runs. */
export const code = `${before}${folder}/`;

/** A file of `dist/`, also for code that runs from `src/`: what a process of its own runs is compiled. */
export function compiled(path: string): string {
  return `${root}dist/${path}`;
}

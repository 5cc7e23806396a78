import { nodeBinary, type NodeVersion } from '../../lab/run/needs.js';

export type { NodeVersion } from '../../lab/run/needs.js';

/** The versions of Node that this package supports: their even numbers. */
export const supportedNodes: readonly NodeVersion[] = [20, 22, 24, 26];

/** The program of this version; undefined where it is not here. */
export function nodeOf(version: NodeVersion): string | undefined {
  return nodeBinary(version);
}

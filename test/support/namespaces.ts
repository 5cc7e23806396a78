import { readdirSync } from 'node:fs';
import { namespacesAvailable } from '../../src/netns/user-namespace.js';

/** Whether this process may make network namespaces itself; otherwise tests that need one are skipped. */
export const canMakeNamespaces = namespacesAvailable().how === 'root';

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  // One of them is the directory's own.
  return readdirSync('/proc/self/fd').length - 1;
}

import { readdirSync } from 'node:fs';
import { afterAll } from 'vitest';
import { waitForState } from '../../src/netlink/wait-for-state.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { namespacesAvailable } from '../../src/netns/user-namespace.js';

/** Whether this process may make network namespaces itself; otherwise tests that need one are skipped. */
export const canMakeNamespaces = namespacesAvailable().how === 'root';

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  // One of them is the directory's own.
  return readdirSync('/proc/self/fd').length - 1;
}

/** Where a test makes its sockets and looks at them. */
export interface Network {
  run<T>(work: () => T): T;
  readonly waitForState: typeof waitForState;
}

/**
 * A namespace of the test file's own, until its end, in which nobody else's sockets take ports or appear in lists. Where that is
 * not allowed it is the machine's network, and the ports the kernel chooses keep tests apart.
 */
export function privateNetwork(): Network {
  if (!canMakeNamespaces) return { run: (work) => work(), waitForState };
  const namespace = NetworkNamespace.create();
  afterAll(() => namespace.close());
  return {
    run: (work) => namespace.run(work),
    waitForState: namespace.waitForState.bind(namespace) as typeof waitForState,
  };
}

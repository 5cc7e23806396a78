import { namespacesAvailable, reexecInUserNamespace } from '../index.js';
import { carryHostValues, type Isolation } from '../claims/index.js';

export interface Mode {
  readonly isolation: Isolation;
  /** As printed: `root`, `user namespace`, `loopback`. */
  readonly mode: string;
  /** Why there are no namespaces. */
  readonly reason?: string;
}

/**
 * How cases can be kept apart from the machine's own network. As an ordinary user the program starts itself again in a
 * user namespace, once, and this function does not return in the first of the two.
 */
export async function chooseMode(): Promise<Mode> {
  const access = namespacesAvailable();
  switch (access.how) {
    case 'root':
      return {
        isolation: 'namespaces',
        mode: process.env['SOCKWISE_IN_USER_NAMESPACE'] === undefined ? 'root' : 'user namespace',
      };
    case 'none':
      return { isolation: 'loopback', mode: 'loopback', reason: access.reason };
    case 'user-namespace':
      // In there the sysctls are those of another network.
      carryHostValues();
      process.exit(await reexecInUserNamespace());
  }
}

import type { OptionValues } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { Family } from './ground.js';
import { outcome } from '../../lab/record/recorder.js';

/** SO_REUSEADDR and nothing else. */
export const reuse: OptionValues = { SO_REUSEADDR: true };

/** Where a server is started again, and how. */
export interface Restart {
  /** A if absent. */
  readonly address?: string;
  readonly port: number;
  /** IPv4 if absent. */
  readonly family?: Family;
  readonly options?: OptionValues;
  /** Of the new server's socket. */
  readonly name?: string;
}

/** What bind() or listen() of a server said that is started again on the address and port. */
export function startAgain(host: Host, again: Restart): string {
  const { address = host.A, port, family = 'IPv4', options = {}, name = 'restarted' } = again;
  return outcome(() => host.open({ name, family, options }).bind({ address, port }).listen());
}

/** What bind() alone said. */
export function bindAgain(host: Host, { address = host.A, port, options = {}, name = 'restarted' }: Restart): string {
  return outcome(() => host.open({ name, options }).bind({ address, port }));
}

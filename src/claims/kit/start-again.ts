import type { OptionValues } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import { outcome } from '../../lab/record/recorder.js';

export interface Place {
  readonly address?: string;
  readonly port: number;
  readonly options?: OptionValues;
}

/** What a server hears when it is started on the address, or A, and port again. */
export function startAgain(host: Host, { address = host.A, port, options = {} }: Place): string {
  return outcome(() => host.open({ name: 'restarted', options }).bind({ address, port }).listen());
}

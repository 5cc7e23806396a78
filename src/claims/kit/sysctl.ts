import { codeOf } from '../../errors.js';
import type { Host } from '../../lab/network/host.js';

/** Sets a sysctl of a host; whether the kernel has one of this name. */
export function setIfThere(host: Host, name: string, value: number): boolean {
  try {
    host.setSysctl(name, value);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return false;
  }
}

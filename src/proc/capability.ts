import { check } from '../errors.js';
import { native } from '../native/load.js';

/** Numbers of include/uapi/linux/capability.h. */
const numbers = { CAP_NET_BIND_SERVICE: 10 } as const;

/**
 * `capset(2)` - calls `work` while this thread is without a capability, which it has again afterwards: it stays permitted.
 * `work` must be synchronous. No other thread is affected.
 */
export function withoutCapability<T>(name: keyof typeof numbers, work: () => T): T {
  const number = numbers[name];
  const had = check(native.setCapability(number, false), 'capset');
  try {
    return work();
  } finally {
    if (had === 1) check(native.setCapability(number, true), 'capset');
  }
}

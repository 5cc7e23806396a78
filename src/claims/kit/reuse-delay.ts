import type { Host } from '../../lab/network/host.js';
import { outcome } from '../../lab/record/recorder.js';
import { until } from '../../lab/record/until.js';
import { setIfThere } from './sysctl.js';

/** For how many milliseconds connect() leaves a TIME_WAIT alone. Linux has this sysctl since 6.14. */
const sysctl = 'net.ipv4.tcp_tw_reuse_delay';

export function hasReuseDelay(host: Host): boolean {
  return outcome(() => host.sysctl(sysctl)) === 'ok';
}

/** Whether there was a delay to set. */
export function setReuseDelay(host: Host, ms: number): boolean {
  return setIfThere(host, sysctl, ms);
}

/** ktime_get_seconds() is brought up to date at each jiffy, of up to 10 ms. */
const jiffyNs = 10_000_000n;

/**
 * Waits until tcp_tw_reuse lets connect() take over the TIME_WAITs that a host has now. tcp_twsk_unique() compares CLOCK_MONOTONIC with
 * the time at which each began, in whole milliseconds or, before Linux 6.14, whole seconds. What is left of its timer tells no age as
 * exactly: that is counted in jiffies.
 */
export async function pastReuseDelay(host: Host): Promise<void> {
  const delayMs = 1;
  const [unitNs, delay] = setReuseDelay(host, delayMs) ? [1_000_000n, BigInt(delayMs)] : [1_000_000_000n, 0n];
  const latest = process.hrtime.bigint() / unitNs + delay;
  const isOver = (): boolean => (process.hrtime.bigint() - jiffyNs) / unitNs > latest;
  await until(() => isOver() || undefined, 'the TIME_WAIT is older than the delay');
}

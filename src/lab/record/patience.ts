import { int32Max } from '../../errors.js';

const variable = 'SOCKWISE_PATIENCE';
const most = 100;
/** More is not taken for slowness: the process has waited for something. */
const mostMeasured = 20;
/** Milliseconds from the start of Node to the first line of a script, on two idle cores of 2023. */
const referenceStartMs = 40;

/** By what every deadline of the lab is multiplied: 1, or what {@link setPatience} has set in the process that started this one. */
export function patience(): number {
  const given = Number(process.env[variable] ?? 1);
  return given > 0 && given <= most ? given : 1;
}

/** A deadline in milliseconds, as long as it has to be on this machine. */
export function patient(ms: number): number {
  return Math.min(Math.round(ms * patience()), int32Max);
}

/**
 * How slow this machine is now, as the start of a process shows, which waits for nothing: how long it has lived for each second
 * of CPU time it got, or how long Node took to start for each time it takes elsewhere. 1 on an idle machine.
 */
function slowness(): number {
  const { user, system } = process.cpuUsage();
  const busy = performance.now() / ((user + system) / 1000);
  const slow = performance.nodeTiming.bootstrapComplete / referenceStartMs;
  return Math.min(Math.max(1, busy, slow), mostMeasured);
}

/** For this process and those it starts; measured where nothing is given. To be called soon after the start. */
export function setPatience(given?: number): void {
  process.env[variable] = String(given ?? Math.ceil(10 * slowness()) / 10);
}

/** Whether somebody has set it: a caller by the option, or the process that started this one. */
export function isPatienceSet(): boolean {
  return process.env[variable] !== undefined;
}

import type { Difference } from '../network/peer/as-written.js';
import type { When } from './script.js';

/** How far a time may be from what is written, in milliseconds, or in percent of what it is part of. */
export interface Tolerance {
  readonly toleranceMs: number;
  readonly tolerancePercent: number;
}

/** When the lines of a script are due, and when they happened: all in milliseconds of performance.now(). */
export class Timeline {
  readonly #beginMs = performance.now();
  /** By how much everything has been put off, where the machine was late. */
  #lateMs = 0;
  /** When the line before should have happened, and when it had. */
  #plannedMs = this.#beginMs;
  #doneMs = this.#beginMs;
  /**
   * When the host said something last, and what the script waits since: however late the machine was with a line, what the host
   * does of its own accord may come from then on.
   */
  #earliestMs = this.#beginMs;

  get lateMs(): number {
    return this.#lateMs;
  }

  /** What the clock of the script shows at a moment. */
  scriptMs(ms: number): number {
    return ms - this.#beginMs - this.#lateMs;
  }

  /** What a time of the script counts from. */
  baseMs({ kind }: When): number {
    return kind === 'at' ? this.#beginMs + this.#lateMs : this.#plannedMs;
  }

  dueMs(when: When): number {
    return when.kind === 'any' ? performance.now() : this.baseMs(when) + when.ms;
  }

  /** From when to when something may happen that the script does not do itself, before any tolerance. */
  window(when: When, longestMs: number): [fromMs: number, toMs: number] {
    if (when.kind === 'any') return [0, performance.now() + longestMs];
    const base = this.baseMs(when);
    const toMs = base + (when.latestMs ?? when.ms);
    return [Math.min(this.#earliest(when), base + when.ms), Math.max(toMs, toMs + this.#doneMs - this.#plannedMs)];
  }

  #earliest(when: Exclude<When, { kind: 'any' }>): number {
    return (when.kind === 'at' ? this.#beginMs : this.#earliestMs) + when.ms;
  }

  /** How long after the line before it was due. */
  since(ms: number): number {
    return ms - this.#plannedMs;
  }

  /**
   * What is wrong with something that happened at `atMs` and was to happen from `fromMs` to `toMs`; `lastsMs` is what a part of
   * is tolerated, the time since the line before if absent. `undefined` where nothing is.
   */
  wrongTime(
    atMs: number,
    [fromMs, toMs]: readonly [fromMs: number, toMs: number],
    { toleranceMs, tolerancePercent }: Tolerance,
    lastsMs = this.since(toMs),
  ): { readonly message: string; readonly difference: Difference } | undefined {
    const tolerance = Math.max(toleranceMs, (tolerancePercent / 100) * lastsMs);
    if (atMs >= fromMs - tolerance && atMs <= toMs + tolerance) return undefined;
    const since = (ms: number): string => `${this.since(ms).toFixed(1)} ms`;
    const expected = fromMs === toMs ? since(fromMs) : `${since(fromMs)} to ${since(toMs)}`;
    return {
      message: `expected ${expected} after the line before, got ${since(atMs)} (tolerance ${Number(tolerance.toFixed(1))} ms)`,
      difference: { field: 'time', expected, got: since(atMs) },
    };
  }

  /** A line that was due has been played. */
  played(when: When, dueMs: number, begunMs: number, doneMs: number): void {
    const late = begunMs - dueMs;
    // What follows is put off as well: the time between two lines is what the kernel measures.
    this.#plannedMs = begunMs;
    this.#lateMs += late;
    this.#earliestMs = when.kind === 'any' ? begunMs : this.#earliest(when);
    this.#doneMs = doneMs;
  }

  /** The host has done what was expected of it, in time. */
  came(when: When, atMs: number): void {
    const [, toMs] = this.window(when, 0);
    const planned = when.kind === 'any' ? atMs : Math.min(Math.max(atMs, this.baseMs(when) + when.ms), toMs);
    // Beyond its own time it may only be for the line before, which took so long.
    if (when.kind !== 'any') this.#lateMs += Math.max(0, planned - this.baseMs(when) - (when.latestMs ?? when.ms));
    this.#plannedMs = planned;
    this.#earliestMs = atMs;
    this.#doneMs = Math.max(planned, atMs);
  }
}

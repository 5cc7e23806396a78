import type { CitedRule } from '../../explain/cite.js';
import type { Event } from './event.js';
import type { Json } from './json.js';
import type { Labels } from './labels.js';
import type { Unrun } from './not-run.js';
import type { Recording } from './trace.js';

export type Verdict = 'confirmed' | 'refuted' | 'qualified' | 'skipped';

/** Where claims come from. */
export interface Article {
  /** As `000`. */
  readonly number: string;
  readonly title: string;
}

/** Where a row stands in the grid that reports draw of what came of binding beside a socket. */
export interface GridCell {
  readonly line: string;
  readonly column: string;
}

export interface RowResult {
  readonly name: string;
  /** Of the rows that bind beside a socket. */
  readonly cell?: GridCell;
  readonly events: readonly Event[];
  readonly says?: Json;
  readonly observed: Json;
  readonly ok: boolean | null;
  /** With packets and states, where it was asked for. */
  readonly recording?: Recording;
}

export interface CaseResult {
  readonly id: string;
  readonly articles: readonly string[];
  readonly title: string;
  readonly claim: string;
  readonly verdict: Verdict;
  /** One sentence that states what the rows show; of a skipped case, why. */
  readonly because: string;
  /** What of it was not run, and why; absent where all was. */
  readonly unrun?: readonly Unrun[];
  /** Rules of the kernel behind it, the one that decides first. */
  readonly rules: readonly CitedRule[];
  /** What to do about it in a service. */
  readonly advice: string;
  /** What the parts of its observations are called, by key. */
  readonly labels?: Labels;
  readonly rows: readonly RowResult[];
  readonly durationMs: number;
  /** The case was aborted: neither the kernel nor the article is to blame. */
  readonly error?: string;
}

/** A sysctl of the machine that is not at the kernel's default. */
export interface HostSetting {
  readonly name: string;
  readonly value: string;
  readonly default: string;
  /** What it changes, in one sentence. */
  readonly changes: string;
  /** The cases it touches, by id. */
  readonly cases: readonly string[];
  /** Whether the cases ran with the value of the machine; otherwise they ran with the default. */
  readonly used: boolean;
}

export interface MatrixResult {
  /** Release of the kernel under test. */
  readonly kernel: string;
  readonly node: string;
  /** How the cases were kept apart: `root`, `user namespace` or `loopback`. */
  readonly mode: string;
  readonly durationMs: number;
  readonly cases: readonly CaseResult[];
  /** Settings of the machine that touch these cases; absent where all are the kernel's defaults. */
  readonly hostSettings?: readonly HostSetting[];
  /** The ids of those that had not ended when the run was interrupted; absent where it came to its end. */
  readonly unfinished?: readonly string[];
}

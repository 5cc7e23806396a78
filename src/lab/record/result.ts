import type { CitedRule } from '../../explain/cite.js';
import type { Event } from './event.js';
import type { Json } from './json.js';
import type { Labels } from './labels.js';
import type { Unrun } from './not-run.js';
import type { Recording } from './trace.js';

/** `qualified`: it depends, some rows are as the claim says and some are not. `skipped`: not run, or aborted. */
export type Verdict = 'confirmed' | 'refuted' | 'qualified' | 'skipped';

/** Where claims come from. */
export interface Article {
  /** As `000`. */
  readonly number: string;
  /** Of the article. */
  readonly title: string;
}

/** Where a row stands in the grid that reports draw of what came of binding beside a socket. */
export interface GridCell {
  /** Name of the line. */
  readonly line: string;
  /** Name of the column. */
  readonly column: string;
}

/** A row of a case that was run. */
export interface RowResult {
  /** Says what is different about it. */
  readonly name: string;
  /** Of the rows that bind beside a socket. */
  readonly cell?: GridCell;
  /** What was done, in order. */
  readonly events: readonly Event[];
  /** What the claim says of it; absent where it leaves it open. */
  readonly says?: Json;
  /** What the kernel did. */
  readonly observed: Json;
  /** Whether it did as `says`; `null` where the claim says nothing of it. */
  readonly ok: boolean | null;
  /** With packets and states, where it was asked for. */
  readonly recording?: Recording;
}

/** A case that was run. */
export interface CaseResult {
  /** As `G1`. */
  readonly id: string;
  /** Their numbers, as `000`. */
  readonly articles: readonly string[];
  /** What it is about, in a few words. */
  readonly title: string;
  /** What the articles say. */
  readonly claim: string;
  /** Computed from the rows. */
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
  /** What each of its situations came to. */
  readonly rows: readonly RowResult[];
  /** How long it took. */
  readonly durationMs: number;
  /** The case was aborted: neither the kernel nor the article is to blame. */
  readonly error?: string;
}

/** A sysctl of the machine that is not at the kernel's default. */
export interface HostSetting {
  /** As `net.ipv4.tcp_syncookies`. */
  readonly name: string;
  /** That of the machine. */
  readonly value: string;
  /** The kernel's. */
  readonly default: string;
  /** What it changes, in one sentence. */
  readonly changes: string;
  /** The cases it touches, by id. */
  readonly cases: readonly string[];
  /** Whether the cases ran with the value of the machine; otherwise they ran with the default. */
  readonly used: boolean;
}

/** A run of the matrix. */
export interface MatrixResult {
  /** Release of the kernel under test. */
  readonly kernel: string;
  /** Version of Node. */
  readonly node: string;
  /** How the cases were kept apart: `root`, `user namespace` or `loopback`. */
  readonly mode: string;
  /** How long all took. */
  readonly durationMs: number;
  /** In the order asked for. */
  readonly cases: readonly CaseResult[];
  /** Settings of the machine that touch these cases; absent where all are the kernel's defaults. */
  readonly hostSettings?: readonly HostSetting[];
  /** The ids of those that had not ended when the run was interrupted; absent where it came to its end. */
  readonly unfinished?: readonly string[];
}

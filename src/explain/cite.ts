import { type LifeRuleId, lifeRules } from './life-rules.js';
import { type RuleId, rules } from './rules.js';

/** Names any rule of the kernel. */
export type AnyRuleId = RuleId | LifeRuleId;

/** A rule as a text cites it: the same words wherever it is printed. */
export interface CitedRule {
  readonly id: string;
  /** One or two plain sentences. */
  readonly text: string;
  /** Where the kernel does it, as `inet_bind_conflict()`. */
  readonly kernel: string;
  /** Manual page or RFC section. */
  readonly source: string;
  /** First Linux release it holds for; absent where it is older than 3.0. */
  readonly since?: string;
  /** First Linux release it does not hold for. */
  readonly until?: string;
}

const all = { ...lifeRules, ...rules };

export function cite(id: AnyRuleId): CitedRule {
  const { text, kernel, source, since, until } = all[id];
  return { id, text, kernel, source, ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/** How a text says since when, and until when, a rule holds. */
export interface VersionWords {
  readonly since: (version: string) => string;
  readonly until: (version: string) => string;
}

const inEnglish: VersionWords = {
  since: (version) => `since Linux ${version}`,
  until: (version) => `until Linux ${version}`,
};

/** Where a rule stands, for those who want to look it up: kernel functions, man pages and RFCs, versions. */
export function placeOf(
  { kernel, source, since, until }: Omit<CitedRule, 'id' | 'text'>,
  words: VersionWords = inEnglish,
): string {
  const versions = [since && words.since(since), until && words.until(until)].filter(Boolean);
  return [kernel, source, ...versions].join('; ');
}

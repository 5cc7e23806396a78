/** Why a case, or a row of it, was not run: what it lacks here, as data. Reports say it in words. */
export type NotRun =
  | { readonly lacks: 'other-user' | 'compiler' }
  /** Something that the kernel refused, with what it said. */
  | { readonly lacks: 'destroy-socket' | 'ipv6' | 'network'; readonly said: string }
  | { readonly lacks: 'node'; readonly version: number }
  /** An older kernel than it takes. */
  | { readonly lacks: 'kernel'; readonly since: string; readonly release: string }
  /** Another system than Linux. */
  | { readonly lacks: 'linux'; readonly platform: string }
  /** It was left out by --quick: the time it waits for, as `60 s for TIME_WAIT to expire`. */
  | { readonly lacks: 'time'; readonly waitsFor: string }
  /** A sysctl that cannot be set here: its name. */
  | { readonly lacks: 'sysctl'; readonly said: string }
  /** The kernel refused a call on the way to its situation. */
  | { readonly lacks: 'situation'; readonly said: string }
  /** It broke off. */
  | { readonly lacks: 'end'; readonly said: string };

/** A row that was not run; without a name, the whole case. */
export interface Unrun {
  readonly row?: string;
  readonly why: NotRun;
}

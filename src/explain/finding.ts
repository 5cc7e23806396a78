import type { Unseen } from './held.js';
import type { Cure, RuleId, UnpredictableId } from './rules.js';
import type { Trial } from './trial.js';

/** A cure, and what came of it when it was tried on copies of the sockets, where nobody is disturbed. */
export interface TriedCure extends Cure {
  /** What the request came to on copies of the sockets after the cure; not made where the cure has no action. */
  readonly trial: Trial;
}

/** Why a call fails, or failed: what explanations of ports and of unix sockets have in common. */
export interface Finding<Request, Held> {
  /** Errno of the call that fails. Absent where nothing is in the way, or where that cannot be told. */
  readonly code?: string;
  /** The call that fails, whatever the error called it. */
  readonly call: 'bind' | 'listen' | 'connect';
  /** True where every call would work now, false where one fails, absent where something that decides cannot be seen. */
  readonly free?: boolean;
  /** What was, or was to be, asked of the kernel. */
  readonly request: Request;
  /** The sockets in the way. */
  readonly holders: readonly Held[];
  /** Sockets on the port, or of the name, that are not in the way. */
  readonly others: readonly Held[];
  /** The rule of the kernel that decides, a key of `rules`. */
  readonly rule: RuleId;
  /** The rule in one sentence. */
  readonly sentence: string;
  /** Why it cannot be told for sure. */
  readonly unpredictable?: UnpredictableId;
  /** What helps, in the order in which to try it. What was tried and did not help stands last. */
  readonly cures: readonly TriedCure[];
  /** What the request came to on copies of the sockets. */
  readonly trial: Trial;
  /** What could not be looked at, and might be in the way. */
  readonly unseen: readonly Unseen[];
  /** What else to know, in whole sentences. */
  readonly notes: readonly string[];
}

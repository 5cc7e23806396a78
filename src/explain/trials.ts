import { untried } from './sayings.js';
import { namespacesAvailable } from '../netns/user-namespace.js';
import { compiled } from '../package.js';
import type { Deadline } from './deadline.js';

import type { PortAction } from './rules.js';
import type { Situation } from './stand.js';
import { Laboratory, NoNamespace, notTried, type Trial } from './trial.js';

/** What is to be tried. */
export interface TrialOrder {
  readonly situation: Situation;
  /** Errno with which the request fails: where the copies do not, trials of cures mean nothing. */
  readonly code: string;
  readonly actions: readonly PortAction[];
}

/** What came of it. */
export interface TrialResults {
  /** The request on copies of the sockets. */
  readonly asItIs: Trial;
  /** In the order of the actions. */
  readonly cures: readonly Trial[];
}

/** Makes the trials in this process. @throws {NoNamespace} */
export function tryHere({ situation, code, actions }: TrialOrder, deadline: Deadline): TrialResults {
  const laboratory = new Laboratory(situation, deadline);
  const asItIs = laboratory.asItIs();
  const cures = actions.map((action) => {
    if (asItIs.result === 'not tried') return asItIs;
    if (asItIs.result === 'works' || asItIs.code !== code) return notTried(untried.failsOtherwise);
    return laboratory.with(action);
  });
  return { asItIs, cures };
}

const program = compiled('explain/trial-process.cjs');
// To start Node twice, and load what the trials need.
const processMs = 400;

/** The order as root of a user namespace sees it, who is this user. */
function asRoot({ situation, ...order }: TrialOrder): TrialOrder {
  const uid = (one: number): number => (one === process.geteuid?.() ? 0 : one);
  const { existing, request } = situation;
  return {
    ...order,
    situation: {
      ...situation,
      existing: existing.map((socket) => ({ ...socket, uid: uid(socket.uid), owners: [] })),
      request: { ...request, uid: request.uid === undefined ? undefined : uid(request.uid) },
    },
  };
}

/** Makes them in a process that is root of a user namespace of its own. Its answer is on standard output. */
function tryInUserNamespace(order: TrialOrder, deadline: Deadline): TrialResults | string {
  if (deadline.left < processMs) return untried.noTimeForProcess;
  const input = JSON.stringify({ order: asRoot(order), timeoutMs: deadline.left }, (_key, value: unknown) =>
    typeof value === 'bigint' ? undefined : value,
  );
  const { status, stdout, error } = process
    .getBuiltinModule('node:child_process')
    .spawnSync(process.execPath, [program], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: Math.ceil(deadline.left),
      killSignal: 'SIGKILL',
    });
  if (error === undefined && status === 0) return JSON.parse(stdout) as TrialResults;
  const isLate = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  return isLate ? untried.noTime : (error?.message ?? untried.processFailed);
}

/** Makes trials where this process may: in namespaces it makes itself, or in those of a child in a user namespace. */
export function makeTrials(order: TrialOrder, deadline: Deadline): TrialResults {
  try {
    return tryHere(order, deadline);
  } catch (error) {
    if (!(error instanceof NoNamespace)) throw error;
  }
  const access = namespacesAvailable();
  const results =
    access.how === 'user-namespace'
      ? tryInUserNamespace(order, deadline)
      : access.how === 'none'
        ? access.reason
        : untried.noNamespace;
  if (typeof results !== 'string') return results;
  return { asItIs: notTried(results), cures: order.actions.map(() => notTried(results)) };
}

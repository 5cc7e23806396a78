import type { Case } from '../case/case.js';
import { acceptQueueCases } from './accept-queue.js';
import { addressCases } from './addresses.js';
import { afterRestartCases } from './after-restart.js';
import { bindConflictCases } from './bind-conflicts.js';
import { bindOrConnectCases } from './bind-or-connect.js';
import { halfOpenCases } from './half-open.js';
import { halvesCases } from './halves.js';
import { closingPathCases } from './closing-paths.js';
import { lingerCases } from './linger.js';
import { portReleaseCases } from './port-release.js';
import { resetCases } from './reset.js';
import { restartCases } from './restart.js';
import { sharingCases } from './sharing.js';
import { sourcePortCases } from './source-port.js';
import { timeoutCases } from './timeouts.js';
import { stateCases } from './states.js';
import { timeWaitReuseCases } from './time-wait-reuse.js';
import { timeWaitSegmentCases } from './time-wait-segments.js';
import { timeWaitSynCases } from './time-wait-syn.js';
import { timeWaitCases } from './time-wait.js';
import { twoProcessCases } from './two-processes.js';
import { whoClosesCases } from './who-closes.js';

const all: readonly Case[] = [
  ...acceptQueueCases,
  ...addressCases,
  ...afterRestartCases,
  ...bindConflictCases,
  ...bindOrConnectCases,
  ...halfOpenCases,
  ...halvesCases,
  ...closingPathCases,
  ...lingerCases,
  ...portReleaseCases,
  ...resetCases,
  ...restartCases,
  ...sharingCases,
  ...sourcePortCases,
  ...timeoutCases,
  ...stateCases,
  ...timeWaitCases,
  ...timeWaitReuseCases,
  ...timeWaitSegmentCases,
  ...timeWaitSynCases,
  ...twoProcessCases,
  ...whoClosesCases,
];

const letters = 'GCSALR';

function place({ id }: Case): number {
  return letters.indexOf(id.charAt(0)) * 1000 + Number(id.slice(1));
}

/** Every case, in the order of the claims: by article, then by number. */
export const cases: readonly Case[] = all.toSorted((a, b) => place(a) - place(b));

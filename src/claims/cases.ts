import type { Case } from '../lab/run/case.js';
import { acceptQueueCases } from './accept-queue/accept-queue.js';
import { inOrder } from './articles.js';
import { addressCases } from './bind/addresses.js';
import { afterRestartCases } from './restart/after-restart.js';
import { bindConflictCases } from './bind/conflicts.js';
import { bindOrConnectCases } from './bind/bind-or-connect.js';
import { halfOpenCases } from './half-open/half-open-cases.js';
import { halvesCases } from './closing/halves.js';
import { closingPathCases } from './closing/closing-paths-cases.js';
import { lingerCases } from './linger/linger.js';
import { portReleaseCases } from './restart/port-release.js';
import { resetCases } from './reset/reset.js';
import { restartCases } from './restart/restart-cases.js';
import { sharingCases } from './reuse/sharing.js';
import { sourcePortCases } from './source-port/source-port.js';
import { timeoutCases } from './half-open/timeout-cases.js';
import { stateCases } from './closing/states.js';
import { timeWaitReuseCases } from './time-wait/reuse.js';
import { timeWaitSegmentCases } from './time-wait/segments.js';
import { timeWaitSynCases } from './time-wait/syn.js';
import { timeWaitCases } from './time-wait/time-wait.js';
import { twoProcessCases } from './bind/two-processes.js';
import { whoClosesCases } from './closing/who-closes.js';

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

/** Every case, in the order of the claims: by article, then by number. */
export const cases: readonly Case[] = inOrder(all);

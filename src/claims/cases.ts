import type { Case } from '../lab/run/case.js';
import { acceptQueueCases } from './accept-queue/accept-queue.cases.js';
import { inOrder } from './articles.js';
import { connectAgainCases } from './time-wait/connect-again.cases.js';
import { vanishedCases } from './time-wait/vanished.cases.js';
import { lingerTimeCases } from './time-wait/linger-time.cases.js';
import { segmentsOfACloseCases } from './closing/segments-of-a-close.cases.js';
import { twoAddressesCases } from './reuse/two-addresses.cases.js';
import { anyAddressCases } from './bind/any-address.cases.js';
import { unboundCases } from './source-port/unbound.cases.js';
import { addressCases } from './bind/addresses.cases.js';
import { afterRestartCases } from './restart/after-restart.cases.js';
import { bindConflictCases } from './bind/conflicts.cases.js';
import { bindOrConnectCases } from './bind/bind-or-connect.cases.js';
import { halfOpenCases } from './half-open/half-open.cases.js';
import { halvesCases } from './closing/halves.cases.js';
import { closingPathCases } from './closing/closing-paths.cases.js';
import { lingerCases } from './linger/linger.cases.js';
import { portReleaseCases } from './restart/port-release.cases.js';
import { resetCases } from './reset/reset.cases.js';
import { restartCases } from './restart/restart.cases.js';
import { sharingCases } from './reuse/sharing.cases.js';
import { sourcePortCases } from './source-port/source-port.cases.js';
import { timeoutCases } from './half-open/timeouts.cases.js';
import { stateCases } from './closing/states.cases.js';
import { timeWaitReuseCases } from './time-wait/reuse.cases.js';
import { timeWaitSegmentCases } from './time-wait/segments.cases.js';
import { timeWaitSynCases } from './time-wait/syn.cases.js';
import { timeWaitCases } from './time-wait/time-wait.cases.js';
import { twoProcessCases } from './bind/two-processes.cases.js';
import { whoClosesCases } from './closing/who-closes.cases.js';

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
  ...unboundCases,
  ...anyAddressCases,
  ...twoAddressesCases,
  ...segmentsOfACloseCases,
  ...lingerTimeCases,
  ...vanishedCases,
  ...connectAgainCases,
];

/** Every case, in the order of the claims: by article, then by number. */
export const cases: readonly Case[] = inOrder(all);

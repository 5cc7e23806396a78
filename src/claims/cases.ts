import type { Case } from '../lab/run/case.js';
import { inOrder } from './articles.js';
import { acceptQueueCases } from './accept-queue/accept-queue.cases.js';
import { addressesCases } from './bind/addresses.cases.js';
import { anyAddressCases } from './bind/any-address.cases.js';
import { bindOrConnectCases } from './bind/bind-or-connect.cases.js';
import { conflictsCases } from './bind/conflicts.cases.js';
import { twoProcessesCases } from './bind/two-processes.cases.js';
import { closingPathsCases } from './closing/closing-paths.cases.js';
import { halvesCases } from './closing/halves.cases.js';
import { segmentsOfACloseCases } from './closing/segments-of-a-close.cases.js';
import { statesCases } from './closing/states.cases.js';
import { whoClosesCases } from './closing/who-closes.cases.js';
import { halfOpenCases } from './half-open/half-open.cases.js';
import { timeoutsCases } from './half-open/timeouts.cases.js';
import { dualStackCases } from './ipv6/dual-stack.cases.js';
import { sameRulesCases } from './ipv6/same-rules.cases.js';
import { lingerCases } from './linger/linger.cases.js';
import { nodeServersCases } from './node/node-servers.cases.js';
import { resetCases } from './reset/reset.cases.js';
import { afterRestartCases } from './restart/after-restart.cases.js';
import { carelessServerCases } from './restart/careless-server.cases.js';
import { closedProgramCases } from './restart/closed-program.cases.js';
import { killTheHolderCases } from './restart/kill-the-holder.cases.js';
import { portReleaseCases } from './restart/port-release.cases.js';
import { predecessorCases } from './restart/predecessor.cases.js';
import { restartCases } from './restart/restart.cases.js';
import { sharingCases } from './reuse/sharing.cases.js';
import { twoAddressesCases } from './reuse/two-addresses.cases.js';
import { sourcePortCases } from './source-port/source-port.cases.js';
import { leftToTheSystemCases } from './source-port/left-to-the-system.cases.js';
import { unboundCases } from './source-port/unbound.cases.js';
import { connectAgainCases } from './time-wait/connect-again.cases.js';
import { initialNumberCases } from './time-wait/initial-number.cases.js';
import { lingerTimeCases } from './time-wait/linger-time.cases.js';
import { reuseCases } from './time-wait/reuse.cases.js';
import { segmentsCases } from './time-wait/segments.cases.js';
import { synCases } from './time-wait/syn.cases.js';
import { timeWaitCases } from './time-wait/time-wait.cases.js';
import { translatedCases } from './time-wait/translated.cases.js';
import { vanishedCases } from './time-wait/vanished.cases.js';

/** Every case, in the order of the claims: by article, then by number. */
export const cases: readonly Case[] = inOrder([
  ...acceptQueueCases,
  ...addressesCases,
  ...anyAddressCases,
  ...bindOrConnectCases,
  ...conflictsCases,
  ...twoProcessesCases,
  ...closingPathsCases,
  ...halvesCases,
  ...segmentsOfACloseCases,
  ...statesCases,
  ...whoClosesCases,
  ...halfOpenCases,
  ...timeoutsCases,
  ...dualStackCases,
  ...sameRulesCases,
  ...lingerCases,
  ...nodeServersCases,
  ...resetCases,
  ...afterRestartCases,
  ...carelessServerCases,
  ...closedProgramCases,
  ...killTheHolderCases,
  ...portReleaseCases,
  ...predecessorCases,
  ...restartCases,
  ...sharingCases,
  ...twoAddressesCases,
  ...sourcePortCases,
  ...leftToTheSystemCases,
  ...unboundCases,
  ...connectAgainCases,
  ...initialNumberCases,
  ...lingerTimeCases,
  ...reuseCases,
  ...segmentsCases,
  ...synCases,
  ...timeWaitCases,
  ...translatedCases,
  ...vanishedCases,
]);

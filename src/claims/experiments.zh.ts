import type { ExperimentTextsByName } from './experiment-texts.js';
import { closingListenerExperimentTexts } from './accept-queue/closing-listener.experiments.zh.js';
import { earlyDataExperimentTexts } from './accept-queue/early-data.experiments.zh.js';
import { refusedExperimentTexts } from './accept-queue/refused.experiments.zh.js';
import { brokenPipeExperimentTexts } from './closing/broken-pipe.experiments.zh.js';
import { closeAtOnceExperimentTexts } from './closing/close-at-once.experiments.zh.js';
import { closingPathsExperimentTexts } from './closing/closing-paths.experiments.zh.js';
import { shutdownExperimentTexts } from './closing/shutdown.experiments.zh.js';
import { simultaneousExperimentTexts } from './closing/simultaneous.experiments.zh.js';
import { waysToCloseExperimentTexts } from './closing/ways-to-close.experiments.zh.js';
import { disconnectExperimentTexts } from './half-open/disconnect.experiments.zh.js';
import { halfOpenExperimentTexts } from './half-open/half-open.experiments.zh.js';
import { repairExperimentTexts } from './half-open/repair.experiments.zh.js';
import { timeoutsExperimentTexts } from './half-open/timeouts.experiments.zh.js';
import { deliveryExperimentTexts } from './linger/delivery.experiments.zh.js';
import { orphansExperimentTexts } from './linger/orphans.experiments.zh.js';
import { closeUnreadExperimentTexts } from './reset/close-unread.experiments.zh.js';
import { lingerZeroExperimentTexts } from './reset/linger-zero.experiments.zh.js';
import { middleboxExperimentTexts } from './reset/middlebox.experiments.zh.js';
import { restartExperimentTexts } from './restart/restart.experiments.zh.js';
import { assassinationExperimentTexts } from './time-wait/assassination.experiments.zh.js';
import { lastAckExperimentTexts } from './time-wait/last-ack.experiments.zh.js';
import { lifeExperimentTexts } from './time-wait/life.experiments.zh.js';
import { newSynExperimentTexts } from './time-wait/new-syn.experiments.zh.js';
import { oldDuplicatesExperimentTexts } from './time-wait/old-duplicates.experiments.zh.js';

/** The texts of the built-in experiments in Chinese, by name. */
export const experimentTexts: ExperimentTextsByName = {
  ...lifeExperimentTexts,
  ...closingPathsExperimentTexts,
  ...simultaneousExperimentTexts,
  ...lastAckExperimentTexts,
  ...newSynExperimentTexts,
  ...oldDuplicatesExperimentTexts,
  ...assassinationExperimentTexts,
  ...lingerZeroExperimentTexts,
  ...closeUnreadExperimentTexts,
  ...middleboxExperimentTexts,
  ...deliveryExperimentTexts,
  ...brokenPipeExperimentTexts,
  ...shutdownExperimentTexts,
  ...disconnectExperimentTexts,
  ...refusedExperimentTexts,
  ...closingListenerExperimentTexts,
  ...orphansExperimentTexts,
  ...timeoutsExperimentTexts,
  ...repairExperimentTexts,
  ...halfOpenExperimentTexts,
  ...earlyDataExperimentTexts,
  ...restartExperimentTexts,
  ...closeAtOnceExperimentTexts,
  ...waysToCloseExperimentTexts,
};

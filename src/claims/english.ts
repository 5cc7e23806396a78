import { english } from '../lab/draw/report-words.js';
import type { SpokenOfRuns } from './spoken.js';

/** What experiments have to say they say in English: this needs none of them. */
export const runsInEnglish: SpokenOfRuns = { words: english, listed: (one) => one, recorded: (run) => run };

import type { Case } from '../case.js';
import { restartCases } from './restart.js';
import { sharingCases } from './sharing.js';

/** Every case, in the order of the claims. */
export const cases: readonly Case[] = [...restartCases, ...sharingCases];

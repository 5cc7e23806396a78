#!/usr/bin/env node
// What answers at once starts without what runs the lab.
import { answers, runAnswer } from './answers.js';

const word = process.argv[2] ?? '';
if (Object.hasOwn(answers, word) || word === '--version' || word === '-V') void runAnswer();
else void import('./every.js').then(({ runEvery }) => runEvery());

#!/usr/bin/env node
// Bundled as CommonJS, with what answers at once: Node starts it a fifth sooner than modules. What runs the lab is modules, since
// scripts that it loads import this package too.
import { answers, runAnswer } from './answers.js';

const word = process.argv[2] ?? '';
if (Object.hasOwn(answers, word) || word === '--version' || word === '-V') void runAnswer();
else void import('./every.js');

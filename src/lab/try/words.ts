import { type ExplanationWords, inEnglish } from '../../explain/words.js';

/** The words of what `sockwise try` prints and draws, besides those of the rules. What is filled in is an argument. */
export interface TryWords {
  /** Of the page, as BCP 47 names it. */
  readonly language: string;
  readonly explanation: ExplanationWords;
  /** Where the kernel did otherwise. */
  readonly modelSays: (predicted: string) => string;
  readonly notPredicted: (why: string) => string;
  /** The last line: how many calls came to what the model says. */
  readonly asPredicted: (kernel: string, agree: number, decided: number, open: number) => string;
  readonly nothingPredicted: (kernel: string) => string;

  // The picture and the page
  readonly pictureTitle: (kernel: string, sockets: number) => string;
  readonly noteModelSays: (note: string, predicted: string) => string;
  readonly noteNotPredicted: (note: string) => string;
  readonly heading: string;
  readonly agreeing: (kernel: string, agree: number, decided: number) => string;
  readonly head: readonly [socket: string, call: string, outcome: string, model: string, rule: string];
  readonly rules: string;
}

/** The words of `sockwise try` in English. */
export const tryEnglish: TryWords = {
  language: 'en',
  explanation: inEnglish,
  modelSays: (predicted) => `the model says ${predicted}: please report this`,
  notPredicted: (why) => `not predicted: ${why}`,
  asPredicted: (kernel, agree, decided, open) =>
    `Linux ${kernel}: ${agree} of ${decided} calls as the model predicts${open === 0 ? '' : `, ${open} not predicted`}.`,
  nothingPredicted: (kernel) => `Linux ${kernel}: no bind, listen or connect, which is what the model predicts.`,

  pictureTitle: (kernel, sockets) =>
    `What Linux ${kernel} does with ${sockets} ${sockets === 1 ? 'socket' : 'sockets'}`,
  noteModelSays: (note, predicted) => `${note}; the model says ${predicted}`,
  noteNotPredicted: (note) => `${note}; not predicted`,
  heading: 'What the kernel does with these sockets',
  agreeing: (kernel, agree, decided) =>
    `Linux ${kernel}: ${agree} of ${decided} predicted calls are as the model predicts.`,
  head: ['socket', 'call', 'outcome', 'model', 'rule'],
  rules: 'Rules',
};

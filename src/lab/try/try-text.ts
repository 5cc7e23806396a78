import { rules } from '../../index.js';
import { colours } from '../draw/text/colours.js';
import { printStep } from './scenario.js';
import type { TryCall, TryResult } from './try.js';
import { tryEnglish, type TryWords } from './words.js';

function outcomeText(outcome: string): string {
  return outcome === 'ok' ? colours.green('ok') : colours.red(outcome);
}

/** What the model says, where it says something else than the kernel or nothing. */
function modelText({ predicted, agrees, unpredictable }: TryCall, words: TryWords): string[] {
  if (agrees === false) return [colours.red(words.modelSays(predicted ?? ''))];
  if (unpredictable !== undefined) return [words.notPredicted(words.explanation.unpredictable(unpredictable))];
  return [];
}

/** The rule and what helps, below a call that failed. */
function explanation({ outcome, rule }: TryCall, { explanation: words }: TryWords): string[] {
  if (outcome === 'ok' || rule === undefined || rules[rule].outcome !== outcome) return [];
  const { text, kernel, cures } = rules[rule];
  return [
    words.rule(rule, text),
    ...cures.map((cure, index) => `${index + 1}. ${words.told(cure.text)}`),
    colours.dim(`${kernel}; docs/rules.md#${rule}`),
  ];
}

function ruleText({ rule, sockets = [] }: TryCall): string {
  if (rule === undefined) return '';
  return sockets.length === 0 ? rule : `${rule} (${sockets.join(', ')})`;
}

/** The result as text: a line a call, and below one that failed the rule and what helps. */
export function tryText({ calls, kernel }: TryResult, words = tryEnglish): string {
  const names = Math.max(0, ...calls.map(({ socket }) => socket.length));
  const steps = Math.max(0, ...calls.map(({ step }) => printStep(step).length));
  const outcomes = Math.max(0, ...calls.map(({ outcome }) => outcome.length));
  const lines = calls.flatMap((call) => {
    const { socket, step, outcome } = call;
    const padding = ' '.repeat(outcomes - outcome.length);
    const head = `${socket.padEnd(names)}  ${printStep(step).padEnd(steps)}  ${outcomeText(outcome)}${padding}  ${ruleText(call)}`;
    return [
      head.trimEnd(),
      ...[...modelText(call, words), ...explanation(call, words)].map((line) => `${' '.repeat(names)}    ${line}`),
    ];
  });
  const decided = calls.filter(({ agrees }) => agrees !== undefined);
  const agree = decided.filter(({ agrees }) => agrees === true).length;
  const open = decided.filter(({ agrees }) => agrees === null).length;
  const verdict =
    decided.length === 0 ? words.nothingPredicted(kernel) : words.asPredicted(kernel, agree, decided.length, open);
  return [...lines, '', verdict].join('\n');
}

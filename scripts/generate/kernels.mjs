// docs/kernels.md: what differs between the kernels that were run, and what is known of others.
import { lacking, read, shown, shownPairs } from './kernels-data.mjs';

const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
const caseLink = (id) => `[${id}](cases/${id}.md)`;
const nothing = 'not run';

const verdicts = ['confirmed', 'qualified', 'refuted', 'skipped'];

function counts({ kernel, cases }) {
  return [`Linux ${kernel}`, ...verdicts.map((verdict) => cases.filter((one) => one.verdict === verdict).length)];
}

function whyOf(id) {
  const found = shown.find(({ cases }) => cases.includes(id));
  if (found === undefined)
    throw new Error(`scripts/generate/kernels-data.mjs does not say why kernels differ in ${id}`);
  return found;
}

function whyText({ since, what, kernel }) {
  return `${since === undefined ? '' : `Since Linux ${since}: `}${what} See \`${kernel}\`.`;
}

function differingRows(differences, textOf) {
  const value = (seen) => `\`${textOf(seen)}\``;
  return differences.flatMap(({ id, rows }) =>
    rows.map(({ row, before, now }) => [
      caseLink(id),
      row,
      before === undefined ? nothing : value(before),
      now === undefined ? nothing : value(now),
    ]),
  );
}

function pairRows({ differing }) {
  return shownPairs.map((one) => {
    const { what, kernel } = one;
    // The first that fits says why.
    const groups = differing.filter((group) => shownPairs.find(({ matches }) => matches(group)) === one);
    const places = groups.map(({ first, second }) => `${first}, then ${second}`);
    return [
      String(groups.reduce((sum, { pairs }) => sum + pairs, 0)),
      [...new Set(places)].join('<br>'),
      [...new Set(groups.flatMap(({ outcomes }) => outcomes))].join('<br>'),
      `${what} See \`${kernel}\`.`,
    ];
  });
}

/** docs/kernels.md, from two stored runs and the pairs beside each other, compared as `matrix --compare` does. */
export function kernelsPage({ older, newer, pairs }, { compareRuns, reasonText, textOf }) {
  const { differences, notCompared, compared } = compareRuns(older, newer);
  const rest = pairs.differing.filter((group) => !shownPairs.some(({ matches }) => matches(group)));
  if (rest.length > 0)
    throw new Error(`scripts/generate/kernels-data.mjs does not say why pairs differ: ${JSON.stringify(rest)}`);
  const [old, young] = [older, newer].map(({ kernel }) => kernel.split('.').slice(0, 2).join('.'));
  const idle = shown.filter(({ cases }) => !differences.some(({ id }) => cases.includes(id)));
  if (idle.length > 0)
    throw new Error(`scripts/generate/kernels-data.mjs explains what no longer differs: ${JSON.stringify(idle)}`);
  const reasons = [...new Set(differences.map(({ id }) => whyOf(id)))];
  const changed = differences.filter(({ verdicts: { before, now } }) => before !== now);
  const rows = differences.flatMap((one) => one.rows).length;
  return [
    '# What differs between kernels',
    '',
    `The matrix ran on Linux ${newer.kernel} and, in Debian's user-mode Linux, on ${older.kernel}: ${rows} of ${compared.rows} rows of ${compared.cases} cases differ.`,
    'CI runs it on both (`npm run kernels`) and fails if any other row differs. `npm run kernels -- --record` stores both runs again.',
    'To compare your kernel with a stored run:',
    '',
    '```',
    `npx sockwise matrix --compare docs/kernels/${young}.json`,
    '```',
    '',
    ...table(['', ...verdicts], [older, newer].map(counts)),
    '',
    changed.length === 0
      ? 'No verdict differs.'
      : `Verdicts that differ: ${changed.map(({ id, verdicts: { before, now } }) => `${caseLink(id)}, ${before} on ${old} and ${now} on ${young}`).join('; ')}.`,
    '',
    '## Rows that differ',
    '',
    ...table(['case', 'given', `Linux ${old}`, `Linux ${young}`], differingRows(differences, textOf)),
    '',
    '## Why',
    '',
    ...reasons.map(
      (reason) =>
        `- ${reason.cases
          .filter((id) => differences.some((one) => one.id === id))
          .map(caseLink)
          .join(', ')}: ${whyText(reason)}`,
    ),
    ...notCompared.map(
      (one) => `- ${caseLink(one.id)} is not compared: ${reasonText(one, one.run === 'saved' ? old : young)}.`,
    ),
    '',
    '## Pairs of sockets on one port',
    '',
    `Of ${pairs.pairs} pairs of \`matrix --exhaustive\` ${pairs.differing.reduce((sum, group) => sum + group.pairs, 0)} end differently. \`predictBind\` contradicts neither kernel: where it cannot know, it says so.`,
    '',
    ...table(['pairs', 'first, then second', `Linux ${old} / ${young}`, 'why'], pairRows(pairs)),
    '',
    `## What Linux ${old} lacks`,
    '',
    ...table(
      ['what the library does there', 'Linux has it since', 'see'],
      lacking.map(([what, since, see]) => [what, since, see]),
    ),
    '',
    '## Read, not run',
    '',
    'Changes in releases that were not run here, from sources and manual pages.',
    '',
    ...table(['Linux', 'change', 'see'], read),
    '',
  ].join('\n');
}

// The page of the kernel's rules, docs/rules.md.

const needs = {
  us: '',
  'the other': ' (the program that holds the port)',
  both: ' (both programs)',
  root: ' (root)',
  time: '',
};

function versionsText({ since, until }) {
  return [since && `since Linux ${since}`, until && `until Linux ${until}`].filter(Boolean).join(', ');
}

function ruleSection([id, rule]) {
  const { text, calls, protocols, outcome, kernel, source, cures } = rule;
  const where = `${protocols.map((name) => (name === 'unix' ? 'unix' : name.toUpperCase())).join(' and ')} ${calls.map((call) => `${call}()`).join(' and ')}`;
  return [
    `### ${id}`,
    '',
    text,
    '',
    `\`${outcome}\` of ${[where, versionsText(rule)].filter(Boolean).join(', ')}. Kernel: \`${kernel}\`. See ${source}.`,
    '',
    ...cures.map((cure, index) => `${index + 1}. ${cure.text.slice(0, -1)}${needs[cure.needs]}.`),
    ...(cures.length > 0 ? [''] : []),
  ];
}

/** docs/rules.md. */
export function rulesPage(rules, unpredictables, lifeRules) {
  const outcomes = [...new Set(Object.values(rules).map(({ outcome }) => outcome))].sort((a, b) =>
    a === 'ok' || b === 'ok' ? Number(b === 'ok') - Number(a === 'ok') : a < b ? -1 : 1,
  );

  return [
    '# Rules of the kernel',
    '',
    'Cases, `sockwise why` and `sockwise try` cite them by these names.',
    '',
    '# Rules of bind, listen and connect',
    '',
    `The ${Object.keys(rules).length} rules by which Linux decides whether a socket may have an address and port, or a path. Functions are those of Linux 6.18.`,
    'Where a call fails, the list says what helps, in the order in which to try it.',
    '',
    ...outcomes.flatMap((outcome) => [
      `## ${outcome === 'ok' ? 'Allowed' : outcome}`,
      '',
      ...Object.entries(rules)
        .filter(([, rule]) => rule.outcome === outcome)
        .flatMap(ruleSection),
    ]),
    '## What cannot be predicted',
    '',
    'The outcome is not predicted where it depends on something that cannot be seen:',
    '',
    '| reason | |',
    '| --- | --- |',
    ...Object.entries(unpredictables).map(([id, text]) => `| ${id} | ${text} |`),
    '',
    '# Rules of the life of sockets',
    '',
    `The ${Object.keys(lifeRules).length} rules about who gets what arrives, how connections are closed, how long their state is kept and what is reset.`,
    '',
    ...Object.entries(lifeRules).flatMap(([id, rule]) => {
      const where = [`Kernel: \`${rule.kernel}\``, `See ${rule.source}`, versionsText(rule)].filter(Boolean);
      return [`### ${id}`, '', rule.text, '', `${where.join('. ')}.`, ''];
    }),
  ].join('\n');
}

// docs/systems.md: the same two sockets on other systems, and what the well-known answer says of Linux.

const states = { bound: '', listening: ', the first listens', TIME_WAIT: ', the first is in TIME_WAIT' };
const names = { '0.0.0.0': 'ANY', '127.0.0.1': 'A', '127.0.0.2': 'B' };

function optionText({ first, second }) {
  const [one, other] = [first.sharing.name, second.sharing.name];
  if (one === 'none' && other === 'none') return 'neither';
  if (one === other) return `${one}, both`;
  return one === 'none' ? `${other}, second only` : `${one}, first only`;
}

function situationText({ protocol, stage, otherUser, first, second }) {
  const places = `${names[first.place.address]}, then ${names[second.place.address]}`;
  return `${protocol.toUpperCase()}: ${places}${states[stage]}${otherUser ? ', of another user' : ''}`;
}

/** What is to be seen at once: where the well-known answer is wrong. */
const emphasized = (text, isWrong) => (isWrong ? `**${text}**` : text);

/** docs/systems.md. */
export function systemsPage({ systems, situations, corrections, wellKnownAnswer, onLinux }) {
  const ids = Object.keys(systems);
  const heads = [
    'two sockets, in this order',
    'option',
    'Linux',
    'the answer on Linux',
    ...ids.map((id) => systems[id].name),
  ];
  const isWrong = (situation) => situation.answer !== onLinux(situation);
  const rows = situations.map((situation) => {
    const elsewhere = ids.map((id) => situation.elsewhere[id]);
    return [
      situationText(situation),
      optionText(situation),
      onLinux(situation),
      emphasized(situation.answer, isWrong(situation)),
      ...elsewhere,
    ];
  });
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const wrong = situations.filter(isWrong).length;
  return [
    '# SO_REUSEADDR and SO_REUSEPORT on other systems',
    '',
    'The same two sockets on one port get different answers from different systems. Most people know the options from',
    `[${wellKnownAnswer.title}](${wellKnownAnswer.url}), which explains BSD first and then the others by how they differ from it.`,
    '',
    `The table has what bind() of the second socket returns. Linux's column is what the rules of this package predict; the tests make each`,
    'pair on the running kernel and compare. The other columns were read in the sources below and were not run. ANY is the wildcard',
    `address, A and B are two addresses of the machine. In ${wrong} of ${rows.length} rows the well-known answer differs from Linux`,
    'itself: these are **bold**.',
    '',
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map(line),
    '',
    'On Linux bind() is not the end of it: of several sockets that are bound with SO_REUSEADDR only one can listen',
    '([C9](cases/C9.md)). "ok for one user" is what Windows grants to sockets of one user account. Its SO_EXCLUSIVEADDRUSE on the first',
    'socket, and TCP_EXCLBIND or UDP_EXCLBIND on Solaris, refuse the second in any case.',
    '',
    '## Where that answer is wrong for Linux today',
    '',
    '| it says | Linux | case |',
    '| --- | --- | --- |',
    ...corrections.map(({ said, linux, cases }) =>
      line([said, linux, cases.map((id) => `[${id}](cases/${id}.md)`).join(' ')]),
    ),
    '',
    '## The rule in one sentence each',
    '',
    '- Linux looks at both sockets: two sockets share a port if both have SO_REUSEADDR and the first does not listen, or if both have',
    '  SO_REUSEPORT and belong to one user ([rules](rules.md)).',
    '- BSD and macOS look at the socket that is bound: with either option wildcards and connections no longer count, and only a socket',
    '  with the very same address that is not connected is in the way, unless both have SO_REUSEPORT.',
    '- Windows has SO_REUSEADDR only, which does what BSD calls SO_REUSEPORT; it protects a socket without options from other users.',
    '- Solaris looks at the socket that is bound too; with SO_REUSEADDR only a socket with the very same address that is bound or listens is in the way.',
    '',
    '## Sources',
    '',
    ...ids.map((id) => `- ${systems[id].name}: ${systems[id].source}.`),
    `- The answer: [${wellKnownAnswer.title}](${wellKnownAnswer.url}), Stack Overflow.`,
    '',
  ].join('\n');
}

// What the steps of a case's rows were made of, without what differs from run to run: times, ports, processes, waits.

/** Steps that stand for calls, and the calls. A child program's steps are `name: call`, those of a socket `name.call(`. */
const calls = [
  [/^SOCK_DESTROY /, () => 'SOCK_DESTROY'],
  [/^kill\(/, () => 'kill()'],
  [/^fcntl\(/, () => 'fcntl()'],
  [/^[\w -]+: open\(/, () => 'socket()'],
  [/^[\w -]+: receive\(/, () => 'recvmsg()'],
  // A program that is given its socket makes no call for that.
  [/^[\w -]+: adopt\(/, () => undefined],
  [/^[\w -]+: (\w+)(?:\(.*)?$/, (name) => `${name}()`],
  [/^[\w .:-]*?\.(\w+)\(/, (name) => `${name}()`],
  [/ closed first$/, () => 'close()'],
  [/ reads (?:until|to) the end$/, () => 'recv()'],
  [/ sends until the buffers are full$/, () => 'send()'],
];

function callOf(what) {
  for (const [pattern, name] of calls) {
    const match = pattern.exec(what);
    if (match !== null) return name(match[1]);
  }
  return undefined;
}

const parts = [
  ['Calls', (what) => [callOf(what)]],
  ['Socket options', (what) => what.match(/\b(?:SO|TCP|IP|IPV6)_[A-Z0-9_]+/g) ?? []],
  ['Kernel parameters', (what) => [/^sysctl -w ([\w.]+)=/.exec(what)?.[1]]],
  ['Signals', (what) => [/^kill\(.*, (SIG\w+)\)$/.exec(what)?.[1]]],
];

/** Lines of Markdown: how many rows, and a list of what was called and set in them. */
export function whatWasRun(rows, slow) {
  const count = rows.length === 1 ? 'One row, on fresh sockets' : `${rows.length} rows, each on fresh sockets`;
  const steps = rows.flatMap((row) => row.steps.map(({ what }) => what));
  const lines = parts.flatMap(([title, namesOf]) => {
    const names = [...new Set(steps.flatMap(namesOf).filter((name) => name !== undefined))].toSorted();
    return names.length === 0 ? [] : [`- ${title}: ${names.map((name) => `\`${name}\``).join(', ')}`];
  });
  return [`${count}${slow ? '; it takes a minute' : ''}.`, '', ...lines];
}

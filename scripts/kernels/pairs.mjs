// Where two kernels answer differently about a pair of sockets on one port, from two results of `matrix --exhaustive --json`.

/** The outcome of a pair, in a word or two. */
function fateOf({ calls }) {
  const failed = calls.find(({ observed }) => observed !== 'ok');
  return failed === undefined ? 'ok' : `${failed.socket === 'first' ? 'first ' : ''}${failed.call} ${failed.observed}`;
}

/** Where a socket is, without its options: `:: v6only`, `127.0.0.1 to 127.0.0.1`. */
function placeOf(name) {
  return name.replaceAll(/ (none|SO_REUSEADDR|SO_REUSEPORT|both)\b/g, '');
}

/** How many pairs there are, and those that differ, together where only their options do. */
export function pairsBeside(one, other) {
  const fates = new Map(
    other.tables.flatMap(({ name, pairs }) =>
      pairs.map((pair) => [`${name}|${pair.first}|${pair.second}`, fateOf(pair)]),
    ),
  );
  const differing = new Map();
  let pairs = 0;
  for (const table of one.tables) {
    for (const pair of table.pairs) {
      const theirs = fates.get(`${table.name}|${pair.first}|${pair.second}`);
      if (theirs === undefined) continue;
      pairs++;
      const ours = fateOf(pair);
      if (ours === theirs) continue;
      const where = {
        first: placeOf(pair.first),
        second: placeOf(pair.second),
        otherUser: table.name.endsWith('other user'),
      };
      const key = JSON.stringify(where);
      const group = differing.get(key) ?? { ...where, pairs: 0, tables: [], outcomes: [] };
      group.pairs++;
      const name = table.name.replace(', other user', '');
      if (!group.tables.includes(name)) group.tables.push(name);
      const outcome = `${ours} / ${theirs}`;
      if (!group.outcomes.includes(outcome)) group.outcomes.push(outcome);
      differing.set(key, group);
    }
  }
  return { kernels: [one.kernel, other.kernel], pairs, differing: [...differing.values()] };
}

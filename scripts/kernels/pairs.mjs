// Where two kernels answer differently about a pair of sockets on one port, from two results of `matrix --exhaustive --json`.
import { fateOf } from '../../dist/claims/documents.js';

/** Where a socket is, without its options: `:: v6only`, `127.0.0.1 to 127.0.0.1`. */
function placeOf({ place, device, to }) {
  return [place, device, to === undefined ? undefined : `to ${to}`].filter((part) => part !== undefined).join(' ');
}

function placesByName(sockets) {
  return new Map(sockets.map((socket) => [socket.name, placeOf(socket)]));
}

/** How many pairs there are, and those that differ, together where only their options do. */
export function pairsBeside(one, other) {
  const keyOf = (table, { first, second }) => JSON.stringify([table.name, first, second]);
  const fates = new Map(other.tables.flatMap((table) => table.pairs.map((pair) => [keyOf(table, pair), fateOf(pair)])));
  const differing = new Map();
  let pairs = 0;
  for (const table of one.tables) {
    const [firsts, seconds] = [table.firsts, table.seconds].map(placesByName);
    const { situation, otherUser } = table;
    for (const pair of table.pairs) {
      const theirs = fates.get(keyOf(table, pair));
      if (theirs === undefined) continue;
      pairs++;
      const ours = fateOf(pair);
      if (ours === theirs) continue;
      const where = { first: firsts.get(pair.first), second: seconds.get(pair.second), otherUser };
      const key = JSON.stringify(where);
      const group = differing.get(key) ?? { ...where, pairs: 0, tables: [], outcomes: [] };
      group.pairs++;
      if (!group.tables.includes(situation)) group.tables.push(situation);
      const outcome = `${ours} / ${theirs}`;
      if (!group.outcomes.includes(outcome)) group.outcomes.push(outcome);
      differing.set(key, group);
    }
  }
  return { kernels: [one.kernel, other.kernel], pairs, differing: [...differing.values()] };
}

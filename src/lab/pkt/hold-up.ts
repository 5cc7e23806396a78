import { statSync } from 'node:fs';
import type { CallLine, PktScript } from './script.js';
import { numberOf, wordNumber } from './values.js';

/** A file with bytes in it is read at once; a FIFO waits for whoever writes, and what /proc shows as empty may wait too. */
function isPlainFile(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isFile() && stat.size > 0;
}

function holdsUp({ name, args }: CallLine): boolean {
  const [first, , third] = args;
  if (name === 'open') return first?.kind !== 'text' || !isPlainFile(first.text);
  // close(2) waits for as long as this option says, on a socket that does not block too.
  if (name === 'setsockopt') return third !== undefined && numberOf(third) === wordNumber('SO_LINGER');
  // A splice(2) into a full one ends with nothing that is done to the socket.
  return name === 'pipe';
}

/** Whether a call of a script may hold up its process, so that only another one can end it. */
export function mayHoldUp({ lines }: PktScript): boolean {
  return lines.some((line) => line.kind === 'call' && holdsUp(line));
}

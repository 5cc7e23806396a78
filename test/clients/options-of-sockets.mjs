import { readdirSync } from 'node:fs';
import { getOption } from 'sockwise';

/** The option of a descriptor, `undefined` where that is closed, no socket, or of a kind without it. */
function optionOf(fd, name) {
  try {
    return getOption(fd, name);
  } catch {
    return undefined;
  }
}

/** What a client's sockets have of the options it was given; IP_TOS is this client's alone. */
export function optionsOfSockets(given) {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => optionOf(fd, 'IP_TOS') === given.IP_TOS)
    .map((fd) => Object.fromEntries(Object.keys(given).map((name) => [name, optionOf(fd, name)])));
}

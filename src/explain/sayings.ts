/** Notes of explanations, in whole sentences. */
export const notes = {
  namedListen: 'Node names listen(), because libuv keeps the error of bind() until then.',
  nothingSeen:
    'Nothing that can be seen is in the way now: it has been closed since the call failed, or it cannot be seen.',
  namedEacces: 'Node says EACCES, because libuv reports ENOENT of bind() so.',
  paddedName:
    'Node before 22 fills an abstract name up with NUL bytes, which makes it another name: its servers conflict with one another.',
} as const;

/** Why something was not tried. */
export const untried = {
  off: 'trials are off',
  needsOtherEnd: 'connect() needs the other end',
  notOnCopies: 'it cannot be tried on copies',
  nothingInTheWay: 'nothing is in the way',
  noTime: 'there was no time for it',
  noTimeForProcess: 'there was no time to start a process for it in a user namespace',
  processFailed: 'the process in a user namespace failed',
  noNamespace: 'no network namespace could be made',
  failsOtherwise: 'the copies do not fail as the sockets do',
  notAccepted: 'a copy of a connection was not accepted in time',
  tooManyKinds: 'there are too many kinds of sockets on the port',
  needsInterface: 'a link-local address needs its interface',
  otherUser: 'a socket of the other user cannot be made here',
} as const;

/** Why options of a socket were not read. */
export const unread = {
  noTime: untried.noTime,
  tooMany: 'only those of the first 256 were read',
  closed: 'closed while it was looked at',
} as const;

/** What a process of a supervised program says to its supervisor. */
export type FromProgram =
  /** The first; `generation` is the one of its environment. The answer is `orders`. */
  | { readonly kind: 'hello'; readonly generation: number; readonly pid: number }
  /** It is about to listen at this place. The answer is `socket` or `none`. */
  | { readonly kind: 'want'; readonly place: string; readonly bound?: string | undefined }
  /** It listens there; with the socket, where the supervisor has none yet. */
  | { readonly kind: 'listening'; readonly place: string; readonly address: string }
  /** It has closed the server on its own account. */
  | { readonly kind: 'closed'; readonly place: string };

/** The answers. */
export type FromSupervisor =
  /** With the stream on which orders come. */
  | { readonly kind: 'orders' }
  /** With the listening socket. */
  | { readonly kind: 'socket' }
  | { readonly kind: 'none' };

export const fromProgramKinds = ['hello', 'want', 'listening', 'closed'] as const satisfies FromProgram['kind'][];
export const fromSupervisorKinds = ['orders', 'socket', 'none'] as const satisfies FromSupervisor['kind'][];

/** Orders of the supervisor, a line of JSON each. They may come at any time, so they have a stream of their own. */
export type Order =
  /** Ask this URL of the own server until it answers with a status from 200 to 299; then report `healthy`. */
  | { readonly order: 'be healthy'; readonly url: string }
  /** Accept no more; then report `stopped`. A worker of a cluster does it with `drain`. */
  | { readonly order: 'stop' }
  /** End what is open; then report `drained`. `last`: no other process has the sockets. */
  | { readonly order: 'drain'; readonly deadlineMs: number; readonly last: boolean };

/** What a process says when it has done what it was ordered to. */
export type Done = (typeof doneWords)[number];

const doneWords = ['healthy', 'stopped', 'drained'] as const;

/** Reads a line of a process; `undefined` for one of another version, which has done nothing that is known here. */
export function doneOf(line: string): Done | undefined {
  return doneWords.find((word) => word === line);
}

/** `ADDRESS GENERATION`: where the supervisor is met, an abstract name without its NUL, and which start this is. */
export const restartVariable = 'SOCKWISE_RESTART';

/** What the two processes of a hand-over say to each other. */
export type Message =
  /** The successor's first: which versions of this protocol it speaks. */
  | { readonly kind: 'hello'; readonly versions: readonly number[] }
  | { readonly kind: 'refused'; readonly reason: string }
  /** With a listening or bound socket. */
  | { readonly kind: 'socket'; readonly name: string }
  /** With the socket on which the next successor is waited for. Nothing follows before `ready`. */
  | { readonly kind: 'control' }
  /** The successor serves. */
  | { readonly kind: 'ready' }
  /** The predecessor accepts no more. */
  | { readonly kind: 'taken' };

export const messageKinds = [
  'hello',
  'refused',
  'socket',
  'control',
  'ready',
  'taken',
] as const satisfies Message['kind'][];

export const protocolVersions: readonly number[] = [1];

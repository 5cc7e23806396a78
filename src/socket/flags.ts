import { invalidArgument, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import { Wait, type WaitKind } from './readiness.js';

const names = [
  'MSG_CONFIRM',
  'MSG_CTRUNC',
  'MSG_DONTROUTE',
  'MSG_DONTWAIT',
  'MSG_EOR',
  'MSG_ERRQUEUE',
  'MSG_FASTOPEN',
  'MSG_MORE',
  'MSG_NOSIGNAL',
  'MSG_OOB',
  'MSG_PEEK',
  'MSG_TRUNC',
  'MSG_WAITALL',
] as const;

/** A flag of send(2) or recv(2), by its C name. Not `MSG_ZEROCOPY`: nothing here keeps a payload until its completion. */
export type MessageFlag = (typeof names)[number];

const known: readonly string[] = names;

/** Flags that cannot be given safely, each with the reason and what to do instead. */
const refused: ReadonlyMap<unknown, string> = new Map([
  [
    'MSG_ZEROCOPY',
    // Documentation/networking/msg_zerocopy.rst, "Notification Reception".
    'the kernel reads the memory of the payload until its completion is on the error queue, and nothing here keeps it unchanged until then; send without the flag',
  ],
]);

/** The sum of the flags. */
export function flagBits(flags: readonly MessageFlag[] | undefined): number {
  if (flags === undefined) return 0;
  if (!Array.isArray(flags)) throw invalidArgument('flags', 'an array of MSG_ names', flags);
  let bits = 0;
  for (const flag of flags) {
    const reason = refused.get(flag);
    if (reason !== undefined) throw new UsageError('ERR_NOT_SUPPORTED', `${flag}: ${reason}`);
    if (!known.includes(flag)) throw invalidArgument('flags', `one of ${known.join(', ')}`, flag);
    const bit = native.constants[flag];
    if (typeof bit !== 'number')
      throw new UsageError('ERR_NOT_SUPPORTED', `${flag}: not available on ${process.platform}`);
    bits |= bit;
  }
  return bits;
}

/** Looked up once: each message that is received is asked for all of them. */
const bitOf = names.map((name) => [name, native.constants[name] ?? 0] as const);
const anyKnown = bitOf.reduce((sum, [, bit]) => sum | bit, 0);

/** The flags recvmsg(2) reports about a message. */
export function flagNames(bits: number): MessageFlag[] {
  if ((bits & anyKnown) === 0) return [];
  return bitOf.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
}

/** What a receive waits for; flags that are none are refused by the call itself. */
export function receiveKind({ flags }: { readonly flags?: readonly MessageFlag[] | undefined }): WaitKind {
  if (!Array.isArray(flags)) return Wait.read;
  if (flags.includes('MSG_ERRQUEUE')) return Wait.error;
  return flags.includes('MSG_OOB') ? Wait.urgent : Wait.read;
}

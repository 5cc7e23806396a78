/** Why a socket cannot be copied. */
export class NotCopied extends Error {
  override readonly name = 'NotCopied';
}

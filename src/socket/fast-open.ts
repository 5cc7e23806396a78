import { constants as os } from 'node:os';
import { SystemCallError } from '../errors.js';
import type { MessageFlag } from './flags.js';

/**
 * A send that may open the connection: once it is on its way (EINPROGRESS, tcp_sendmsg_fastopen()) the data goes out by
 * `afterwards`, which blocks until the connection stands.
 */
export function opening(
  first: () => number | undefined,
  afterwards: () => number | undefined,
): () => number | undefined {
  let call = first;
  return () => {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof SystemCallError && error.errno === -os.errno.EINPROGRESS)) throw error;
      call = afterwards;
      return undefined;
    }
  };
}

export function withoutOpening(flags: readonly MessageFlag[] | undefined): readonly MessageFlag[] | undefined {
  return flags?.filter((flag) => flag !== 'MSG_FASTOPEN');
}

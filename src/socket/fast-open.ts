import { constants as os } from 'node:os';
import { SystemCallError } from '../errors.js';
import type { MessageFlag } from './flags.js';
import { type Payload, payloadBytes } from './payload.js';
import { type Endpoint, send, type SendMessage, sendmsg, type SendOptions } from './transfer.js';

type Attempt = () => number | undefined;

/**
 * A send that may open the connection: once it is on its way (EINPROGRESS, tcp_sendmsg_fastopen()) the data goes out by
 * `afterwards`, which blocks until the connection stands.
 */
function opening(first: Attempt, afterwards: Attempt): Attempt {
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

function withoutOpening(flags: readonly MessageFlag[] | undefined): readonly MessageFlag[] | undefined {
  return flags?.filter((flag) => flag !== 'MSG_FASTOPEN');
}

/** sendto(2), to be called until it takes something. */
export function sendOpening(to: Endpoint, payload: Payload, options: SendOptions): Attempt {
  // Encoded once. Other memory is looked at in each attempt: it can be transferred or resized while this waits.
  const data = typeof payload === 'string' ? payloadBytes(payload) : payload;
  return opening(
    () => send(to, data, options),
    () => send(to, data, { flags: withoutOpening(options.flags) }),
  );
}

/** sendmsg(2), to be called until it takes something. */
export function sendMessageOpening(to: Endpoint, message: SendMessage): Attempt {
  return opening(
    () => sendmsg(to, message),
    () => sendmsg(to, { ...message, address: undefined, flags: withoutOpening(message.flags) }),
  );
}

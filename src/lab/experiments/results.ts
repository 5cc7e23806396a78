import { resultText } from '../lab-socket.js';
import { outcomeAsync } from '../step.js';

/** What a call came to: `ok`, an error's code, `5 bytes` for a send, for a recv the very data, or `end of stream`. */
export async function resultOf(call: () => Promise<unknown>): Promise<string> {
  let text = '';
  const outcome = await outcomeAsync(async () => {
    text = resultText(await call());
  });
  return outcome === 'ok' ? text : outcome;
}

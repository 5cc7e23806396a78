import { type LabSocket, resultText } from '../../lab/network/lab-socket.js';
import { codeOf, outcomeAsync } from '../../lab/record/recorder.js';

/** What a call came to: `ok`, an error's code, `5 bytes` for a send, for a recv the very data, or `end of stream`. */
export async function resultOf(call: () => Promise<unknown>): Promise<string> {
  let text = '';
  const outcome = await outcomeAsync(async () => {
    text = resultText(await call());
  });
  return outcome === 'ok' ? text : outcome;
}

/** A recv() that may never return: its result once there is one. */
export interface Reading {
  readonly done: Promise<string>;
  readonly result: string | undefined;
}

/** Begins to read. Where nothing ever comes the call ends with the run. */
export function readingOf(socket: LabSocket): Reading {
  let result: string | undefined;
  const done = socket.recv().then(resultText, codeOf);
  void done.then((text) => (result = text));
  return {
    done,
    get result() {
      return result;
    },
  };
}

/** Whether a call waited for the second of SO_LINGER. On a busy machine any call may take a part of it, or somewhat more. */
export function lasted(ms: number): string {
  if (ms < 950) return 'at once';
  return ms < 3000 ? 'about 1 s' : `${(ms / 1000).toFixed(1)} s`;
}

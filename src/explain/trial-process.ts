// Makes trials for an ordinary user: root of a user namespace, in which network namespaces can be made. The order comes on
// standard input, and the results go to standard output.
import { readFileSync, writeSync } from 'node:fs';
import { namespacesAvailable, reexecInUserNamespace } from '../netns/user-namespace.js';
import { Deadline } from './deadline.js';
import { tryHere, type TrialOrder } from './trials.js';

if (namespacesAvailable().how === 'user-namespace') {
  void reexecInUserNamespace().then((code) => (process.exitCode = code));
} else {
  const { order, timeoutMs } = JSON.parse(readFileSync(0, 'utf8')) as { order: TrialOrder; timeoutMs: number };
  writeSync(1, JSON.stringify(tryHere(order, new Deadline(timeoutMs))));
}

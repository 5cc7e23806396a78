// Runs one case at a time for the process that forked it, so that a case that hangs in a system call can be killed.
import { cases } from '../cases.js';
import { runCase } from '../../lab/run/run-case.js';
import type { Isolation } from '../../lab/run/stage.js';

interface Order {
  readonly id: string;
  readonly isolation: Isolation;
}

process.on('message', ({ id, isolation }: Order) => {
  const testCase = cases.find((candidate) => candidate.id === id);
  if (testCase === undefined) throw new Error(`there is no case ${id}`);
  void runCase(testCase, isolation).then((result) => process.send?.(result));
});

// The parent's to handle: it ends the workers when it has kept what there is.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

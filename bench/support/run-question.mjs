// One question in a process of its own, so that no other has taught V8 anything about the functions it calls.
// Arguments: name, rounds. Prints the result as JSON.
import { availableParallelism } from 'node:os';
import { spawnSync } from 'node:child_process';
import { measure } from './measure.mjs';

const [name, rounds] = process.argv.slice(2);

// This thread and what it starts, not V8's helper threads: they would take turns with it on the one core.
const pinned = spawnSync('taskset', ['-cp', String(availableParallelism() - 1), String(process.pid)]).status === 0;

const { question } = await import(`../${name}.mjs`);
const result = await measure(question, Number(rounds));
process.stdout.write(JSON.stringify({ ...result, pinned }));

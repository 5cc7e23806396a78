import { startLoops } from './c-program.mjs';
import { ratios, shuffled, summarize } from './statistics.mjs';

/** Long enough for the clock not to matter, short enough for most rounds to pass without another process in between. */
const batchNanoseconds = 8e6;
const warmUpRounds = 4;

async function timed({ run, before, after }, count, now) {
  await before?.(count);
  const start = now();
  // Awaited only if there is something to wait for: a turn of the microtask queue is not part of a synchronous call.
  const pending = run(count);
  if (pending !== undefined) await pending;
  const taken = now() - start;
  await after?.(count);
  return taken;
}

const clocks = {
  wall: () => Number(process.hrtime.bigint()),
  /** Of the process, its helper threads included: what others do on the machine is no part of it. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  },
};

/**
 * Runs all contenders of a question by turns, each against the same number of turns of the C loop, and compares them
 * round by round.
 */
export async function measure(question, rounds) {
  const now = clocks[question.clock ?? 'wall'];
  const prepared = await question.prepare();
  const loops = prepared.inside === undefined ? startLoops() : prepared.inside(startLoops);
  const runners = [
    { name: 'C', time: (count) => loops.run(question.name, count) },
    ...prepared.contenders.map((contender) => ({ ...contender, time: (count) => timed(contender, count, now) })),
  ];
  try {
    const trial = question.trial ?? 2000;
    await loops.run(question.name, trial);
    const count = Math.ceil((batchNanoseconds * trial) / (await loops.run(question.name, trial)));
    const samples = new Map(runners.map(({ name }) => [name, []]));
    for (let round = -warmUpRounds; round < rounds; round++) {
      for (const { name, time } of shuffled(runners)) {
        const nanoseconds = (await time(count)) / count;
        if (round >= 0) samples.get(name).push(nanoseconds);
      }
    }
    return {
      name: question.name,
      title: question.title,
      target: question.target,
      count,
      contenders: runners.map(({ name, wrong = false }) => ({
        name,
        wrong,
        nanoseconds: summarize(samples.get(name)),
        ratio: summarize(ratios(samples.get(name), samples.get('C'))),
      })),
    };
  } finally {
    loops.stop();
    await prepared.stop?.();
  }
}

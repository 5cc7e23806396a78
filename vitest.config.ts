import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Node reads these certificates whenever it starts, 90 ms of CPU time for a usual file of them: the tests start hundreds of Nodes,
// and none speaks TLS with anybody else.
delete process.env['NODE_EXTRA_CA_CERTS'];

/**
 * Files that leave their process as they found it. Those of a group share a process for each worker, and what they import, half a
 * second of CPU time a file. Every other file has a process of its own: a thread's network namespace, the process's descriptors,
 * signals and environment are under test, and nobody else's may come or go meanwhile.
 */
const sharing = {
  // What they hold they hold in JavaScript, and in programs that they start and wait for.
  plain: [
    'test/{bench,lab/draw}/**/*.test.ts',
    'test/cli/{case,lab,lab-watch,matrix,no-proc,pkt,several-files}.test.ts',
    'test/claims/{articles,cases,chinese,experiments,observed,said,script-of,sentences,systems}.test.ts',
    'test/claims/kit/{findings,peer-view}.test.ts',
    'test/handles/types.test.ts',
    'test/lab/{network/numbering,network/peer/{frame,notation,segment},record/{compare,until},run/verdict}.test.ts',
    'test/lab/{pkt/{parse,timeline},try/{picture,scenario},wire/{implied,pcapng,timeline,tshark}}.test.ts',
    'test/{address,bundle,docs,docstrings,editor,errors,kernels,layers,release,workflows}.test.ts',
  ],
  // Each closes its sockets before it ends. No program is started whose pipes would be closed later.
  sockets: [
    'test/options/{access,codec,packet,ranges,round-trip,set-only,states,supports,types}.test.ts',
    'test/netlink/*.test.ts',
    'test/explain/{causes,chinese,connect,predict,proc-net,rules,unix,world}.test.ts',
    'test/socket/{addresses,arguments,batch,connect,memory,messages,more-messages,open,poll,queues,transfer,types}.test.ts',
  ],
};

/** What waits longest for the kernel, so that it does so while something else computes; what takes longest first. */
const waiting = [
  // A minute, of which it computes a quarter.
  'claims/cases',
  'socket/thread-backend',
  'claims/sysctls',
  'socket/lifetime',
  'cli/restart',
  'claims/closing/ways-to-close',
];

/** What takes longest of its group, so that no core is left to one of them at the end. A fresh checkout knows no more than sizes. */
const longest = [
  'cli/lab',
  'cli/matrix',
  'claims/experiments',
  'docs',
  'lab/draw/ladder/svg',
  'lab/draw/page/html',
  'lab/run/experiment',
  'native/load',
  'handles/node-versions',
];

/** Where the list has it; behind all of the list if it does not. */
function placeIn(names: readonly string[], { moduleId }: TestSpecification): number {
  const place = names.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place === -1 ? names.length : place;
}

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // A process is shared by neighbours of a group alone.
    return (await super.sort(files)).toSorted(
      (a, b) =>
        placeIn(waiting, a) - placeIn(waiting, b) ||
        a.project.name.localeCompare(b.project.name) ||
        placeIn(longest, a) - placeIn(longest, b),
    );
  }
}

function project(name: string, include: readonly string[], isolate: boolean): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [...include],
      isolate,
      pool: 'forks',
      execArgv: ['--expose-gc'],
      // Against a hang, not a measure: both cores may be busy with something else.
      testTimeout: 30_000,
      hookTimeout: 30_000,
      expect: { poll: { timeout: 20_000 } },
    },
  };
}

const others = Object.values(sharing).flatMap((names) => names.map((name) => `!${name}`));

export default defineConfig({
  test: {
    projects: [
      project('alone', ['test/**/*.test.ts', ...others], true),
      ...Object.entries(sharing).map(([name, include]) => project(name, include, false)),
    ],
    sequence: { sequencer: LongFirst },
    // What was compiled for the run before, by content: each group compiles for itself.
    experimental: { fsModuleCache: true },
    // One more than there are cores: a quarter of the time a file waits for the kernel.
    maxWorkers: availableParallelism() + 1,
  },
});

// `node scripts/sanitize.mjs asan|tsan|valgrind`: builds the addon for the tool in a folder of its own (build/ stays as it is), then
// runs scripts/exercise-native.mjs and the tests with it. Needs `npm run build:ts` before, and cmake and ninja (or make).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pureTests } from './pure-tests.mjs';

const root = join(fileURLToPath(import.meta.url), '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const suppressions = join(root, 'scripts/tsan-suppressions.txt');
const exercise = join(root, 'scripts/exercise-native.mjs');
const [, , tool, ...files] = process.argv;

/** Test files a tool leaves out, and why. What they do to the addon the exercise does too. */
const leftOut = {
  asan: {
    'test/handles/node-versions.test.ts':
      "Node's own leaks and allocators, and other Nodes than the one the addon was built beside",
    'test/native/prebuilds.test.ts': 'binaries of another compiler',
    'test/native/exercise.test.ts': 'runs what runs by itself before the tests',
    'test/socket/runtimes.test.ts': 'Bun and Deno bring allocators of their own, which the preloaded one would replace',
    'test/handles/runtimes.test.ts': 'Bun and Deno bring allocators of their own',
    'test/cli/**':
      'starts a Node for each fact of a command; the tests of what it calls make the same calls, and so does the matrix',
    'test/claims/sysctls.test.ts': 'cases that the matrix runs, with other settings of the kernel',
    'test/claims/observed.test.ts': 'cases that the matrix runs',
    'test/lab/draw/**': 'no native code, and the browser hangs when the allocator is preloaded',
    ...Object.fromEntries(pureTests().map((file) => [file, 'asks the kernel nothing'])),
    'test/claims/experiments.test.ts': 'the matrix plays most of them, and it stays',
    'test/clients/**':
      "other projects' programs, started with what is preloaded, and no native code that the tests of src/handles lack",
    'test/docs.test.ts': 'starts vitest and a compiler, with no other calls than the experiments beside it',
  },
  valgrind: {
    'test/socket/thread-backend.test.ts': 'runs vitest once more inside a test, with a deadline it misses by far',
    'test/socket/lifetime.test.ts':
      'starts dozens of Nodes, 2 to 3 s each before their first line here, with deadlines',
    'test/socket/linger.test.ts':
      'one thread runs at a time here, and a close(2) that lingers lets no other run: nobody could take the data',
    'test/socket/runtimes.test.ts': 'other runtimes',
    'test/socket/watched.test.ts': 'tens of thousands of waits and sockets, and Nodes of its own, with deadlines',
    'test/options/catalog.test.ts': 'starts the generator, a Node of its own with a deadline',
    'test/socket/fuzz.test.ts': 'hundreds of random calls; AddressSanitizer sees them',
  },
};

/** What runs under valgrind, which is about 30 times slower: the parts whose calls end in native/. */
const underValgrind = ['test/socket', 'test/options'];

/**
 * What waits, what blocks on threads of its own, and workers. Each runs twice: on the event loop, and with the thread that waits
 * where a runtime has no event loop of libuv (SOCKWISE_READINESS=thread).
 */
const underThreadSanitizer = [
  'test/socket/close.test.ts',
  'test/socket/waiting.test.ts',
  'test/socket/queues.test.ts',
  'test/socket/poll.test.ts',
  'test/socket/watch.test.ts',
  'test/socket/linger.test.ts',
  'test/socket/lifetime.test.ts',
  'test/raw/raw.test.ts',
];

/** One test less: the runtime opens a file when it first reports, and takes the descriptor that the worker waits for. */
const notUnderThreadSanitizer = '^(?!.* and that a worker then gets, stays open )';

function run(command, args, env) {
  const start = performance.now();
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (error !== undefined) throw new Error(`${command} cannot be run: ${error.message}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  return { good: status === 0, text: `${status === 0 ? 'ok' : `FAILED (${signal ?? status})`}, ${seconds} s` };
}

function build(folder, flags) {
  const { good } = run(process.execPath, [join(root, 'scripts/native.mjs'), 'cmake', folder, ...flags]);
  if (!good) throw new Error(`${folder} could not be built: it needs a C++ compiler, cmake and ninja or make`);
  return join(root, folder, 'Release/sockwise.node');
}

function exclusions() {
  const entries = Object.entries(leftOut[tool]);
  console.log(['left out:', ...entries.map(([file, reason]) => `  ${file}: ${reason}`)].join('\n'));
  return entries.map(([file]) => `--exclude=${file}`);
}

function tell(title, { good, text }) {
  console.log(`${tool}, ${title}: ${text}`);
  if (!good) process.exitCode = 1;
}

const compiler = process.env.CXX ?? 'g++';

/** The runtime of a sanitizer, which Node has to be started with. */
function runtimeOf(name) {
  const library = spawnSync(compiler, [`-print-file-name=lib${name}.so`], { encoding: 'utf8' }).stdout?.trim();
  if (!library?.startsWith('/')) throw new Error(`${compiler} has no lib${name}.so`);
  return library;
}

function asan() {
  const library = runtimeOf('asan');
  const env = (leaks) => ({
    SOCKWISE_NATIVE: addon,
    LD_PRELOAD: library,
    ASAN_OPTIONS: `detect_leaks=${leaks ? 1 : 0}`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
  });
  const addon = build('build-asan', ['--CDSOCKWISE_ASAN=ON']);
  // From Node 24 on V8 itself leaks at the end of every process, and vitest's workers do in each.
  const leaks = Number(process.versions.node.split('.')[0]) < 24;
  tell(`every call${leaks ? ', with leaks' : ''}`, run(process.execPath, [exercise], env(leaks)));
  tell(
    'tests',
    run(
      process.execPath,
      [vitest, 'run', '--reporter=default', '--testTimeout=30000', ...exclusions(), ...files],
      env(false),
    ),
  );
}

/** A frame of the addon, which the runtime of ThreadSanitizer cannot name: it was loaded after the first report. */
function named(report, addon) {
  const offsets = [...new Set(report.match(/(?<=\(sockwise\.node\+)0x[\da-f]+/g))];
  if (offsets.length === 0) return report;
  const { stdout } = spawnSync('addr2line', ['-Cfspe', addon, ...offsets], { encoding: 'utf8' });
  const names = new Map(stdout?.split('\n').map((line, index) => [offsets[index], line]));
  return report.replaceAll(/<null> <null> \(sockwise\.node\+(0x[\da-f]+)\)/g, (text, at) => names.get(at) || text);
}

/**
 * What threads share in native/, compiled without Node; and the addon in a Node that is not instrumented. Only vitest's workers,
 * and the Nodes that they start, have the runtime: its own process compiles, by threads of Rust that are reported in dozens.
 */
function tsan() {
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-tsan-'));
  try {
    const program = join(folder, 'threads');
    const sources = ['test/native/threads.cc', 'native/blocking.cc', 'native/readiness_thread.cc'];
    const flags = ['-std=c++17', '-g', '-O1', '-Wall', '-Wextra', '-fsanitize=thread', '-pthread', '-DNAPI_VERSION=8'];
    const headers = ['-isystem', 'node_modules/node-api-headers/include', '-Inative'];
    const compiled = run(compiler, [...flags, ...headers, ...sources, '-o', program]);
    tell('threads of native/', compiled.good ? run(program, []) : compiled);

    // By an option of CMakeLists.txt: cmake-js sets CMAKE_CXX_FLAGS itself, and without them nothing would be reported.
    const addon = build('build-tsan', ['--CDSOCKWISE_TSAN=ON']);
    if (!readFileSync(addon).includes('__tsan_func_entry'))
      throw new Error(`${addon} is not instrumented: remove build-tsan`);
    const workers = workersBy(folder, ['env', `LD_PRELOAD=${runtimeOf('tsan')}`, process.execPath]);
    const chosen = files.length > 0 ? files : underThreadSanitizer;
    for (const readiness of ['loop', 'thread']) {
      const logs = join(folder, readiness);
      mkdirSync(logs);
      const results = join(folder, `${readiness}.json`);
      // A Node waits a second at its end for threads that might still race; the tests start dozens.
      const options = `exitcode=0 atexit_sleep_ms=50 log_path=${join(logs, 'report')} suppressions=${suppressions}`;
      const env = {
        SOCKWISE_NATIVE: addon,
        SOCKWISE_READINESS: readiness,
        SOCKWISE_TEST_SLOWNESS: 5,
        TSAN_OPTIONS: options,
      };
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
      // Two Nodes at a time, where a file starts them all at once.
      const limits = ['--maxWorkers=1', '--maxConcurrency=2', '--testTimeout=180000', '-t', notUnderThreadSanitizer];
      const args = ['--import', workers, vitest, 'run', ...reporters, ...limits, ...chosen];
      const result = run(process.execPath, args, env);
      const all = readdirSync(logs).flatMap((name) =>
        readFileSync(join(logs, name), 'utf8')
          .split(/^={18}$/m)
          .filter((report) => report.includes('WARNING: ThreadSanitizer')),
      );
      const found = all.filter((report) => report.includes('sockwise.node'));
      const others = all.filter((report) => !found.includes(report));
      for (const report of found) console.log(named(report, addon));
      for (const report of others) console.log(/^SUMMARY: .*$/m.exec(report)?.[0]);
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
      const tests = `${numPassedTests} tests passed, ${numFailedTests} failed`;
      const good = result.good && numPassedTests > 0 && found.length === 0;
      const reports = `${found.length} reports of the addon, ${others.length} of Node alone`;
      tell(`tests, readiness by ${readiness}`, {
        good,
        text: `${result.text}, ${tests}, ${reports}${good ? '' : ': FAILED'}`,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reports of valgrind that have the addon on their stack. The others are V8's, whose collector reads stacks word by word. */
function reports(folder) {
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .replaceAll(/^==\d+== ?/gm, '')
      .split(/\n\s*\n/)
      .filter((block) => /^ +(at|by) 0x/m.test(block) && !/^Process terminating/m.test(block))
      .filter((block) => block.includes('sockwise')),
  );
}

/**
 * An ES module for vitest's own process: it starts its workers by `command`, and gives them ten times the minute that it has
 * for a worker's start, of which a Node under valgrind spends half on an idle machine.
 */
function workersBy(folder, command) {
  const wrapper = join(folder, 'node');
  writeFileSync(wrapper, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  const module = join(folder, 'workers.mjs');
  writeFileSync(
    module,
    `process.execPath = ${JSON.stringify(wrapper)};
const { setTimeout } = globalThis;
globalThis.setTimeout = (callback, ms, ...args) => setTimeout(callback, ms >= 60_000 ? ms * 10 : ms, ...args);
`,
  );
  return pathToFileURL(module).href;
}

function valgrind() {
  const addon = build('build-valgrind', ['--CDCMAKE_CXX_FLAGS=-g']);
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-valgrind-'));
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  // What a test starts has deadlines that fit a Node at full speed: valgrind does not follow it.
  const memcheck = ['valgrind', `--log-file=${join(logs, '%p.log')}`];
  const watched = (title, command, args) => {
    const [program, ...words] = [...command, ...args];
    const result = run(program, words, { SOCKWISE_NATIVE: addon });
    const found = reports(logs);
    for (const report of found) console.log(report);
    const good = result.good && found.length === 0;
    tell(title, { good, text: `${result.text}, ${found.length} reports of the addon${good ? '' : ': FAILED'}` });
  };
  try {
    const leaks = ['--leak-check=full', '--show-leak-kinds=definite'];
    watched('every call, with leaks', [...memcheck, ...leaks, process.execPath, '--expose-gc'], [exercise]);
    watched(
      'tests',
      [process.execPath, '--import', workersBy(folder, [...memcheck, process.execPath]), vitest],
      [
        'run',
        '--reporter=default',
        // One worker for all files: a Node under valgrind takes seconds to start.
        '--maxWorkers=1',
        '--no-isolate',
        '--testTimeout=240000',
        ...exclusions(),
        ...(files.length > 0 ? files : underValgrind),
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tools = { asan, tsan, valgrind };
if (!Object.hasOwn(tools, tool ?? ''))
  throw new Error('usage: node scripts/sanitize.mjs asan|tsan|valgrind [TEST FILES]');
tools[tool]();

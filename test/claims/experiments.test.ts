import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '../../src/lab/record/json.js';
import { cases } from '../../src/claims/cases.js';
import { experiments, sourceOf } from '../../src/claims/experiments.js';
import { happenedIn } from '../../src/claims/happened.zh.js';
import { ladderSvg } from '../../src/lab/draw/ladder/svg.js';
import { ladderText } from '../../src/lab/draw/ladder/text.js';
import { fileOfEach } from '../../src/cli/several-files.js';
import { impliedStates } from '../../src/lab/wire/implied.js';
import type { Trace } from '../../src/lab/record/trace.js';
import { saidBy } from '../support/chinese.js';
import { root } from '../support/children.js';
import { foreignNamespaces, labProcesses, noExperiments, sockwise } from '../support/matrix.js';
import { describeNeeding } from '../support/needs.js';
import { hasTshark, noTshark, type TsharkPacket } from '../support/tshark.js';
import { readTogether } from '../support/tshark-together.js';
import { onlyMarks } from '../support/events.js';
import { differences } from '../support/tshark-differences.js';

const mark = `SOCKWISE_TEST_RUN=experiments-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'sockwise-experiments-'));
const runs = experiments.flatMap(({ name, variants, byNameOnly }) => {
  if (byNameOnly) return [];
  const names: readonly (string | undefined)[] = variants.length === 0 ? [undefined] : variants;
  return names.map((variant) => ({ name, variant }));
});
const limitMs = 150_000;
const version = release().split('.').slice(0, 2).join('.');
const known = JSON.parse(readFileSync(`${root}test/claims/findings.json`, 'utf8')) as Record<
  string,
  Record<string, Json>
>;
const expected = known[version];
let traces: readonly Trace[];

afterAll(() => rmSync(folder, { recursive: true }));

/** The keys of findings and of their parts. */
function keysOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => [key, ...keysOf(part)]);
}

test('experiments have a label for each part of their findings, and no other', () => {
  for (const { name, variants, labels, byNameOnly } of experiments) {
    if (byNameOnly) continue;
    const runsOfIt = variants.length === 0 ? [name] : variants.map((variant) => `${name}, ${variant}`);
    const keys = Object.values(known).flatMap((findings) => runsOfIt.flatMap((run) => keysOf(findings[run] ?? null)));
    expect([name, Object.keys(labels).sort()]).toEqual([name, [...new Set(keys)].sort()]);
  }
});

test('experiments have names of their own, and are about cases there are', () => {
  const names = experiments.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const ids = cases.map(({ id }) => id);
  for (const { name, about, rule, cases: shown } of experiments) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(about).toMatch(/\.$/);
    expect(rule).not.toBe('');
    expect(shown.filter((id) => !ids.includes(id))).toEqual([]);
  }
});

test('the file of an experiment has its script', () => {
  for (const experiment of experiments)
    expect(readFileSync(`${root}src/claims/${sourceOf(experiment)}`, 'utf8')).toContain(`'${experiment.name}'`);
});

describeNeeding(noExperiments === undefined, noExperiments ?? '')('the built-in experiments', () => {
  beforeAll(async () => {
    const { stdout, stderr } = await sockwise(['lab', '--all', '--json', '--pcap', join(folder, 'run.pcapng')], {
      deadlineMs: limitMs,
      env: { SOCKWISE_TEST_RUN: `experiments-${process.pid}` },
    });
    if (stdout === '') throw new Error(`nothing was printed: ${stderr}`);
    traces = JSON.parse(stdout) as Trace[];
  }, limitMs);

  test('are all there, in order, and leave nothing behind', () => {
    expect(traces.map(({ name, variant }) => ({ name, variant }))).toEqual(runs);
    expect(labProcesses(mark)).toEqual([]);
    expect(foreignNamespaces(mark)).toEqual([]);
  });

  const files = fileOfEach(
    join(folder, 'run.pcapng'),
    runs.map(({ name, variant = '' }) => `${name} ${variant}`),
  );
  const table = runs.map((run, index) => ({ ...run, index, shown: [run.name, run.variant ?? []].flat().join(', ') }));

  test.each(table)('$shown: ends, and no packet was missed', ({ index }) => {
    const trace = traces[index];
    expect(trace?.error).toBeUndefined();
    expect(trace?.dropped).toBe(0);
    expect(trace?.findings).not.toBeNull();
  });

  test.for(table)('$shown: finds what this kernel did before', ({ index, shown }, { annotate }) => {
    const findings = traces[index]?.findings;
    if (expected !== undefined) {
      expect(findings).toEqual(expected[shown]);
      return;
    }
    const before = Object.entries(known).map(([kernel, found]) => `${kernel}: ${JSON.stringify(found[shown])}`);
    void annotate(`Linux ${version} is not in findings.json: ${JSON.stringify(findings)}; ${before.join(', ')}`);
  });

  describeNeeding(hasTshark, noTshark)('read by tshark', () => {
    let packets: readonly (readonly TsharkPacket[])[];
    beforeAll(() => void (packets = readTogether(files)), limitMs);

    test.each(table)('$shown: are the same segments', ({ index }) => {
      const [trace, read] = [traces[index], packets[index]];
      if (trace === undefined || read === undefined) throw new Error('there is no trace');
      expect(read).not.toEqual([]);
      expect(differences(trace, read)).toEqual([]);
    });
  });

  function traceOf(name: string, variant: string): Trace {
    const trace = traces.find((one) => one.name === name && one.variant === variant);
    if (trace === undefined) throw new Error(`there is no trace of ${name}, ${variant}`);
    return trace;
  }

  test('an ACK that TCP_DEFER_ACCEPT ignores establishes nothing', () => {
    const { states } = traceOf('defer-accept', 'the client is silent');
    const server = states.filter(({ host, remote }) => host === 'server' && remote !== undefined);
    expect(server.map(({ state }) => state)).toEqual(['SYN_RECV']);
  });

  test('nor does data for which the accept queue has no room', () => {
    const { states, events } = traceOf('queue-full-at-last-ack', 'tcp_abort_on_overflow 0');
    const server = states.filter(({ host, remote }) => host === 'server' && remote !== undefined);
    const slow = server.filter(({ remote }) => remote?.port === server[0]?.remote?.port);
    expect(slow.map(({ state }) => state)).toEqual(['SYN_RECV', 'ESTABLISHED']);
    expect(slow[1]?.atMs).toBeGreaterThan(onlyMarks(events).at(-1)?.atMs ?? Infinity);
  });

  // Others may be entered without a segment, as FIN_WAIT1 where the FIN waits behind data.
  const byWhatCame: readonly string[] = ['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT2', 'TIME_WAIT'];
  // Two clocks, each read for itself.
  const doubtMs = 0.1;

  test.each(table)('$shown: no state stands before the segment that brings it about', ({ index }) => {
    const trace = traces[index];
    if (trace === undefined) throw new Error('there is no trace');
    const early = trace.hosts.flatMap((host) => {
      const implied = impliedStates(host, trace.segments);
      return trace.states.filter(({ atMs, host: name, local, remote, state }) => {
        if (name !== host.name || !byWhatCame.includes(state)) return false;
        const twins = implied.filter(
          (one) => one.state === state && one.local.port === local.port && one.remote.port === remote?.port,
        );
        return twins.length > 0 && twins.every((twin) => atMs < twin.atMs - doubtMs);
      });
    });
    expect(early).toEqual([]);
  });

  test('a socket is gone before the mark that stands behind the wait for it', () => {
    const { states, events } = traceOf('orphan-lifetime', 'tcp_fin_timeout 1');
    const gone = states.find(({ host, state }) => host === 'server' && state === 'CLOSED');
    expect(gone?.atMs).toBeLessThan(onlyMarks(events).at(-1)?.atMs ?? 0);
  });

  test('what their scripts say is in Chinese too', () => {
    const said = traces.flatMap(({ events }) => events).flatMap(saidBy);
    expect(said.length).toBeGreaterThan(50);
    expect([...new Set(said)].filter((text) => happenedIn(text) === undefined)).toEqual([]);
  });

  test.each(table)('$shown: has pictures', ({ index }) => {
    const trace = traces[index];
    if (trace === undefined) throw new Error('there is no trace');
    expect(ladderSvg(trace)).toMatch(/^<svg[^]*<\/svg>\s*$/);
    const widest = Math.max(
      ...ladderText(trace, 80)
        .split('\n')
        .map(({ length }) => length),
    );
    expect(widest).toBeLessThanOrEqual(80);
  });
});

// Runs cases and experiments for the process that forked it, so that what hangs in it can be killed.
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../../errors.js';
import type { Experiment } from './experiment.js';
import { breakOffAtRejections } from './floating.js';
import { loadExperiments } from './load.js';
import { type Answer, type Answered, type Claims, interrupted, listed, type Order, type Source } from './order.js';
import { recorded } from './recorded.js';
import { runCase } from './run-case.js';

const interrupt = new AbortController();
const loaded = new Map<string, Promise<readonly Experiment[]>>();

async function claimsOf(url: string): Promise<Claims> {
  return ((await import(url)) as { readonly claims: Claims }).claims;
}

async function experimentsOf(source: Source): Promise<readonly Experiment[]> {
  if ('claims' in source) return (await claimsOf(source.claims)).experiments;
  const known = loaded.get(source.file) ?? loadExperiments(source.file, source.pkt);
  loaded.set(source.file, known);
  return await known;
}

async function answer(order: Exclude<Order, { kind: 'interrupt' }>): Promise<Answer> {
  if (order.kind === 'case') {
    const { claims, id, isolation, outputs } = order;
    // A row ends before an optimized function has paid for itself (docs/benchmarks.md, The lab).
    setFlagsFromString('--no-opt');
    const testCase = (await claimsOf(claims)).cases.find((candidate) => candidate.id === id);
    if (testCase === undefined) throw new Error(`there is no case ${id}`);
    return { result: await runCase(testCase, isolation, outputs) };
  }
  const found = await experimentsOf(order.source);
  if (order.kind === 'list') return { listed: found.map(listed) };
  const chosen = found[order.index];
  if (chosen === undefined) throw new Error(`there is no experiment ${order.index} of ${found.length}`);
  return await recorded(chosen, order.variant, { signal: interrupt.signal, pcap: order.pcap });
}

process.on('message', ({ id, order }: { readonly id: number; readonly order: Order }) => {
  if (order.kind === 'interrupt') {
    interrupt.abort(interrupted());
    return;
  }
  const send = (given: Answer): void => void process.send?.({ id, answer: given } satisfies Answered);
  answer(order).then(send, (error: unknown) => send({ failure: messageOf(error) }));
});

// The parent's to handle: it tells this process, or ends it when it has kept what there is.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
breakOffAtRejections();

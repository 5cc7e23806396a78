import { integer, invalidArgument, knownKeys, messageOf } from '../../errors.js';
import { namespacesAvailable, UsageError } from '../../index.js';
import type { Json } from '../record/json.js';
import type { LabelsOf } from '../record/labels.js';
import type { Host } from '../network/host.js';
import { expectResult } from '../network/lab-socket.js';
import type { ScriptedPeer } from '../network/peer/peer.js';
import type { Trace, TracePacket, TraceSegment } from '../record/trace.js';
import type { Link } from '../network/link.js';
import { patient } from '../record/patience.js';
import { positionOf } from '../record/position.js';
import { ladderEnd } from '../draw/ladder/text.js';
import { noteDefined } from './defined.js';
import type { Experiment, RunOptions } from './experiment-shape.js';
import { withBreaker } from './floating.js';
import { noteForMain, noteRecorded } from './main.js';
import { type HostSettings, Stage } from './stage.js';

export type { Experiment, RunOptions } from './experiment-shape.js';

/** What a script builds its situation with. */
export interface ExperimentContext {
  /** A host with a network of its own, joined to every host before it. The first stands left in the picture. */
  readonly host: (name: string, settings?: HostSettings) => Host;
  /** What joins two hosts, to set it down, and if it is relayed to delay and lose segments. */
  readonly link: (a: Host, b: Host) => Link;
  /** The far end of a link to `host`, without a TCP stack: the script writes its segments. */
  readonly peer: (name: string, host: Host, settings?: { readonly address?: string }) => Promise<ScriptedPeer>;
  /** A remark, drawn across the picture and written into the capture. */
  readonly mark: (text: string) => void;
  /** Makes a call and throws unless it comes to `result`: `ok`, an error's code, `5 bytes`, or the text it returns. */
  readonly expect: (result: string, call: () => unknown) => Promise<void>;
  /** Every segment so far. */
  readonly segments: () => readonly TraceSegment[];
  /** Every packet of UDP, ICMP and ICMPv6 so far; neighbour discovery is not among them. */
  readonly packets: () => readonly TracePacket[];
  /** Until every segment sent has arrived or is lost. */
  readonly settle: () => Promise<void>;
  /** @internal */
  readonly behindGateway: Stage['behindGateway'];
  /** Aborted when the experiment is over, or broken off. */
  readonly signal: AbortSignal;
}

/** What it returns are its findings. */
export type Script<Given, Found extends Json | void = Json | void> = (
  context: ExperimentContext,
  given: Given,
) => Found | Promise<Found>;

/** What is said of an experiment, and how it is run. */
export interface ExperimentSettings<Given, Found = unknown> {
  /** As `linger-zero`; made of the title if absent. */
  readonly name?: string;
  /** What there is to see. */
  readonly about?: string;
  /** Why it is so: kernel functions and sections of RFCs. */
  readonly rule?: string;
  /** Ids of the cases whose packets it shows. */
  readonly cases?: readonly string[];
  /** What the parts of its findings are called for a reader, by key; the keys themselves if absent. */
  readonly labels?: LabelsOf<Found>;
  /** The same script in several situations, by name; each is a run of its own. */
  readonly variants?: Readonly<Record<string, Given>>;
  /** Run when it is asked for by name, not with all the others: it has many variants. */
  readonly byNameOnly?: boolean;
  /** A script that has not ended by then is broken off: 1 to 600,000, 30,000 if absent; longer on a slow machine. */
  readonly limitMs?: number;
}

/**
 * A script was aborted, for the error that is its `cause`; the trace has what happened up to there, and the message shows the end of its
 * ladder.
 */
export class ExperimentError extends Error {
  /** What was recorded up to there. */
  readonly trace: Trace;

  constructor(trace: Trace, cause: unknown) {
    super(`${trace.title}: ${trace.error?.message ?? ''}\n\n${ladderEnd(trace)}\n`, { cause });
    this.name = 'ExperimentError';
    this.trace = trace;
  }
}

/** What was on the wire could not be written, for the reason that is its `cause`. The trace is complete. */
export class CaptureError extends Error {
  /** What was recorded. */
  readonly trace: Trace;

  constructor(file: string, trace: Trace, cause: unknown) {
    super(`${file}: ${messageOf(cause)}`, { cause });
    this.name = 'CaptureError';
    this.trace = trace;
  }
}

const longestLimitMs = 600_000;

function slug(title: string): string {
  // Without the tables of Unicode, which take longer to load than all experiments.
  if (/^[a-z0-9-]+$/.test(title)) return title;
  return (
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'experiment'
  );
}

function contextOf(stage: Stage): ExperimentContext {
  return {
    host: (name, settings) => stage.host(name, settings),
    link: (a, b) => stage.link(a, b),
    peer: (name, host, settings) => stage.peer(name, host, settings),
    mark: (text) => stage.mark(text),
    expect: checkedExpect,
    segments: () => stage.passages().segments,
    packets: () => stage.passages('packets').packets ?? [],
    settle: () => stage.settle(),
    behindGateway: (name, peerName, gateway) => stage.behindGateway(name, peerName, gateway),
    signal: stage.signal,
  };
}

async function checkedExpect(expected: string, call: () => unknown): Promise<void> {
  if (typeof expected !== 'string') throw invalidArgument('expect', 'a result, as ok', expected);
  if (typeof call !== 'function') throw invalidArgument('expect', 'a function that makes the call', call);
  await expectResult('expect', expected, call);
}

/** Rejects when `signal` aborts, and does not begin where it has; what the work held is released with the stage. */
function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work().then(resolve, reject);
  });
}

function checkSettings(settings: object): void {
  knownKeys(settings, 'experiment', ['name', 'about', 'rule', 'cases', 'labels', 'variants', 'byNameOnly', 'limitMs']);
  const given: Readonly<Record<string, unknown>> = { ...settings };
  for (const key of ['name', 'about', 'rule'])
    if (given[key] !== undefined && typeof given[key] !== 'string') throw invalidArgument(key, 'a text', given[key]);
  const { name, cases = [], labels = {}, variants = {}, byNameOnly = false } = given;
  if (name === '') throw invalidArgument('name', 'a text', name);
  if (!Array.isArray(cases)) throw invalidArgument('cases', 'an array', cases);
  if (typeof labels !== 'object' || labels === null || !Object.values(labels).every((text) => typeof text === 'string'))
    throw invalidArgument('labels', 'an object of texts', labels);
  if (typeof variants !== 'object' || variants === null || Array.isArray(variants))
    throw invalidArgument('variants', 'an object', variants);
  if (typeof byNameOnly !== 'boolean') throw invalidArgument('byNameOnly', 'true or false', byNameOnly);
}

function checkOptions(options: RunOptions): void {
  knownKeys(options, 'options', ['signal', 'pcap']);
  const { signal, pcap } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  if (pcap !== undefined && (typeof pcap !== 'string' || pcap === ''))
    throw invalidArgument('pcap', 'the name of a file', pcap);
}

function reasonOf(error: unknown, limitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError' && !('syscall' in error))
    return `it had not ended after ${limitMs} ms`;
  return messageOf(error);
}

/**
 * An experiment: a script that builds hosts, links and sockets, everything on them recorded: calls, segments, states. It runs
 * under `node FILE` where FILE exports it, with `npx sockwise lab FILE`, and wherever {@link Experiment.run} is called.
 *
 * Hosts are network namespaces: as an ordinary user `node FILE` and `sockwise lab` start themselves again in a user namespace.
 *
 * @throws {UsageError} `ERR_NOT_SUPPORTED` from `run` and `record` - this process may not make network namespaces.
 */
export function experiment(title: string, script: Script<undefined>): Experiment;
export function experiment<Given = undefined, Found extends Json | void = Json | void>(
  title: string,
  settings: ExperimentSettings<Given, Found>,
  script: Script<Given, Found>,
): Experiment;
export function experiment<Given>(
  title: string,
  first: ExperimentSettings<Given> | Script<Given>,
  second?: Script<Given>,
): Experiment {
  const settings: ExperimentSettings<Given> = typeof first === 'function' ? {} : first;
  const script = typeof first === 'function' ? first : second;
  if (typeof title !== 'string' || title === '' || typeof script !== 'function')
    throw new UsageError('ERR_ARGUMENT_INVALID', 'experiment: expected a title and a script');
  checkSettings(settings);
  const {
    name = slug(title),
    about = '',
    rule = '',
    cases = [],
    labels = {},
    variants = {},
    byNameOnly = false,
    limitMs = 30_000,
  } = settings;
  integer(limitMs, 'limitMs', 1, longestLimitMs);
  const names = Object.keys(variants);

  function mustHave(variant: string | undefined): void {
    if (variant === undefined || names.includes(variant)) return;
    const known = names.length === 0 ? 'it has none' : `they are ${names.join(', ')}`;
    throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: no variant ${String(variant)}; ${known}`);
  }

  async function on(stage: Stage, variant: string | undefined = names[0]): Promise<Json> {
    mustHave(variant);
    const given = (variant === undefined ? undefined : variants[variant]) as Given;
    const perform = async (): Promise<Json | void> => await script?.(contextOf(stage), given);
    const breakOff = (reason: unknown): void => stage.fail(reason);
    return (await unlessAborted(() => withBreaker(breakOff, perform), stage.signal)) ?? null;
  }

  /** The trace, and why the script was aborted, if it was. */
  async function play(
    variant: string | undefined = names[0],
    options: RunOptions = {},
  ): Promise<{ readonly trace: Trace; readonly reason?: unknown }> {
    mustHave(variant);
    checkOptions(options);
    noteRecorded(defined);
    mustHaveNamespaces();
    const limit = new AbortController();
    const signals = [limit.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const stage = new Stage(AbortSignal.any(signals), { capture: true });
    const longestMs = patient(limitMs);
    const timer = setTimeout(() => limit.abort(new DOMException('too long', 'TimeoutError')), longestMs);
    const identity = {
      name,
      title,
      ...(variant !== undefined && { variant }),
      ...(about !== '' && { about }),
      ...(rule !== '' && { rule }),
      ...(cases.length > 0 && { cases }),
      ...(Object.keys(labels).length > 0 && { labels }),
    };
    try {
      let findings: Json = null;
      let error: Trace['error'];
      let reason: unknown;
      try {
        findings = await on(stage, variant);
      } catch (thrown) {
        reason = thrown;
        const where = positionOf(thrown);
        const message = reasonOf(thrown, longestMs);
        error = { atMs: stage.elapsedMs, message, ...(where !== undefined && { where }) };
      }
      const recording = await stage.finish();
      const trace = { ...identity, ...recording, findings, ...(error !== undefined && { error }) };
      if (options.pcap !== undefined) writeCapture(stage, options.pcap, trace);
      return { trace, reason };
    } finally {
      clearTimeout(timer);
      limit.abort();
      await stage.close();
    }
  }

  const defined: Experiment = {
    name,
    title,
    about,
    rule,
    cases,
    labels,
    variants: names,
    byNameOnly,
    limitMs,
    record: async (variant, options) => (await play(variant, options)).trace,
    async on(stage, variant) {
      stage.capture();
      return await on(stage, variant);
    },
    async run(variant, options) {
      const { trace, reason } = await play(variant, options);
      if (trace.error !== undefined) throw new ExperimentError(trace, reason);
      return trace;
    },
  };
  noteDefined(defined);
  noteForMain(defined);
  return defined;
}

function writeCapture(stage: Stage, file: string, trace: Trace): void {
  try {
    stage.writeCapture(file, trace);
  } catch (error) {
    throw new CaptureError(file, trace, error);
  }
}

let hasNamespaces = false;

/** Asked until the answer is yes: each time a namespace is made, and taken down again while the run begins. */
function mustHaveNamespaces(): void {
  if (hasNamespaces) return;
  const access = namespacesAvailable();
  hasNamespaces = access.how === 'root';
  if (access.how === 'root') return;
  const reason =
    access.how === 'none' ? access.reason : 'this process is not root: run it under `unshare --map-root-user --net`';
  throw new UsageError('ERR_NOT_SUPPORTED', `experiments need network namespaces: ${reason}`);
}

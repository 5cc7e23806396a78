import { randomBytes } from 'node:crypto';
import * as net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Socket } from '../socket/socket.js';
import { activatedSockets, notifyManager } from './activation.js';
import { Channel, eachLine } from './channel.js';
import { HeldSockets } from './held-sockets.js';
import { type Ending, Program, type Process } from './program.js';
import { doneOf, type FromProgram, fromProgramKinds, type FromSupervisor } from './restart-messages.js';

/** Which program runs, and how it is replaced. */
export interface SupervisorSettings {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Ready when this URL, of a server of the program, answers with a status from 200 to 299. Without it: when it listens. */
  readonly health?: string | undefined;
  /** Milliseconds that a new process has to become ready; then it is ended, and the old one stays. */
  readonly readyWithinMs: number;
  /** Milliseconds that an old process has to finish its connections; then it gets SIGTERM, and SIGKILL if that does not end it. */
  readonly drainWithinMs: number;
}

/** What happened, in order. `generation` counts the starts of the program. */
export type SupervisorEvent =
  | { readonly event: 'started'; readonly generation: number; readonly pid: number | undefined }
  | { readonly event: 'listening'; readonly generation: number; readonly place: string; readonly address: string }
  | { readonly event: 'ready'; readonly generation: number }
  | { readonly event: 'draining'; readonly generation: number }
  | ({ readonly event: 'ended'; readonly generation: number; readonly expected: boolean } & Ending)
  | { readonly event: 'killed'; readonly generation: number; readonly reason: string }
  | { readonly event: 'failed'; readonly generation: number; readonly reason: string }
  | { readonly event: 'rolled back'; readonly generation: number; readonly serving: number }
  | { readonly event: 'released'; readonly place: string }
  | { readonly event: 'stopped'; readonly ok: boolean };

type Talk = Channel<FromProgram | FromSupervisor>;

/** A program that fails so often in a row is not started again. */
const mostFailures = 5;
const firstPauseMs = 100;
/** A program that has closed its server may be about to end, and its successor wants the socket; a new one may not have come to it yet. */
const releaseAfterMs = 2000;
/** For what a process does at SIGTERM once it is drained. */
const endWithinMs = 5000;
const acceptAgainMs = 100;

/**
 * Keeps the listening sockets of a program, so that they outlive each of its processes; starts it, replaces it and ends it. The
 * program's processes come by an abstract unix socket, and only those of the same user are heard (SO_PEERCRED).
 */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #tell: (event: SupervisorEvent) => void;
  readonly #address = `sockwise-restart-${process.pid}-${randomBytes(8).toString('hex')}`;
  readonly #control: Socket<'unix'>;
  readonly #held: HeldSockets;
  readonly #programs = new Map<number, Program>();
  readonly #over = new AbortController();
  readonly #retiring = new Set<Promise<void>>();
  #generations = 0;
  #serving: Program | undefined;
  #starting: Program | undefined;
  #isWanted = false;
  #turn: Promise<void> = Promise.resolve();
  #end: (ok: boolean) => void = () => {};

  /** Resolves when the program has ended for good: true where that was wanted, or it ended by itself with status 0. */
  readonly ended: Promise<boolean>;

  constructor(settings: SupervisorSettings, tell: (event: SupervisorEvent) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.#held = new HeldSockets(activatedSockets());
    this.#control = Socket.open({ family: 'unix', type: 'seqpacket' });
    this.#control.bind({ family: 'unix', path: `\0${this.#address}` }).listen();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    void this.#welcome();
  }

  /** The first start. */
  start(): void {
    this.#next(async () => {
      const program = await this.#startOne();
      if (program === undefined) return await this.#finish(false);
      this.#serve(program);
    });
  }

  /** Starts the program beside the one that serves, and replaces it once it is ready. One at a time; one more waits. */
  restart(): void {
    if (this.#isWanted || this.#isStopping) return;
    this.#isWanted = true;
    // Not in its turn: a program that dies while the one before it is drained is started again at once.
    void Promise.all(this.#retiring).then(() => this.#next(async () => await this.#replace()));
  }

  async #replace(): Promise<void> {
    this.#isWanted = false;
    const old = this.#serving;
    if (old === undefined) return;
    await manager({ RELOADING: 1, MONOTONIC_USEC: Number(process.hrtime.bigint() / 1000n) });
    const program = await this.#startOne();
    if (program === undefined) {
      if (!this.#isStopping)
        this.#tell({ event: 'rolled back', generation: this.#generations, serving: old.generation });
      await manager({ READY: 1 });
      return;
    }
    this.#serve(program);
    void this.#retire(old, false).then(() =>
      this.#releaseLater(program, () => this.#held.places.filter((place) => !program.places.has(place))),
    );
  }

  /** Drains and ends the program, and what is starting at once. */
  stop(): void {
    if (this.#isStopping) return;
    this.#over.abort();
    this.#starting?.signal('SIGKILL');
    void manager({ STOPPING: 1 });
    this.#next(async () => await this.#finish(true));
  }

  /** Ends every process at once. */
  kill(): void {
    this.#over.abort();
    for (const program of this.#programs.values()) program.signal('SIGKILL');
  }

  get #isStopping(): boolean {
    return this.#over.signal.aborted;
  }

  /** One thing after the other: what changes which program serves. */
  #next(step: () => Promise<void>): void {
    this.#turn = this.#turn.then(step);
  }

  async #finish(ok: boolean): Promise<void> {
    this.#over.abort();
    // Before the drain: the program then has the last of each socket, and empties its queue.
    this.#held.close();
    const serving = this.#serving;
    this.#serving = undefined;
    if (serving !== undefined && serving.ended === undefined) await this.#retire(serving, true);
    await Promise.all(this.#retiring);
    this.#control.close();
    this.#tell({ event: 'stopped', ok });
    this.#end(ok);
  }

  #serve(program: Program): void {
    this.#serving = program;
    this.#tell({ event: 'ready', generation: program.generation });
    void manager({ READY: 1 });
    void program.exited.then((ending) => {
      if (this.#serving !== program || this.#isStopping) return;
      this.#serving = undefined;
      this.#next(async () => await (ending.code === 0 ? this.#finish(true) : this.#startAgain()));
    });
  }

  /** The program died: connections wait in the queues of its sockets until it is there again. */
  async #startAgain(): Promise<void> {
    for (let failures = 0; failures < mostFailures && !this.#isStopping && this.#serving === undefined; failures++) {
      if (failures > 0)
        await setTimeout(firstPauseMs * 2 ** (failures - 1), undefined, { signal: this.#over.signal }).catch(() => {});
      const program = this.#isStopping ? undefined : await this.#startOne();
      if (program !== undefined) return this.#serve(program);
    }
    if (!this.#isStopping && this.#serving === undefined) await this.#finish(false);
  }

  /** Starts the program and waits until it is ready; `undefined` where it is not within its time, and is no more. */
  async #startOne(): Promise<Program | undefined> {
    if (this.#isStopping) return undefined;
    const { command, health, readyWithinMs } = this.#settings;
    const program = new Program(command, this.#address, ++this.#generations);
    const { generation, pid } = program;
    this.#programs.set(generation, program);
    this.#starting = program;
    this.#tell({ event: 'started', generation, pid });
    void program.exited.then((ending) => this.#gone(program, ending));
    const from = performance.now();
    const left = (): number => Math.max(0, readyWithinMs - (performance.now() - from));
    let isReady = await program.until(() => program.isListening, left());
    if (isReady && health !== undefined) {
      program.tell({ order: 'be healthy', url: health });
      isReady = await program.until(() => program.hasDone('healthy'), left());
    }
    this.#starting = undefined;
    if (isReady && program.ended === undefined && !this.#isStopping) return program;
    const { ended, isListening } = program;
    const missing = isListening ? `${health} did not answer with a status from 200 to 299` : 'it did not listen';
    const reason = ended === undefined ? `${missing} within ${readyWithinMs} ms` : endingText(ended);
    if (!this.#isStopping) this.#tell({ event: 'failed', generation, reason });
    program.signal('SIGKILL');
    await program.exited;
    return undefined;
  }

  #gone(program: Program, ending: Ending): void {
    const expected = this.#serving !== program && program !== this.#starting;
    this.#programs.delete(program.generation);
    // What it has started, and did not end.
    program.signal('SIGKILL');
    this.#tell({ event: 'ended', generation: program.generation, expected, ...ending });
  }

  async #retire(program: Program, last: boolean): Promise<void> {
    const retiring = this.#drain(program, last);
    this.#retiring.add(retiring);
    await retiring;
    this.#retiring.delete(retiring);
  }

  async #drain(program: Program, last: boolean): Promise<void> {
    const { generation } = program;
    const deadlineMs = this.#settings.drainWithinMs;
    const until = performance.now() + deadlineMs + endWithinMs;
    const left = (): number => Math.max(0, until - performance.now());
    this.#tell({ event: 'draining', generation });
    // Workers of a cluster are still there for the connections that their primary has accepted.
    if (!last) await program.order({ order: 'stop' }, 'stopped', left());
    await program.order({ order: 'drain', deadlineMs, last }, 'drained', left());
    program.signal('SIGTERM');
    if (await program.until(() => program.ended !== undefined, Math.min(endWithinMs, left()))) return;
    if (program.ended !== undefined) return;
    this.#tell({ event: 'killed', generation, reason: `it did not end within ${endWithinMs} ms of SIGTERM` });
    program.signal('SIGKILL');
    await program.exited;
  }

  async #welcome(): Promise<void> {
    while (!this.#control.closed) {
      let peer: Socket<'unix'>;
      try {
        peer = await this.#control.accept();
      } catch {
        // Out of descriptors (EMFILE): who comes waits in the queue. Closed: the loop ends.
        await setTimeout(acceptAgainMs);
        continue;
      }
      const channel: Talk = new Channel<FromProgram | FromSupervisor>(peer, fromProgramKinds);
      void this.#talk(channel)
        .catch(() => {})
        .finally(() => channel.close());
    }
  }

  async #talk(channel: Talk): Promise<void> {
    if (channel.peerUid !== (process.getuid?.() ?? 0)) return;
    const hello = (await channel.receive())?.message;
    const program = hello?.kind === 'hello' ? this.#programs.get(hello.generation) : undefined;
    if (program === undefined) return;
    const [ours, theirs] = Socket.pair();
    await channel.send({ kind: 'orders' }, theirs.fd);
    theirs.close();
    const orders = new net.Socket({ fd: ours.detach() });
    const member: Process = { order: (order) => void orders.write(`${JSON.stringify(order)}\n`) };
    program.join(member);
    eachLine(orders, (line) => {
      const what = doneOf(line);
      if (what !== undefined) program.did(member, what);
    });
    try {
      await this.#hear(channel, program);
    } finally {
      orders.destroy();
      program.leave(member);
    }
  }

  async #hear(channel: Talk, program: Program): Promise<void> {
    for (;;) {
      const next = await channel.receive();
      if (next === undefined) return;
      const { message, fd } = next;
      if (message.kind === 'want') {
        const held = this.#held.find(message.place, message.bound);
        await (held === undefined ? channel.send({ kind: 'none' }) : channel.send({ kind: 'socket' }, held.fd));
      } else if (message.kind === 'listening') {
        if (fd !== undefined) this.#hold(message.place, fd);
        const { generation } = program;
        this.#tell({ event: 'listening', generation, place: message.place, address: message.address });
        program.places.add(message.place);
        program.changed();
      } else if (message.kind === 'closed') {
        const { place } = message;
        program.places.delete(place);
        void this.#releaseLater(program, () => (program.places.has(place) ? [] : [place]));
      }
    }
  }

  #hold(place: string, fd: number): void {
    if (this.#isStopping) Socket.adopt(fd).close();
    else this.#held.keep(place, fd);
  }

  /** Connections would wait in the queue of a socket that nobody accepts from. A program that still begins to listen is waited for. */
  async #releaseLater(program: Program, unused: () => readonly string[]): Promise<void> {
    for (let listened = -1; listened !== program.places.size; ) {
      listened = program.places.size;
      await program.until(() => false, releaseAfterMs);
    }
    if (program.ended !== undefined || this.#serving !== program || this.#isStopping) return;
    for (const place of unused()) if (this.#held.release(place)) this.#tell({ event: 'released', place });
  }
}

function endingText({ code, signal, error }: Ending): string {
  if (error !== undefined) return error;
  return signal === null ? `it ended with status ${code}` : `it was ended by ${signal}`;
}

/** Tells systemd; a manager that does not listen is no reason to stop. */
async function manager(notification: Readonly<Record<string, number>>): Promise<void> {
  await notifyManager(notification).catch(() => {});
}

import * as net from 'node:net';
import { UsageError } from '../errors.js';
import { pause } from '../pause.js';
import { Socket } from '../socket/socket.js';
import { Channel, eachLine } from './channel.js';
import {
  type Done,
  type FromProgram,
  type FromSupervisor,
  fromSupervisorKinds,
  type Order,
  restartVariable,
} from './restart-messages.js';

/** The supervisor answers in its event loop, which has nothing else to do. */
const answerWithinMs = 10_000;
const lookAgainMs = 1;

/**
 * This process as one of a supervised program. Its questions are answered before they return, because net.Server.listen() has an
 * address when it returns, and programs rely on that.
 */
export class Member {
  readonly #channel: Channel<FromProgram | FromSupervisor>;
  readonly #orders: net.Socket;

  private constructor(socket: Socket<'unix'>, generation: number) {
    this.#channel = new Channel<FromProgram | FromSupervisor>(socket, fromSupervisorKinds);
    const { fd } = this.#ask({ kind: 'hello', generation, pid: process.pid });
    if (fd === undefined) throw new UsageError('ERR_NOT_SUPPORTED', 'the supervisor speaks another protocol');
    this.#orders = new net.Socket({ fd });
    // The program ends when it would without a supervisor.
    this.#orders.unref();
  }

  /** `undefined` where this process is not supervised. */
  static join(obey: (order: Order, done: (what: Done) => void) => void): Member | undefined {
    const [address, generation] = (process.env[restartVariable] ?? '').split(' ');
    if (!address || generation === undefined) return undefined;
    const socket = Socket.open({ family: 'unix', type: 'seqpacket' });
    try {
      socket.tryConnect({ family: 'unix', path: `\0${address}` });
      const member = new Member(socket, Number(generation));
      const done = (what: Done): void => void member.#orders.write(`${what}\n`);
      // A supervisor that was killed: the program serves on with what it has.
      member.#orders.on('close', () => socket.close());
      eachLine(member.#orders, (line) => obey(JSON.parse(line) as Order, done));
      return member;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** The socket that the supervisor holds for this place, which is the caller's to close. */
  want(place: string, bound?: string): number | undefined {
    try {
      return this.#isAlone ? undefined : this.#ask({ kind: 'want', place, bound }).fd;
    } catch {
      // Killed meanwhile, or it hangs: the program binds as it would without one.
      this.#orders.destroy();
      return undefined;
    }
  }

  tell(message: FromProgram, fd?: number): void {
    if (!this.#isAlone) this.#channel.trySend(message, fd);
  }

  get #isAlone(): boolean {
    return this.#channel.closed || this.#orders.destroyed;
  }

  #ask(message: FromProgram): { fd?: number } {
    this.#channel.trySend(message);
    for (const until = performance.now() + answerWithinMs; performance.now() < until; ) {
      const answer = this.#channel.tryReceive();
      if (answer === undefined) break;
      if (answer !== 'none yet') return answer;
      pause(lookAgainMs);
    }
    throw new UsageError('ERR_SOCKET_CLOSED', 'the supervisor does not answer');
  }
}

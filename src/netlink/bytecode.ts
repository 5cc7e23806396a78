import { littleEndian } from '../options/memory.js';
import { AF_INET, AF_INET6 } from './ip-prefix.js';

// INET_DIAG_BC_*
const Op = {
  JMP: 1,
  S_GE: 2,
  S_LE: 3,
  D_GE: 4,
  D_LE: 5,
  S_COND: 7,
  D_COND: 8,
  DEV_COND: 9,
  MARK_COND: 10,
  S_EQ: 11,
  D_EQ: 12,
  CGROUP_COND: 13,
} as const;

// struct inet_diag_bc_op: code, yes, no
const opSize = 4;

export type Side = 'local' | 'remote';

/** One test the kernel makes on a socket. An IPv4 prefix matches v4-mapped sockets too (`inet_diag_bc_run`). */
export type Condition =
  | {
      readonly kind: 'port';
      readonly side: Side;
      readonly compare: 'equal' | 'at-least' | 'at-most';
      readonly port: number;
    }
  | { readonly kind: 'address'; readonly side: Side; readonly address: Uint8Array; readonly prefixLength: number }
  | { readonly kind: 'interface'; readonly index: number }
  | { readonly kind: 'mark'; readonly mark: number; readonly mask: number }
  | { readonly kind: 'cgroup'; readonly id: bigint };

/** All of its conditions. */
export type Alternative = readonly Condition[];
/** At least one of its alternatives. */
export type Clause = readonly Alternative[];

const portOps = {
  local: { equal: Op.S_EQ, 'at-least': Op.S_GE, 'at-most': Op.S_LE },
  remote: { equal: Op.D_EQ, 'at-least': Op.D_GE, 'at-most': Op.D_LE },
} as const;

interface Instruction {
  readonly code: number;
  readonly argument: Uint8Array;
}

function argumentOf(size: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
}

// struct inet_diag_hostcond: family, prefix_len, int port (-1: any), the address.
function hostCondition(address: Uint8Array, prefixLength: number): Uint8Array {
  return argumentOf(8 + address.length, (view) => {
    view.setUint8(0, address.length === 4 ? AF_INET : AF_INET6);
    view.setUint8(1, prefixLength);
    view.setInt32(4, -1, littleEndian);
    new Uint8Array(view.buffer).set(address, 8);
  });
}

function instruction(condition: Condition): Instruction {
  switch (condition.kind) {
    case 'port':
      // The port is the `no` of a second inet_diag_bc_op.
      return {
        code: portOps[condition.side][condition.compare],
        argument: argumentOf(opSize, (view) => view.setUint16(2, condition.port, littleEndian)),
      };
    case 'address':
      return {
        code: condition.side === 'local' ? Op.S_COND : Op.D_COND,
        argument: hostCondition(condition.address, condition.prefixLength),
      };
    case 'interface':
      return { code: Op.DEV_COND, argument: argumentOf(4, (view) => view.setUint32(0, condition.index, littleEndian)) };
    case 'mark':
      return {
        code: Op.MARK_COND,
        argument: argumentOf(8, (view) => {
          view.setUint32(0, condition.mark, littleEndian);
          view.setUint32(4, condition.mask, littleEndian);
        }),
      };
    case 'cgroup':
      return {
        code: Op.CGROUP_COND,
        argument: argumentOf(8, (view) => view.setBigUint64(0, condition.id, littleEndian)),
      };
  }
}

function sizeOf(alternative: Alternative): number {
  return alternative.reduce((size, condition) => size + opSize + instruction(condition).argument.length, 0);
}

function clauseSize(clause: Clause): number {
  return clause.reduce((size, alternative) => size + sizeOf(alternative), (clause.length - 1) * opSize);
}

class Program {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  get offset(): number {
    return this.#offset;
  }

  // Success falls through to the next instruction; failure goes on at `otherwise`.
  test({ code, argument }: Instruction, otherwise: number): void {
    const length = opSize + argument.length;
    this.#header(code, length, otherwise - this.#offset);
    this.bytes.set(argument, this.#offset + opSize);
    this.#offset += length;
  }

  // A jump always takes its `no`. Its `yes` is what the kernel's check walks along, so it leads to the next instruction.
  jump(target: number): void {
    this.#header(Op.JMP, opSize, target - this.#offset);
    this.#offset += opSize;
  }

  #header(code: number, yes: number, no: number): void {
    this.#view.setUint8(this.#offset, code);
    this.#view.setUint8(this.#offset + 1, yes);
    this.#view.setUint16(this.#offset + 2, no, littleEndian);
  }
}

/**
 * Compiles "every clause holds" to the bytecode of INET_DIAG_REQ_BYTECODE: conditional jumps forward, which accept at the
 * end of the program and reject one instruction behind it (net/ipv4/inet_diag.c, `inet_diag_bc_run`).
 */
export function compileBytecode(clauses: readonly Clause[]): Uint8Array {
  const size = clauses.reduce((sum, clause) => sum + clauseSize(clause), 0);
  const reject = size + opSize;
  const program = new Program(size);
  for (const clause of clauses) {
    const end = program.offset + clauseSize(clause);
    clause.forEach((alternative, index) => {
      const isLast = index === clause.length - 1;
      const next = program.offset + sizeOf(alternative) + opSize;
      for (const condition of alternative) program.test(instruction(condition), isLast ? reject : next);
      if (!isLast) program.jump(end);
    });
  }
  return program.bytes;
}

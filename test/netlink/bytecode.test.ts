import { describe, expect, test } from 'vitest';
import { littleEndian } from '../../src/options/memory.js';
import { compileBytecode } from '../../src/netlink/bytecode.js';

// struct inet_diag_bc_op is code, yes, no (16 bits). Jumps count from the instruction they stand in.
describe.runIf(littleEndian)('inet_diag bytecode', () => {
  test('nothing to test is an empty program', () => {
    expect(compileBytecode([])).toHaveLength(0);
  });

  test('a failed test jumps one instruction behind the end', () => {
    const program = compileBytecode([[[{ kind: 'port', side: 'local', compare: 'equal', port: 0x1f90 }]]]);
    expect([...program]).toEqual([11, 8, 12, 0, 0, 0, 0x90, 0x1f]);
  });

  test('two conditions in a row both reject', () => {
    const program = compileBytecode([
      [
        [
          { kind: 'port', side: 'remote', compare: 'at-least', port: 1 },
          { kind: 'port', side: 'remote', compare: 'at-most', port: 2 },
        ],
      ],
    ]);
    expect([...program]).toEqual([4, 8, 20, 0, 0, 0, 1, 0, 5, 8, 12, 0, 0, 0, 2, 0]);
  });

  test('a failed first alternative goes on at the second, a true one jumps over it', () => {
    const program = compileBytecode([
      [
        [{ kind: 'port', side: 'local', compare: 'equal', port: 5 }],
        [{ kind: 'port', side: 'remote', compare: 'equal', port: 5 }],
      ],
    ]);
    expect([...program]).toEqual([11, 8, 12, 0, 0, 0, 5, 0, 1, 4, 12, 0, 12, 8, 12, 0, 0, 0, 5, 0]);
  });

  test('an address is a struct inet_diag_hostcond for any port', () => {
    const program = compileBytecode([
      [[{ kind: 'address', side: 'local', address: Uint8Array.of(10, 0, 0, 0), prefixLength: 8 }]],
    ]);
    expect([...program]).toEqual([7, 16, 20, 0, 2, 8, 0, 0, 255, 255, 255, 255, 10, 0, 0, 0]);
  });

  test('interface, mark and cgroup are words of the machine', () => {
    expect([...compileBytecode([[[{ kind: 'interface', index: 3 }]]])]).toEqual([9, 8, 12, 0, 3, 0, 0, 0]);
    expect([...compileBytecode([[[{ kind: 'mark', mark: 1, mask: 0xff }]]])]).toEqual([
      10, 12, 16, 0, 1, 0, 0, 0, 255, 0, 0, 0,
    ]);
    expect([...compileBytecode([[[{ kind: 'cgroup', id: 9n }]]])]).toEqual([13, 12, 16, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
  });
});

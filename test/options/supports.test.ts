import { expect, test } from 'vitest';
import { catalog } from '../../src/options/catalog.js';
import { supports } from '../../src/options/supports.js';
import type { OptionName } from '../../src/options/types.js';
import { built, run, scriptArguments } from '../support/children.js';
import { openDescriptors } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, runAsUser } from '../support/privileges.js';

const names = Object.keys(catalog) as OptionName[];

test('supports() asks the kernel, remembers, and leaves nothing open', () => {
  const before = openDescriptors();
  expect(supports('SO_REUSEADDR')).toBe(true);
  expect(supports('SO_REUSEADDR')).toBe(true);
  expect(supports('SO_ATTACH_FILTER')).toBe(true);
  expect(openDescriptors()).toBe(before);
  expect(() => supports('SO_NOTHING' as OptionName)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }));
});

test('supports() tells set-only options the kernel has from those it lacks', () => {
  // Linux knows IPV6_NEXTHOP as a control message only, and the options of TCP-AO come and go together.
  expect(supports('IPV6_NEXTHOP')).toBe(false);
  expect(supports('TCP_AO_ADD_KEY')).toBe(supports('TCP_AO_INFO'));
  expect(supports('TCP_AO_REPAIR')).toBe(supports('TCP_AO_INFO'));
  expect(supports('IP_ADD_MEMBERSHIP')).toBe(true);
  expect(supports('SO_ATTACH_BPF')).toBe(true);
});

const all = `
import { catalog, supports } from ${JSON.stringify(built)};
console.log(JSON.stringify(Object.keys(catalog).filter((name) => supports(name))));
`;

test.for([[[]], [['net_raw']], [['net_admin']]])(
  'the answers are the same for root and for a user with the capabilities %j',
  async ([capabilities = []], context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    const { stdout, stderr } = await runAsUser(all, capabilities);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(names.filter((name) => supports(name)));
  },
);

test('without descriptors left nobody can tell, which is an error and not remembered', async () => {
  const script = `
import { supports } from ${JSON.stringify(built)};
const code = () => { try { return supports('TCP_NODELAY') } catch (error) { return [error.code, error.syscall] } };
const held = [];
try { for (;;) held.push(Socket.open()) } catch {}
const without = code();
held.pop().close();
console.log(JSON.stringify([without, code()]));
`;
  const limited = ['-c', 'ulimit -n 60; exec "$@"', '-', process.execPath, ...scriptArguments(script)];
  const { stdout, stderr } = await run('/bin/sh', limited);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([['EMFILE', 'socket'], true]);
});

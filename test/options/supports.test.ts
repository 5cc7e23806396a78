import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { catalog } from '../../src/options/catalog.js';
import { isSince, optionError } from '../../src/options/kernel-version.js';
import { resolve } from '../../src/options/resolve.js';
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
  const limited = ['-c', 'ulimit -n 256; exec "$@"', '-', process.execPath, ...scriptArguments(script)];
  const { stdout, stderr } = await run('/bin/sh', limited);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([['EMFILE', 'socket'], true]);
});

test.runIf(process.platform === 'linux')(
  'the error for an option the kernel is too old for names the version that has it',
  () => {
    const row = resolve('TCP_RTO_MAX_MS');
    const errorOn = (errno: number, running: string) => optionError(-errno, 'setsockopt', row, { running });
    expect(errorOn(constants.errno.ENOPROTOOPT, '6.1.0-13-amd64').message).toMatch(
      /^setsockopt ENOPROTOOPT: .* TCP_RTO_MAX_MS \(Linux has it from 6\.15 on, this is 6\.1\.0-13-amd64\)$/,
    );
    expect(errorOn(constants.errno.ENOPROTOOPT, '6.15.0').message).toMatch(/ TCP_RTO_MAX_MS$/);
    expect(errorOn(constants.errno.EINVAL, '6.1.0').message).toMatch(/ TCP_RTO_MAX_MS$/);
    expect(errorOn(constants.errno.ENOPROTOOPT, '6.1.0')).toMatchObject({
      code: 'ENOPROTOOPT',
      option: 'TCP_RTO_MAX_MS',
    });
  },
);

test.each([
  ['6.14', '6.13.9', false],
  ['6.14', '6.14.0-rc1', true],
  ['6.4', '6.18.44-fc', true],
  ['5.11', '5.4.0', false],
  ['5.4', '6.1+', true],
  ['6.5', '5.19.17', false],
])('version %s is of kernel %s: %s', (version, running, expected) => {
  expect(isSince(version, running)).toBe(expected);
});

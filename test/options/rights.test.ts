import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/options/catalog.js';
import { type OptionSpec, socketOfLevel } from '../../src/options/spec.js';
import { supports } from '../../src/options/supports.js';
import type { OptionName } from '../../src/options/types.js';
import { built } from '../support/children.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, runAsUser } from '../support/privileges.js';

const [major = 0, minor = 0] = release().split('.').map(Number);
/** Up to then SO_BUSY_POLL, SO_MARK and SO_RCVMARK took more. */
const isSettled = major > 6 || (major === 6 && minor >= 5);

/** A value where the row has no example, as setting it takes what is not always there. The kernel looks at the caller first. */
const values: Readonly<Record<string, unknown>> = {
  IPV6_JOIN_ANYCAST: { multicastAddress: 'fd00::77', interfaceIndex: 1 },
};

const rows = (Object.entries(catalog) as [OptionName, OptionSpec][]).filter(
  ([name, { access, example }]) => access !== 'get' && (values[name] ?? example) !== undefined,
);

/** Sets each option on a fresh socket, and prints the outcomes by name. */
const script = `
import { catalog, setOption } from ${JSON.stringify(built)};
import { native } from ${JSON.stringify(new URL('native/load.js', built).href)};
import { openSocket } from ${JSON.stringify(new URL('options/supports.js', built).href)};
import { socketOfLevel } from ${JSON.stringify(new URL('options/spec.js', built).href)};
import { getSystemErrorName } from 'node:util';
const values = ${JSON.stringify(values)};
const outcomes = {};
for (const name of ${JSON.stringify(rows.map(([name]) => name))}) {
  const { on, level, example } = catalog[name];
  const fd = openSocket(on ?? socketOfLevel[level]);
  try {
    if (fd < 0) outcomes[name] = 'socket ' + getSystemErrorName(fd);
    else setOption(fd, name, values[name] ?? example);
    outcomes[name] ??= 'ok';
  } catch (error) {
    outcomes[name] = error.code;
  }
  if (fd >= 0) native.close(fd);
}
console.log(JSON.stringify(outcomes));
`;

type Capability = 'CAP_NET_ADMIN' | 'CAP_NET_BROADCAST' | 'CAP_NET_RAW';
const isCapability = (need: string): need is Capability => need.startsWith('CAP_');
const denied = ['EPERM', 'EACCES'];

/** What the row says that a user with these capabilities meets, as far as it speaks of capabilities. */
function expected(name: OptionName, spec: OptionSpec, held: readonly Capability[]): readonly string[] | undefined {
  if (!supports(name)) return undefined;
  const socketKind = spec.on ?? socketOfLevel[spec.level];
  const isRaw = socketKind.startsWith('raw') || socketKind === 'packet';
  if (isRaw && !held.includes('CAP_NET_RAW')) return ['socket EPERM'];
  const capabilities = (spec.needs ?? []).filter(isCapability);
  if (spec.needs === undefined || capabilities.some((one) => held.includes(one)))
    return name in values ? ['EADDRNOTAVAIL'] : ['ok'];
  return capabilities.length > 0 ? denied : undefined;
}

describe('an option takes the capability the catalogue names, and no other', () => {
  const users: readonly (readonly Capability[])[] = [[], ['CAP_NET_ADMIN'], ['CAP_NET_RAW']];
  test.for(users.map((held) => [held] as const))('set by a user with %j', async ([held], context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    needs(context, isSettled, 'before Linux 6.5 some options took other capabilities', 'kernel');
    const result = await runAsUser(
      script,
      held.map((name) => name.slice('CAP_'.length).toLowerCase()),
    );
    needs(context, !result.stderr.startsWith('setpriv:'), `root lacks a capability here: ${result.stderr}`);
    expect(result.stderr).toBe('');
    const outcomes = JSON.parse(result.stdout) as Record<string, string>;
    const wrong = rows.flatMap(([name, spec]) => {
      const says = expected(name, spec, held);
      const was = outcomes[name] ?? 'not tried';
      return says === undefined || says.includes(was) ? [] : [{ name, says, was }];
    });
    expect(wrong).toEqual([]);
    expect(outcomes).toMatchObject({ TCP_NODELAY: 'ok', SO_MARK: held.length > 0 ? 'ok' : 'EPERM' });
  });
});

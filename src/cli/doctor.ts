import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Command } from 'commander';
import type { Finding } from './checks.js';
import { isUsageError } from './exit.js';

function proc(): Finding {
  const ok = existsSync('/proc/version');
  const cure = 'mount /proc: sysctls and namespaces are reached through it';
  return { what: '/proc', ok, found: ok ? 'mounted' : 'not mounted', ...(!ok && { cure }) };
}

/** `undefined` where /proc is not mounted. */
function effectiveCapabilities(): bigint | undefined {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return undefined;
  }
}

function capabilities(): Finding {
  const mask = effectiveCapabilities();
  if (mask === undefined)
    return { what: 'capabilities', ok: false, found: 'unknown, /proc/self/status cannot be read', cure: 'mount /proc' };
  const wanted = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n, CAP_SYS_ADMIN: 21n };
  const missing = Object.entries(wanted)
    .filter(([, bit]) => (mask & (1n << bit)) === 0n)
    .map(([name]) => name);
  const found = missing.length === 0 ? 'all that matter' : `without ${missing.join(', ')}`;
  const cure =
    'options marked with a capability in docs/options.md fail with EPERM; inside a namespace of its own the lab has them all';
  return { what: 'capabilities', ok: missing.length === 0, found, ...(missing.length > 0 && { cure }) };
}

/** What needs no addon. */
function first(): Finding[] {
  return [
    { what: 'Linux', ok: process.platform === 'linux', found: `${process.platform} ${release()}` },
    { what: 'Node', ok: true, found: `${process.version}, Node-API ${process.versions['napi'] ?? '?'}` },
    proc(),
    capabilities(),
  ];
}

/** The rest, of this process; where there is no addon, why. */
async function rest(): Promise<Finding[]> {
  try {
    const { checks } = await import('./checks.js');
    return [{ what: 'addon', ok: true, found: 'loaded' }, ...checks()];
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
    const cure = 'without it only sockwise --version, doctor and build work';
    return [{ what: 'addon', ok: false, found: error.message, cure }];
  }
}

/** As an ordinary user: what was found outside, told to the process inside the user namespace, where the lab's hosts are. */
const outside = 'SOCKWISE_DOCTOR_OUTSIDE';

async function findings(): Promise<Finding[]> {
  const told = process.env[outside];
  if (told !== undefined) return [...(JSON.parse(told) as Finding[]), ...(await rest())];
  const here = first();
  try {
    const { namespacesAvailable, reexecInUserNamespace } = await import('../index.js');
    if (namespacesAvailable().how === 'user-namespace') {
      process.env[outside] = JSON.stringify(here);
      process.exit(await reexecInUserNamespace());
    }
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
  }
  return [...here, ...(await rest())];
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check what this machine supports and how to enable the rest')
    .option('--json', 'print the findings as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await findings();
      if (json === true) {
        console.log(JSON.stringify(found, undefined, 2));
        return;
      }
      for (const { what, ok, found: text, cure } of found) {
        console.log(`${ok ? 'yes' : 'no '}  ${what.padEnd(20)} ${text}${cure === undefined ? '' : `; ${cure}`}`);
      }
      const isLoaded = found.some(({ what, ok }) => what === 'addon' && ok);
      console.log(
        `try  ${isLoaded ? 'sockwise why 80, sockwise case G1, sockwise matrix --quick' : 'what the line of the addon says, then sockwise doctor again'}`,
      );
    });
}

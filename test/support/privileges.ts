import { existsSync } from 'node:fs';
import { type ChildResult, run, scriptArguments } from './children.js';
import { canBecomeNobody, NOBODY } from './users.js';

const setpriv = '/usr/bin/setpriv';

/** Whether this process can start another with capabilities of its choice, setpriv(1). */
export const canDropPrivileges = canBecomeNobody && existsSync(setpriv);
export const cannotDropPrivileges = 'only root of more than one user, with setpriv(1), can become another';

/** The command line that runs an ES module as an ordinary user with these capabilities, as `net_raw`, and no others. */
export function commandAsUser(script: string, capabilities: readonly string[] = []): [string, ...string[]] {
  // The checkout may be in a folder of root's own. No socket option asks for this one.
  const kept = ['-all', ...['dac_read_search', ...capabilities].map((name) => `+${name}`)].join(',');
  const sets = ['bounding-set', 'inh-caps', 'ambient-caps'].map((set) => `--${set}=${kept}`);
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...sets];
  return [setpriv, ...user, process.execPath, ...scriptArguments(script)];
}

export function runAsUser(script: string, capabilities: readonly string[] = []): Promise<ChildResult> {
  const [command, ...args] = commandAsUser(script, capabilities);
  return run(command, args);
}

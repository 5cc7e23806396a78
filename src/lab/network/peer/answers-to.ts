import type { ScriptedConnection } from './connection.js';

/**
 * What the host says to what was sent last, as the flags of each segment, each once. A timer of the host may send a segment
 * again meanwhile, where the machine is busy: that is no answer, and `repeats` names the flags of what would come so.
 */
export async function answersTo(connection: ScriptedConnection, repeats: readonly string[] = []): Promise<string[]> {
  const flags = (await connection.answers()).map((segment) => segment.flags.join(' '));
  return [...new Set(flags)].filter((each) => !repeats.includes(each));
}

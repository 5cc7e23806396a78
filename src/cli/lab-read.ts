import { existsSync } from 'node:fs';
import { UsageError } from '../index.js';
import { loadPkt } from '../lab/index.js';
import { printable } from './exit.js';
import { type LabFlags, pktSettings } from './lab-choose.js';
import { languageOfRuns } from './language.js';

/** What of scripts can be told without running them; a mistake in one is thrown. */
export async function readScripts(files: readonly string[], flags: LabFlags): Promise<string> {
  const [other] = files.filter((file) => !file.endsWith('.pkt'));
  if (other !== undefined || files.length === 0 || flags.all === true)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--dry-run: expected .pkt scripts, got ${other ?? 'none'}`);
  const settings = pktSettings(flags);
  const read = files.map((file) => {
    if (!existsSync(file)) throw new UsageError('ERR_ARGUMENT_INVALID', `there is no file ${file}`);
    const { counts, lengthMs, network } = loadPkt(file, file, settings);
    return { file, ...counts, lengthMs, ipVersion: network.ipVersion };
  });
  if (flags.json === true) return JSON.stringify(read, undefined, 2);
  const { words } = await languageOfRuns(flags);
  return read
    .map(({ file, lengthMs, ipVersion, ...counts }) =>
      printable(words.canBePlayed(file, words.scriptParts(counts), lengthMs / 1000, ipVersion)),
    )
    .join('\n');
}

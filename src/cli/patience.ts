import { Option } from 'commander';
import { UsageError } from '../index.js';
import { isPatienceSet, setPatience } from '../lab/index.js';

const [least, most] = [0.1, 100];

function parsed(text: string): number {
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (factor >= least && factor <= most) return factor;
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `--patience: expected a factor from ${least} to ${most}, got ${JSON.stringify(text)}`,
  );
}

export function patienceOption(): Option {
  return new Option(
    '--patience <factor>',
    'multiply every deadline; if absent, by how slow this machine is at the start',
  );
}

/** For a run: what was asked for, or what is measured now. The processes of the run have the same. */
export function choosePatience(text: string | undefined): void {
  if (text !== undefined) setPatience(parsed(text));
  else if (!isPatienceSet()) setPatience();
}

import type { Place } from '../record/scanner.js';
import { systemCalls } from './calls.js';
import type { CallLine, PktScript, Value } from './script.js';
import { knownOptions, type PktSettings } from './settings.js';
import { wordNumber } from './values.js';

/** Something a script asks for that cannot be done here. */
export interface Obstacle {
  readonly place: Place;
  readonly reason: string;
}

function words(value: Value): string[] {
  switch (value.kind) {
    case 'word':
      return [value.name];
    case 'or':
      return value.parts.flatMap(words);
    case 'array':
      return value.items.flatMap(words);
    case 'struct':
      return value.fields.flatMap((field) => words(field.value));
    case 'made':
      return value.of.flatMap(words);
    default:
      return [];
  }
}

/** Words that are names, not numbers. */
const named = /^(?:POLL|AF|PF|SOCK|IPPROTO)_?[A-Z0-9_]*$|^SCM_TIMESTAMPING$/;

/** Control messages that are compared. */
const compared = ['TCP_CM_INQ', 'IP_RECVERR', 'IPV6_RECVERR', 'SCM_TIMESTAMPING'];
/** Calls that take `AF_UNSPEC` for an address. */
const unspecified = ['connect', 'send', 'sendto'];

/** A socket of another kind than the script's, and control messages that nothing compares. */
function otherKinds(name: string, all: readonly string[], line: CallLine): string[] {
  const types = line.args.flatMap(cmsgTypes).filter((type) => !compared.includes(type));
  const socket = name === 'socket' && !all.includes('SOCK_STREAM') ? ['socket: expected SOCK_STREAM'] : [];
  const refused = all.includes('AF_UNSPEC') && !unspecified.includes(name);
  const unspec = refused ? [`${name}: AF_UNSPEC is no address that can be given`] : [];
  return [...socket, ...unspec, ...types.map((type) => `${name}: control messages of ${type} are not compared`)];
}

function cmsgTypes(value: Value): string[] {
  if (value.kind === 'array') return value.items.flatMap(cmsgTypes);
  if (value.kind !== 'struct') return [];
  return value.fields.flatMap(({ name, value: of }) => (name === 'cmsg_type' ? words(of) : cmsgTypes(of)));
}

/** All that a script asks for and cannot have, with its lines: known before it starts. */
export function obstaclesOf(script: PktScript, { allowShell = false }: PktSettings): Obstacle[] {
  const obstacles: Obstacle[] = script.options
    .filter(({ name }) => !knownOptions.includes(name))
    .map(({ name, place }) => ({ place, reason: `--${name}: not an option that is known` }));
  const add = (place: Place, reason: string): void => void obstacles.push({ place, reason });
  for (const line of script.lines) {
    if (line.kind === 'shell' && !allowShell)
      add(line.place, `a shell command, which is run with --allow-shell only: ${line.command.split('\n', 1)[0] ?? ''}`);
    if (line.kind === 'icmp' && line.way === 'out') add(line.place, 'ICMP of the host is not compared');
    if (line.kind !== 'call') continue;
    const { name, args, place } = line;
    if (!Object.hasOwn(systemCalls, name)) {
      add(place, `${name}: not a call that can be made`);
      continue;
    }
    const all = args.flatMap(words);
    for (const reason of otherKinds(name, all, line)) add(place, reason);
    const unknown = all.find((word) => !named.test(word) && wordNumber(word) === undefined);
    if (unknown !== undefined) add(place, `${name}: ${unknown} is not known`);
  }
  return obstacles;
}

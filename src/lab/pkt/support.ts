import { systemCalls } from './calls.js';
import { checkCode, nothingAssigned } from './code.js';
import { knownNames } from './info-names.js';
import { PacketObstacles } from './packet-obstacles.js';
import type { CallLine, Line, PktScript, Value } from './script.js';
import { longestMs, type Obstacle, optionObstacles, type PktSettings, versionOf } from './settings.js';
import { wrongArgument } from './signatures.js';
import { numberOf, wordNumber } from './values.js';

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

/** Whether a call is about this option, by name or number. */
function isOption({ args: [, level, option] }: CallLine, ofLevel: string, name: string): boolean {
  const is = (value: Value | undefined, word: string): boolean =>
    value !== undefined && numberOf(value) === wordNumber(word);
  return is(level, ofLevel) && is(option, name);
}

/** An address that names none, and control messages that nothing compares. */
function notCompared(name: string, all: readonly string[], line: CallLine): string[] {
  const types = line.args.flatMap(cmsgTypes).filter((type) => !compared.includes(type));
  const refused = all.includes('AF_UNSPEC') && !unspecified.includes(name);
  const unspec = refused ? [`${name}: AF_UNSPEC is no address that can be given`] : [];
  const isCut = name === 'setsockopt' && isOption(line, 'IPPROTO_UDP', 'UDP_SEGMENT');
  const cut = isCut ? [`${name}: UDP_SEGMENT: a veth carries whole what it would cut`] : [];
  return [...unspec, ...cut, ...types.map((type) => `${name}: control messages of ${type} are not compared`)];
}

function cmsgTypes(value: Value): string[] {
  if (value.kind === 'array') return value.items.flatMap(cmsgTypes);
  if (value.kind !== 'struct') return [];
  return value.fields.flatMap(({ name, value: of }) => (name === 'cmsg_type' ? words(of) : cmsgTypes(of)));
}

function ofCall(line: CallLine): Obstacle[] {
  const { name, args, place } = line;
  if (!Object.hasOwn(systemCalls, name)) return [{ place, reason: `${name}: not a call that can be made` }];
  const all = args.flatMap(words);
  const kinds = notCompared(name, all, line).map((reason) => ({ place, reason }));
  const unknown = all.find((word) => !named.test(word) && wordNumber(word) === undefined);
  if (unknown !== undefined) return [...kinds, { place, reason: `${name}: ${unknown} is not known` }];
  const wrong = wrongArgument(line);
  if (wrong === undefined) return kinds;
  return [...kinds, { place: line.argPlaces[wrong.index] ?? place, reason: wrong.reason }];
}

function ofLine(line: Line, packets: PacketObstacles, { allowShell = false }: PktSettings): Obstacle[] {
  const { place } = line;
  switch (line.kind) {
    case 'shell': {
      const [first = ''] = line.command.split('\n', 1);
      return allowShell ? [] : [{ place, reason: `a shell command, which is run with --allow-shell only: ${first}` }];
    }
    case 'call':
      return [...ofCall(line), ...packets.of(line).map((reason) => ({ place, reason }))];
    default:
      return packets.of(line).map((reason) => ({ place, reason }));
  }
}

/** How long a script takes at least, by its own times: `*` counts as nothing. */
export function lengthMs({ lines }: PktScript): number {
  return lines.reduce((sum, line) => {
    const { when } = line;
    const begin = when.kind === 'any' ? sum : when.kind === 'at' ? Math.max(sum, when.ms) : sum + when.ms;
    return begin + (line.kind === 'call' ? (line.returnsMs ?? 0) : 0);
  }, 0);
}

/**
 * All that a script asks for and cannot have, with its places: known before it starts.
 *
 * @throws {ScriptError} where the code of a `%{ }%` cannot be read.
 */
export function obstaclesOf(script: PktScript, settings: PktSettings): Obstacle[] {
  const packets = new PacketObstacles(versionOf(script, settings));
  const assigned = nothingAssigned();
  for (const line of script.lines)
    if (line.kind === 'code') checkCode(line.code, script.file, knownNames, { begin: line.codePlace, assigned });
  const [first] = script.lines;
  const tooLong =
    first !== undefined && lengthMs(script) > longestMs
      ? [
          {
            place: first.place,
            reason: `it takes ${lengthMs(script) / 1000} s: expected at most ${longestMs / 1000} s`,
          },
        ]
      : [];
  return [
    ...optionObstacles(script, settings),
    ...tooLong,
    ...script.lines.flatMap((line) => ofLine(line, packets, settings)),
  ];
}

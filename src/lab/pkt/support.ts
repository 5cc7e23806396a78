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

/** Why a call cannot be made, by its name. */
const cannot: Readonly<Record<string, string>> = {
  epoll_create: 'the sockets have no epoll of their own: use poll',
  epoll_ctl: 'the sockets have no epoll of their own: use poll',
  epoll_wait: 'the sockets have no epoll of their own: use poll',
  open: 'files are not opened',
  sendfile: 'files are not sent',
  splice: 'pipes are not spliced',
  pipe: 'pipes are not made',
  ioctl: 'no ioctl(2) is made',
};

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
const named = /^(?:MSG|POLL|AF|PF|SOCK|IPPROTO|SCM)_?[A-Z0-9_]*$/;

/** A socket of another kind than the script's, and control messages that nothing compares. */
function otherKinds(name: string, all: readonly string[], line: CallLine): string[] {
  const types = line.args.flatMap(cmsgTypes).filter((type) => type !== 'TCP_CM_INQ');
  const socket = name === 'socket' && !all.includes('SOCK_STREAM') ? ['socket: expected SOCK_STREAM'] : [];
  const unspec = all.includes('AF_UNSPEC') ? [`${name}: AF_UNSPEC is no address that can be given`] : [];
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
      add(place, `${name}: ${cannot[name] ?? 'not a call that can be made'}`);
      continue;
    }
    const all = args.flatMap(words);
    if (all.includes('MSG_ZEROCOPY')) add(place, `${name}: MSG_ZEROCOPY: nothing keeps the memory until it is sent`);
    if (all.includes('NULL')) add(place, `${name}: no pointer to nothing can be passed`);
    for (const reason of otherKinds(name, all, line)) add(place, reason);
    const unknown = all.find((word) => !named.test(word) && wordNumber(word) === undefined);
    if (unknown !== undefined) add(place, `${name}: ${unknown} is not known`);
  }
  return obstacles;
}

import { fstatSync } from 'node:fs';
import type { Command } from 'commander';
import { ownerText, restartAfter } from '../explain/index.js';
import {
  catalog,
  getOption,
  listSockets,
  type OptionName,
  type OptionSpec,
  type ReadableOption,
  type SettableOption,
  setOption,
  UsageError,
} from '../index.js';
import { descriptorsOf, optionName, ownerOf, type ProcessDescriptor, withSocketOf } from './descriptor.js';
import { toJson } from './json.js';

const truths: Readonly<Record<string, boolean>> = { 1: true, true: true, on: true, 0: false, false: false, off: false };

/** The value of an option as it is written on a command line; structures are JSON. */
function valueOf(name: OptionName, text: string): unknown {
  const { kind }: OptionSpec = catalog[name];
  if (kind === 'bool' && Object.hasOwn(truths, text)) return truths[text];
  if (kind === 'text') return text;
  if (kind === 'uint64' && /^\d+$/.test(text)) return BigInt(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `${name}: ${JSON.stringify(text)} is no value; write a number, true, or JSON`,
    );
  }
}

function assignment(text: string): [OptionName, unknown] {
  const equals = text.indexOf('=');
  if (equals < 0)
    throw new UsageError('ERR_ARGUMENT_INVALID', `${JSON.stringify(text)} is not OPTION=VALUE, such as SO_REUSEADDR=1`);
  const name = optionName(text.slice(0, equals));
  const { access }: OptionSpec = catalog[name];
  if (access === 'get') throw new UsageError('ERR_ARGUMENT_INVALID', `${name}: can only be read`);
  return [name, valueOf(name, text.slice(equals + 1))];
}

/** An option that can be read shows what the kernel made of the value. */
function read(fd: number, name: OptionName): unknown {
  const { access }: OptionSpec = catalog[name];
  return access === 'set' ? undefined : getOption(fd, name as ReadableOption);
}

interface Result {
  readonly pid: number;
  readonly fd: number;
  readonly process?: string;
  readonly option: OptionName;
  readonly before: unknown;
  readonly after: unknown;
  readonly notes: readonly string[];
}

/** What SO_REUSEADDR on a listener means for the next start. */
function notesOf(inode: number, name: OptionName, after: unknown): string[] {
  if (name !== 'SO_REUSEADDR' || after !== true) return [];
  const listener = listSockets({ state: 'LISTEN' }).find((row) => row.inode === inode);
  if (listener === undefined) return [];
  const { works, without } = restartAfter(inode, listener.localAddress, listener.localPort);
  if (works === true)
    return [
      'The next restart works, if the new server has SO_REUSEADDR too: connections accepted from now on have it.',
    ];
  if (without === 0)
    return ['Connections accepted from now on have it. Whether those in TIME_WAIT have it cannot be seen.'];
  return [
    `Connections accepted from now on have it. ${without} that ${without === 1 ? 'was' : 'were'} accepted before ${without === 1 ? 'lacks' : 'lack'} it, and can be in the way of a restart until ${without === 1 ? 'it is' : 'they are'} gone.`,
  ];
}

function apply(target: ProcessDescriptor, name: OptionName, value: unknown): Result {
  const { pid, fd } = target;
  const { before, after, inode } = withSocketOf(target, (duplicate) => {
    const old = read(duplicate, name);
    setOption(duplicate, name as SettableOption, value as never);
    return { before: old, after: read(duplicate, name), inode: fstatSync(duplicate).ino };
  });
  const owner = ownerOf(target, inode);
  return {
    pid,
    fd,
    ...(owner !== undefined && { process: ownerText(owner) }),
    option: name,
    before,
    after,
    notes: notesOf(inode, name, after),
  };
}

function show(value: unknown): string {
  return value === undefined ? '(cannot be read)' : toJson(value).replaceAll(/\s*\n\s*/g, ' ');
}

export function addSetCommand(program: Command): void {
  program
    .command('set')
    .description("set an option of a running process's socket, and show it before and after")
    .argument('<target>', 'PID:FD, or a port for the listeners and bound sockets on it')
    .argument('<assignment>', 'OPTION=VALUE, such as SO_REUSEADDR=1; structures as JSON')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nNeeds the right to trace the process, ptrace(2): the same user, or root. Linux 5.6.')
    .action((text: string, what: string, { json = false }: { json?: boolean }) => {
      const [name, value] = assignment(what);
      const results = descriptorsOf(text).map((target) => apply(target, name, value));
      if (json) {
        console.log(toJson(results));
        return;
      }
      for (const { pid, fd, process, option, before, after, notes } of results) {
        console.log(`${process ?? `pid ${pid}`}, descriptor ${fd}: ${option} ${show(before)} -> ${show(after)}`);
        for (const note of notes) console.log(`  ${note}`);
      }
    });
}

import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ownerText, socketStates } from '../explain/index.js';
import {
  formatAddress,
  type InetProtocol,
  listSockets,
  type SocketRow,
  type SocketState,
  UsageError,
} from '../index.js';
import { aligned } from './aligned.js';
import { Interrupt } from './interrupt.js';
import { toJson } from './json.js';
import { portArgument, stateArgument } from './target.js';

interface SocketsFlags {
  readonly state?: SocketState[];
  readonly port?: number;
  readonly protocol?: InetProtocol[];
  readonly pid?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

const protocols = ['tcp', 'udp', 'mptcp', 'raw'] as const;
const watchMs = 500;

/** One protocol that the kernel was built without is no reason to show nothing of the others. */
function rowsOf(protocol: InetProtocol, { state, port }: SocketsFlags, isAsked: boolean): SocketRow[] {
  try {
    return listSockets({ protocol, state, port, owners: true });
  } catch (error) {
    if (!isAsked && error instanceof UsageError && error.code === 'ERR_NOT_SUPPORTED') return [];
    throw error;
  }
}

function list(flags: SocketsFlags): SocketRow[] {
  const { protocol, pid } = flags;
  const rows = (protocol ?? (['tcp', 'udp'] as const)).flatMap((one) => rowsOf(one, flags, protocol !== undefined));
  return pid === undefined ? rows : rows.filter(({ owners = [] }) => owners.some((owner) => owner.pid === pid));
}

function timerText({ timer }: SocketRow): string {
  return timer === undefined ? '' : `${timer.kind} ${(timer.remainingMs / 1000).toFixed(1)} s`;
}

function cells(row: SocketRow): string[] {
  const { protocol, family, state, receiveQueue, sendQueue, uid, inode, owners = [] } = row;
  const unknown = inode === 0 ? '-' : '?';
  return [
    protocol,
    state,
    String(receiveQueue),
    String(sendQueue),
    formatAddress({ family, address: row.localAddress, port: row.localPort }),
    row.remotePort === 0 ? '*' : formatAddress({ family, address: row.remoteAddress, port: row.remotePort }),
    String(uid),
    timerText(row),
    owners.length === 0 ? unknown : owners.map(ownerText).join('; '),
  ];
}

const head = ['Proto', 'State', 'Recv-Q', 'Send-Q', 'Local', 'Remote', 'Uid', 'Timer', 'Process'];

interface Change {
  readonly time: string;
  readonly change: 'new' | 'moved' | 'gone';
  readonly row: SocketRow;
}

/** What differs between two lists, by the socket's cookie. */
function changes(before: ReadonlyMap<bigint, SocketRow>, after: ReadonlyMap<bigint, SocketRow>): Change[] {
  const time = new Date().toISOString();
  const found: Change[] = [];
  for (const [cookie, row] of after) {
    const old = before.get(cookie);
    if (old === undefined) found.push({ time, change: 'new', row });
    else if (old.state !== row.state) found.push({ time, change: 'moved', row });
  }
  for (const [cookie, row] of before) if (!after.has(cookie)) found.push({ time, change: 'gone', row });
  return found;
}

function printChange({ time, change, row }: Change, json: boolean): void {
  if (json) console.log(toJson({ time, change, row }).replaceAll(/\n\s*/g, ' '));
  else console.log([time.slice(11, 23), change.padEnd(5), ...cells(row).filter((cell) => cell !== '')].join('  '));
}

async function watch(flags: SocketsFlags): Promise<void> {
  const interrupt = new Interrupt();
  const byCookie = (): Map<bigint, SocketRow> => new Map(list(flags).map((row) => [row.cookie, row]));
  let known: ReadonlyMap<bigint, SocketRow> = new Map();
  while (!interrupt.signal.aborted) {
    const now = byCookie();
    for (const change of changes(known, now)) printChange(change, flags.json === true);
    known = now;
    // Ended early by Ctrl+C.
    await setTimeout(watchMs, undefined, { signal: interrupt.signal }).catch(() => {});
  }
  process.exitCode = interrupt.exitCode;
}

function pid(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('a process id is expected.');
  if (existsSync('/proc/self') && !existsSync(`/proc/${text}`))
    throw new UsageError('ERR_ARGUMENT_INVALID', `--pid: there is no process ${text}`);
  return Number(text);
}

function states(text: string, before: readonly SocketState[] = []): SocketState[] {
  return [...before, stateArgument(text, socketStates)];
}

export function addSocketsCommand(program: Command): void {
  program
    .command('sockets')
    .description('list TCP and UDP sockets with the processes that hold them')
    .option('--state <state...>', 'only in these states: LISTEN, ESTABLISHED, TIME_WAIT, BOUND ...', states)
    .option('--port <port>', 'only with this local or remote port', portArgument)
    .addOption(new Option('--protocol <name...>', 'only of these protocols').choices(protocols))
    .option('--pid <pid>', 'only of this process', pid)
    .option(
      '--watch',
      'keep running and print what changes, until Ctrl+C; a socket that is open for less than half a second may be missed',
    )
    .option('--json', 'print JSON; with --watch, a line for each change')
    .action(async (flags: SocketsFlags) => {
      if (flags.watch === true) await watch(flags);
      else if (flags.json === true) console.log(toJson(list(flags)));
      else console.log(aligned([head, ...list(flags).map(cells)]));
    });
}

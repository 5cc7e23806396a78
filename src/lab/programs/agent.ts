// Makes the calls it is told on its standard input, on one socket: a line is a JSON array of the call and its arguments.
import { createInterface } from 'node:readline';
import { type OptionValues, Socket } from '../../index.js';
import { report, reporting } from './report.js';

let socket: Socket | undefined;
const accepted: Socket[] = [];

function opened(): Socket {
  if (socket === undefined) throw new Error('open comes first');
  return socket;
}

type Call = (...args: readonly (string | number)[]) => unknown;

const calls: Readonly<Record<string, Call>> = {
  /** Options to set before bind, as JSON. */
  open: (options = '{}') => (socket = Socket.open({ options: JSON.parse(String(options)) as OptionValues })),
  bind: (address = '', port = 0) => opened().bind({ address: String(address), port: Number(port) }),
  listen: () => opened().listen(),
  /** Takes a connection that is there already, and never reads from it. */
  accept: () => accepted.push(opened().tryAccept() ?? raiseNone()),
  getsockname: () => opened().getsockname(),
};

function raiseNone(): never {
  throw new Error('no connection waits');
}

function obey(line: string): void {
  const [name, ...args] = JSON.parse(line) as [string, ...(string | number)[]];
  const call = calls[name];
  if (call === undefined) throw new Error(`there is no call ${name}`);
  reporting(name, () => call(...args), () => (name === 'getsockname' ? { address: opened().getsockname() } : {}));
}

createInterface({ input: process.stdin }).on('line', obey);
report('start', 'ok');

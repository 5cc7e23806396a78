// Makes the calls it is told on its standard input, on one socket: a line is a JSON array of the call and its arguments.
import { type OpenOptions, Socket } from '../../index.js';
import type { Json } from '../../lab/record/json.js';
import { hear } from './input.js';
import { report, reportFailure } from './report.js';

let socket: Socket | undefined;
const accepted: Socket[] = [];

function opened(): Socket {
  if (socket === undefined) throw new Error('socket comes first');
  return socket;
}

async function receiveSocket(fd: number): Promise<Socket> {
  using channel = Socket.adopt(fd);
  const { control } = await channel.recvmsg({ controlSize: 64 });
  const rights = control.find((message) => message.type === 'SCM_RIGHTS');
  if (rights?.fds[0] === undefined) throw new Error('no descriptor came');
  return Socket.adopt(rights.fds[0]);
}

type Call = (...args: readonly Json[]) => unknown;

const calls: Readonly<Record<string, Call>> = {
  /** With options to set before bind. */
  socket: (settings = {}) => (socket = Socket.open(settings as OpenOptions)),
  /** Takes a socket this process was started with. */
  adopt: (fd = 3) => (socket = Socket.adopt(Number(fd))),
  /** Takes a socket that arrives through the Unix socket this process was started with. */
  recvmsg: async (fd = 3) => (socket = await receiveSocket(Number(fd))),
  bind: (address = '', port = 0) => opened().bind({ address: String(address), port: Number(port) }),
  listen: () => opened().listen(),
  /** Nothing is ever read from what is accepted. */
  accept: async () => accepted.push(await opened().accept()),
};

async function obey(line: string): Promise<void> {
  const [name, ...args] = JSON.parse(line) as [string, ...Json[]];
  const call = calls[name];
  if (call === undefined) throw new Error(`there is no call ${name}`);
  try {
    await call(...args);
    report(name, 'ok', { args, address: opened().getsockname() });
  } catch (error) {
    reportFailure(name, error, { args });
  }
}

report('start', 'ok');
void hear((line) => void obey(line));

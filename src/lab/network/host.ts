import { invalidArgument, knownKeys } from '../../errors.js';
import { type OpenOptions, type OptionValues, Socket, UsageError } from '../../index.js';
import { BareHost } from './bare-host.js';
import { checkAddress, checkName, RecordedSocket } from './lab-socket.js';
import { endProcessesAtExit, endProcessesIn } from './leftovers.js';
import { HostProcess, type ProcessSettings } from './process.js';
import { Program, type ProgramSettings } from './program.js';
import { plain } from '../record/event.js';
import type { Endpoint } from '../record/segment.js';

export type { Endpoint } from '../record/segment.js';

/** A socket of a host. */
export type LabSocket = RecordedSocket<Host>;

/** What `open` takes. */
export interface SocketSettings extends OpenOptions {
  /** What the record calls the socket; `s1` and so on if absent. */
  readonly name?: string;
  /** The socket's user, which the kernel notes at socket(2): the effective one of that moment. Needs `other-user`. */
  readonly uid?: number;
}

/** Runs `work` with another effective user. The whole process has it for that long, so it must be synchronous. */
function asUser<T>(uid: number | undefined, work: () => T): T {
  if (uid === undefined) return work();
  process.seteuid?.(uid);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

/** What `listen` takes: where, and how. */
export interface ListenerSettings extends Partial<Endpoint> {
  /** What the record calls the socket. */
  readonly name?: string;
  /** Connections that may wait for accept(2), listen(2); 128 if absent. */
  readonly backlog?: number;
  /** Set before `bind(2)`. */
  readonly options?: OptionValues;
}

const socketKeys = ['name', 'uid', 'family', 'type', 'protocol', 'options'] as const;
const listenerKeys = ['name', 'address', 'port', 'backlog', 'options'] as const;
const clientKeys = ['name', 'from', 'options'] as const;

/** A port and settings, or settings with the port among them. */
function listenerSettings(at: number | ListenerSettings, settings: ListenerSettings | undefined): ListenerSettings {
  if (typeof at !== 'number' && (typeof at !== 'object' || at === null))
    throw invalidArgument('listen', 'a port or settings', at);
  if (typeof at !== 'number' && settings !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', 'listen: expected a port and settings, or settings alone');
  const given = typeof at === 'number' ? (settings ?? {}) : at;
  knownKeys(given, 'listen', listenerKeys);
  if (typeof at === 'number' && given.port !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', 'listen: the port is given twice');
  return typeof at === 'number' ? { ...given, port: at } : given;
}

/** What `connect` takes besides the place. */
export interface ClientSettings {
  /** What the record calls the socket. */
  readonly name?: string;
  /** Bound to before the connect, where given. */
  readonly from?: Partial<Endpoint>;
  /** Set before `bind(2)` and `connect(2)`. */
  readonly options?: OptionValues;
}

function target(
  to: Endpoint | Host,
  first: number | ClientSettings | undefined,
  second: ClientSettings | undefined,
): [Endpoint, ClientSettings | undefined] {
  if (typeof to !== 'object' || to === null) throw invalidArgument('connect', 'a host or an endpoint', to);
  const settings = typeof first === 'number' ? second : first;
  if (settings !== undefined) knownKeys(settings, 'connect', clientKeys);
  if (!(to instanceof Host)) {
    if (typeof first === 'number' || second !== undefined)
      throw new UsageError('ERR_ARGUMENT_INVALID', 'connect: expected an endpoint and settings');
    return [to, settings];
  }
  if (typeof first !== 'number') throw new UsageError('ERR_ARGUMENT_INVALID', `connect: which port of ${to.name}?`);
  return [{ address: to.A, port: first }, settings];
}

/** A machine of the lab: a network namespace of its own, or, where there can be none, a part of 127.0.0.0/8. */
export class Host extends BareHost {
  #unnamed = 0;
  #hasSpawned = false;

  constructor(...given: ConstructorParameters<typeof BareHost>) {
    super(...given);
    // The first, so that it is called last: a process may have started others.
    this.onClose(() => {
      if (this.#hasSpawned && this.namespace !== undefined) endProcessesIn(this.namespace);
    });
  }

  /** `socket(2)`: IPv4 and TCP if not given. Closed at the end of the run at the latest. @throws `SystemCallError`, as `EPROTONOSUPPORT`. */
  open(given: SocketSettings = {}): LabSocket {
    knownKeys(given, 'open', socketKeys);
    const { name = `s${++this.#unnamed}`, uid, ...settings } = given;
    checkName(name);
    const { family = 'IPv4', type = 'stream', options = {} } = settings;
    const args = [plain({ family, type, options, uid })];
    const open = (): Socket => this.run(() => asUser(uid, () => Socket.open(settings)));
    const socket = this.recorder.call({ kind: 'call', host: this.name, actor: name, name: 'socket', args }, open);
    return this.record(name, socket);
  }

  /** A socket made elsewhere becomes one of the host's: recorded, and closed with it. */
  record(name: string, socket: Socket): LabSocket {
    return RecordedSocket.of(this, name, socket);
  }

  /** socket, bind, listen: on a port of every address, or as the settings say. */
  listen(port: number, settings?: Omit<ListenerSettings, 'port'>): LabSocket;
  listen(settings?: ListenerSettings): LabSocket;
  listen(at: number | ListenerSettings = {}, given?: ListenerSettings): LabSocket {
    const settings = listenerSettings(at, given);
    checkAddress(settings);
    const { name = 'listener', address = this.ANY, port = 0, backlog, options } = settings;
    return this.open({ name, options }).bind({ address, port }).listen(backlog);
  }

  /** socket, bind if `from` is given, connect: to an endpoint, or to a port of a host. */
  async connect(to: Endpoint, settings?: ClientSettings): Promise<LabSocket>;
  async connect(to: Host, port: number, settings?: ClientSettings): Promise<LabSocket>;
  async connect(to: Endpoint | Host, first?: number | ClientSettings, second?: ClientSettings): Promise<LabSocket> {
    const [endpoint, settings] = target(to, first, second);
    const { name = 'client', from, options }: ClientSettings = settings ?? {};
    const socket = this.open({ name, options });
    if (from !== undefined) socket.bind(from);
    return await socket.connect(endpoint);
  }

  /** Starts a real program on this host. It is ended with the lab if it has not ended before. */
  async start(settings: ProgramSettings): Promise<Program> {
    knownKeys(settings, 'start', ['program', 'name', 'args', 'uid', 'fds', 'env', 'node']);
    const program = this.run(() => new Program(settings, this.name, this.recorder));
    this.onClose(() => program.end());
    await program.ready();
    return program;
  }

  /** Starts any command on this host; it is ended with the experiment if it has not ended before. */
  spawn(
    command: string,
    args: readonly string[] = [],
    settings: Omit<ProcessSettings, 'command' | 'args'> = {},
  ): HostProcess {
    knownKeys(settings, 'spawn', ['name', 'uid', 'fds']);
    // Before it is started: what is noted here for the exit is taken back when the host closes.
    this.#hasSpawned = true;
    if (this.namespace !== undefined) endProcessesAtExit(this.namespace);
    const child = this.run(() => new HostProcess({ ...settings, command, args }, this.name, this.recorder));
    this.onClose(() => child.end());
    child.started();
    return child;
  }
}

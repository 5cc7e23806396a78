import { invalidArgument, knownKeys } from '../../errors.js';
import {
  destroySocket,
  listSockets,
  type NetworkNamespace,
  type OpenOptions,
  type OptionValues,
  Socket,
  type SocketFilter,
  type SocketQuery,
  type SocketRow,
  UsageError,
} from '../../index.js';
import { checkAddress, LabSocket } from './lab-socket.js';
import { endProcessesAtExit, endProcessesIn } from './leftovers.js';
import { HostProcess, type ProcessSettings } from './process.js';
import { Program, type ProgramSettings } from './program.js';
import { type Moment, type Outcome, plain, tableRow } from '../record/event.js';
import type { Json } from '../record/json.js';
import { type Recorder, returns } from '../record/recorder.js';
import type { Endpoint } from '../record/segment.js';
import { reached } from '../record/until.js';
import { cheaper, connectionsOf } from './connection-states.js';

export type { Endpoint } from '../record/segment.js';

export interface SocketSettings extends OpenOptions {
  readonly name?: string;
  /** The socket's user, which the kernel notes at socket(2): the effective one of that moment. Needs `other-user`. */
  readonly uid?: number;
}

function mustBeHost(peer: unknown, call: string): void {
  if (!(peer instanceof Host)) throw invalidArgument(call, 'a host', peer);
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > 100)
    throw invalidArgument('name', 'a text of 1 to 100 characters', name);
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

export interface ListenerSettings extends Partial<Endpoint> {
  readonly name?: string;
  /** Connections that may wait for accept(2), listen(2); 128 if absent. */
  readonly backlog?: number;
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

export interface ClientSettings {
  readonly name?: string;
  /** Bound to before the connect, where given. */
  readonly from?: Partial<Endpoint>;
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

/** A host's end of a link. */
export interface HostLink {
  readonly link: string;
  /** Name of who is at the other end. */
  readonly to: string;
  /** Of the other end, where its kernel has an address: known from the begin, so that no segment waits for ARP. */
  readonly hardwareAddress?: string | undefined;
  /** Over any link but the first goes only what is for the other end, by a route that stands as long as link and address do. */
  readonly addRoute?: (() => void) | undefined;
}

/** Nobody has it. */
const nowhere = '02:00:00:00:00:99';

/** A machine of the lab: a network namespace of its own, or, where there can be none, a part of 127.0.0.0/8. */
export class Host {
  readonly name: string;
  /** The two addresses of the articles' host, 192.168.0.1 and 10.0.0.1. @internal */
  readonly A: string;
  /** @internal */
  readonly B: string;
  readonly ANY = '0.0.0.0';
  readonly namespace: NetworkNamespace | undefined;
  /** From when to when, since the run began, it was gone for the others, though frames came to its links. */
  readonly absences: { readonly fromMs: number; toMs: number }[] = [];
  readonly #recorder: Recorder;
  readonly #closers: (() => void)[] = [];
  /** By the address at the other end. */
  readonly #links = new Map<string, HostLink>();
  readonly #muted = new Set<string>();
  #unnamed = 0;
  #hasSpawned = false;
  #isClosed = false;

  constructor(
    name: string,
    addresses: { A: string; B: string },
    namespace: NetworkNamespace | undefined,
    recorder: Recorder,
  ) {
    this.name = name;
    this.A = addresses.A;
    this.B = addresses.B;
    this.namespace = namespace;
    this.#recorder = recorder;
  }

  /** Its address; one, however many links it has. */
  get address(): string {
    return this.A;
  }

  /** Runs `work` in the host's network; it must be synchronous. */
  run<T>(work: () => T): T {
    return this.namespace === undefined ? work() : this.namespace.run(work);
  }

  open(given: SocketSettings = {}): LabSocket {
    knownKeys(given, 'open', socketKeys);
    const { name = `s${++this.#unnamed}`, uid, ...settings } = given;
    checkName(name);
    const { family = 'IPv4', type = 'stream', options = {} } = settings;
    const args = [plain({ family, type, options, uid })];
    const open = (): Socket => this.run(() => asUser(uid, () => Socket.open(settings)));
    const socket = this.#recorder.call({ kind: 'call', host: this.name, actor: name, name: 'socket', args }, open);
    return this.record(name, socket);
  }

  /** A socket made elsewhere becomes one of the host's: recorded, and closed with it. */
  record(name: string, socket: Socket): LabSocket {
    this.#closers.push(() => socket.close());
    checkName(name);
    return new LabSocket(this, name, socket, this.#recorder);
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

  /** The host's sockets, asked of the kernel. */
  sockets(filter: SocketQuery = {}): SocketRow[] {
    const rows = this.run(() => listSockets(cheaper(filter)));
    if (this.namespace !== undefined) return rows;
    // The machine's other sockets may have the same port; one end of ours is on an address of the host.
    const own = [this.A, this.B];
    return rows.filter(({ localAddress, remoteAddress }) => own.includes(localAddress) || own.includes(remoteAddress));
  }

  /** Something the script did or saw on this host that is no call, and what it found. */
  note(text: string, said?: string): void {
    this.#add({ kind: 'remark', host: this.name, text, ...(said !== undefined && { said }) });
  }

  /** A call that was made past the recorder. */
  called(
    name: string,
    args: readonly Json[] = [],
    more: { readonly actor?: string; readonly outcome?: Outcome; readonly repeated?: true } = {},
  ): void {
    this.#add({ kind: 'call', host: this.name, name, args, outcome: { ok: true }, ...more });
  }

  #add(moment: Moment): void {
    this.#recorder.add(moment);
  }

  /** Looks at the socket table, as an event of the run. */
  look(about: string, filter: SocketFilter = {}): SocketRow[] {
    const rows = this.sockets(filter);
    this.#add({ kind: 'look', host: this.name, about, rows: rows.map(tableRow) });
    return rows;
  }

  /** Waits until the filter finds a socket, and looks at it. */
  async waitFor(filter: SocketFilter, what = 'wait', deadlineMs?: number): Promise<SocketRow> {
    const { state = 'a socket', ...others } = filter;
    const expected = typeof state === 'string' ? state : state.join(' or ');
    await reached(
      () => this.sockets(filter)[0],
      what,
      expected,
      () => this.#states(others),
      deadlineMs,
    );
    const [row] = this.look(what, filter);
    if (row === undefined) throw new Error(`${what}: the socket was seen and is gone again`);
    return row;
  }

  /** Waits until the filter finds none any more. */
  async waitUntilGone(filter: SocketFilter, what = 'wait until gone', deadlineMs?: number): Promise<void> {
    const isNone = (wanted: SocketFilter): boolean => this.sockets(wanted).length === 0;
    // As long as there is a connection, nobody need ask for what is only bound.
    const isGone = (): true | undefined => (isNone(connectionsOf(filter)) && isNone(filter)) || undefined;
    await reached(isGone, what, 'nothing', () => this.#states(filter), deadlineMs);
    this.look(what, filter);
  }

  #states(filter: SocketFilter): string {
    return (
      this.sockets(filter)
        .map((row) => row.state)
        .join(', ') || 'nothing'
    );
  }

  /** SOCK_DESTROY for what the filter finds, as ss -K does. Returns how many there were. */
  destroy(filter: SocketFilter): number {
    return this.#recorder.call(
      { kind: 'call', host: this.name, name: 'SOCK_DESTROY', args: [plain(filter)] },
      () => this.run(() => destroySocket(filter)),
      returns,
    );
  }

  sysctl(name: string): string {
    return this.#own().sysctl(name);
  }

  setSysctl(name: string, value: string | number): void {
    this.#recorder.call({ kind: 'call', host: this.name, name: 'sysctl', args: [name, value] }, () =>
      this.#own().setSysctl(name, value),
    );
  }

  /** Sets a link up or down; down, it loses every packet in silence. */
  setLink(link: string, up: boolean): void {
    const to = [...this.#links.values()].find((one) => one.link === link)?.to;
    const change = up ? 'up' : 'down';
    this.#recorder.call({ kind: 'link', host: this.name, change, link, ...(to !== undefined && { to }) }, () => {
      this.#own().setLink(link, { up });
      if (up) this.#restore(link);
    });
  }

  /**
   * To the other host of a pair this one is gone as a crashed machine is: it takes no packet, and it sends none. A link set
   * down is noticed by the sender at once, and it keeps time by another timer.
   */
  vanish(): void {
    this.absences.push({ fromMs: this.#recorder.elapsedMs, toMs: Number.POSITIVE_INFINITY });
    this.#recorder.call({ kind: 'link', host: this.name, change: 'vanishes' }, () =>
      this.#own().removeAddress('eth0', `${this.A}/24`),
    );
  }

  /** Back again, with all its sockets. */
  reappear(): void {
    const absence = this.absences.at(-1);
    if (absence !== undefined) absence.toMs = this.#recorder.elapsedMs;
    this.#recorder.call({ kind: 'link', host: this.name, change: 'is back' }, () => {
      this.#own().addAddress('eth0', `${this.A}/24`);
      this.#restore();
    });
  }

  /** Its end of the link to another host. */
  linkTo({ address }: { readonly address: string }): string {
    return this.#links.get(address)?.link ?? 'eth0';
  }

  /** This is the link to whoever has `address`. */
  joined(address: string, link: HostLink): void {
    this.#links.set(address, link);
    this.#restore(link.link);
  }

  /**
   * What the kernel forgets with a link that is set down (fib_disable_ip(), neigh_ifdown()), and with an address that is taken
   * away (fib_sync_down_addr()). Of one link, or of all.
   */
  #restore(name?: string): void {
    // A host that has vanished gets it back with its address.
    if (this.absences.at(-1)?.toMs === Number.POSITIVE_INFINITY) return;
    for (const [address, { link, addRoute, hardwareAddress }] of this.#links) {
      if (name !== undefined && name !== link) continue;
      addRoute?.();
      const neighbour = this.#muted.has(address) ? nowhere : hardwareAddress;
      if (neighbour !== undefined) this.#setNeighbour(address, neighbour);
    }
  }

  #setNeighbour(address: string, hardwareAddress: string | undefined): void {
    const neighbour = { interface: this.linkTo({ address }), address };
    if (hardwareAddress === undefined) this.#own().removeNeighbour(neighbour);
    else this.#own().addNeighbour({ ...neighbour, hardwareAddress });
  }

  /** From now on what this host sends to `peer` is lost, while it still hears it: its frames go to an address nobody has. */
  mute(peer: Host): void {
    mustBeHost(peer, 'mute');
    this.#recorder.call({ kind: 'link', host: this.name, change: 'muted', to: peer.name }, () => {
      this.#setNeighbour(peer.A, nowhere);
      this.#muted.add(peer.A);
    });
  }

  unmute(peer: Host): void {
    mustBeHost(peer, 'unmute');
    this.#recorder.call({ kind: 'link', host: this.name, change: 'unmuted', to: peer.name }, () => {
      this.#setNeighbour(peer.A, this.#links.get(peer.A)?.hardwareAddress);
      this.#muted.delete(peer.A);
    });
  }

  /** Starts a real program on this host. It is ended with the lab if it has not ended before. */
  async start(settings: ProgramSettings): Promise<Program> {
    knownKeys(settings, 'start', ['program', 'name', 'args', 'uid', 'fds', 'env', 'node']);
    const program = this.run(() => new Program(settings, this.name, this.#recorder));
    this.#closers.push(() => program.end());
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
    const child = this.run(() => new HostProcess({ ...settings, command, args }, this.name, this.#recorder));
    this.#closers.push(() => child.end());
    child.started();
    return child;
  }

  /** The host's own namespace: cases that need one do not run without. */
  #own(): NetworkNamespace {
    if (this.namespace === undefined) throw new Error(`${this.name} has no network namespace of its own`);
    return this.namespace;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const close of this.#closers.splice(0).reverse()) close();
    if (this.#hasSpawned && this.namespace !== undefined) endProcessesIn(this.namespace);
    this.namespace?.close();
  }
}

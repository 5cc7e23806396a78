import { ipVersion } from '../address.js';
import { invalidArgument, SystemCallError } from '../errors.js';
import type { BindRequest } from './predict.js';
import type { UnixRequest } from './unix.js';

type Call = 'bind' | 'listen' | 'connect';

/** What an error says of the call that failed. */
export interface FailedCall {
  readonly code: string;
  /** The call that the error names; Node names `listen` where bind(2) failed. */
  readonly named: Call;
  /** Who made the error: its `syscall` is to be believed, or not. */
  readonly from: 'sockwise' | 'Node';
  /** What may have been asked for, the likeliest first. */
  readonly requests: readonly BindRequest[];
}

const calls: readonly string[] = ['bind', 'listen', 'connect'] satisfies Call[];

function isCall(value: unknown): value is Call {
  return typeof value === 'string' && calls.includes(value);
}

type Fields = Readonly<Record<string, unknown>>;

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

function port(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535 ? value : undefined;
}

type Requests = (address: string | undefined, at: number | undefined, fields: Fields) => BindRequest[];

const tcp = (listen: boolean, options?: BindRequest['options']): Requests => {
  return (address, at) => [{ protocol: 'tcp', address, port: at, listen, options }];
};
const udp: Requests = (address, at) => [{ protocol: 'udp', address, port: at }];

function connecting(address: string | undefined, at: number | undefined, fields: Fields): BindRequest[] {
  if (address === undefined || at === undefined) return [];
  const local = { address: text(fields, 'localAddress'), port: port(fields, 'localPort') };
  const isBound = local.address !== undefined && local.port !== undefined;
  return (['tcp', 'udp'] as const).map((protocol) => ({
    protocol,
    ...(isBound && local),
    connect: { address, port: at },
  }));
}

/**
 * What each call may have asked for. libuv sets SO_REUSEADDR on every server of net, and on no socket of dgram unless told to.
 * In a cluster the error of a server is called `bind`.
 */
const asked: Readonly<Record<FailedCall['from'], Readonly<Record<Call, readonly Requests[]>>>> = {
  Node: {
    listen: [tcp(true, { SO_REUSEADDR: true })],
    bind: [udp, tcp(true, { SO_REUSEADDR: true })],
    connect: [connecting],
  },
  sockwise: { listen: [tcp(true)], bind: [tcp(false), udp], connect: [connecting] },
};

/** Whether the value is an error, and not a request. */
export function isError(value: object): boolean {
  return value instanceof Error || ('code' in value && 'syscall' in value);
}

/**
 * Reads an error of bind, listen or connect; `known` is what the caller knows of the request beyond it.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - it is of no such call.
 */
export function readError(error: object, known: Partial<BindRequest>): FailedCall {
  const fields = error as Fields;
  const [code, named] = [text(fields, 'code'), fields['syscall']];
  if (code === undefined || !isCall(named))
    throw invalidArgument('error', 'an error of bind, listen or connect, or a request', error);
  const address = text(fields, 'address');
  const from = error instanceof SystemCallError ? 'sockwise' : 'Node';
  const requests = asked[from][named]
    .flatMap((build) => build(address, port(fields, 'port'), fields))
    .filter(({ protocol }) => known.protocol === undefined || known.protocol === protocol)
    .map((request) => ({ ...request, ...known }));
  return { code, named, from, requests };
}

/** What an error of a unix socket asked for: one whose address is a path, or an abstract name. `undefined` for other errors. */
export function unixRequestOf(error: object): { readonly code: string; readonly request: UnixRequest } | undefined {
  const fields = error as Fields;
  const [code, named, path] = [text(fields, 'code'), fields['syscall'], text(fields, 'address')];
  if (code === undefined || !isCall(named) || path === undefined || path === '') return undefined;
  // A socket of a path has no port; an address may have a zone.
  if (port(fields, 'port') !== undefined || ipVersion(path) !== 0) return undefined;
  // An error of ours shows the NUL byte of an abstract name as `@`.
  const isName = error instanceof SystemCallError && path.startsWith('@');
  return {
    code,
    request: {
      protocol: 'unix',
      path: isName ? `\0${path.slice(1)}` : path,
      call: named === 'connect' ? 'connect' : 'bind',
    },
  };
}

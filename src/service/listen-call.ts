/** Where a call of net.Server.listen() means to listen. */
export interface ListenCall {
  /** The same for the same arguments: what makes two sockets of two processes one. */
  readonly place: string;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly backlog: number;
  readonly signal?: AbortSignal | undefined;
  readonly mode: { readonly readableAll: boolean; readonly writableAll: boolean };
}

/** As net.Server.listen() sees a port: also a string of digits. */
function portOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const port = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isInteger(port) && port >= 0 && port < 65_536 ? port : undefined;
}

const defaultBacklog = 511;

/**
 * Reads the arguments of net.Server.listen(); `undefined` for those that name no place to bind (a handle, a descriptor) and for
 * those that Node refuses.
 */
export function listenCall(args: readonly unknown[]): ListenCall | undefined {
  const [first] = args;
  if (typeof first === 'object' && first !== null) return ofOptions(first as Record<string, unknown>, args[1]);
  const numbers = args.slice(1).filter((one) => typeof one === 'number');
  const backlog = numbers[0] ?? defaultBacklog;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return ofOptions({ path: first, backlog }, undefined);
  const host = typeof args[1] === 'string' ? args[1] : undefined;
  return ofOptions({ port: typeof first === 'function' ? undefined : first, host, backlog }, undefined);
}

function ofOptions(options: Record<string, unknown>, second: unknown): ListenCall | undefined {
  if ('fd' in options || '_handle' in options || 'handle' in options) return undefined;
  const backlog = [second, options['backlog']].find((one) => typeof one === 'number') ?? defaultBacklog;
  const { signal } = options;
  const common = {
    backlog: Number(backlog),
    ...(signal instanceof AbortSignal && { signal }),
    mode: { readableAll: options['readableAll'] === true, writableAll: options['writableAll'] === true },
  };
  const { path, host } = options;
  const port = portOf(options['port']);
  const isPort = 'port' in options && options['port'] !== undefined && options['port'] !== null;
  if (!isPort && typeof path === 'string' && path !== '') return { ...common, place: `unix ${path}`, path };
  if (port === undefined || (host !== undefined && host !== null && typeof host !== 'string')) return undefined;
  const only = options['ipv6Only'] === true ? ' IPv6 only' : '';
  return { ...common, place: `tcp ${host || '*'}:${port}${only}`, host: host || undefined, port };
}

import type * as https from 'node:https';
import type * as net from 'node:net';
import type * as tls from 'node:tls';
import { invalidArgument, knownKeys, TimeoutError } from '../errors.js';
import { adopted, type ConnectOptions, connectSocket, type InternetConnectOptions } from './connect.js';
import { late } from './late.js';
import { needsDescriptors } from './runtime.js';

/** What the connections of a connector have in common. */
export interface ConnectorOptions
  extends Pick<
    InternetConnectOptions,
    'options' | 'keepOptions' | 'localAddress' | 'localPort' | 'family' | 'timeoutMs' | 'attemptDelayMs' | 'lookup'
  > {
  /** For tls.connect(), where the connector has to call it itself: undici with an https origin. */
  readonly tls?: tls.ConnectionOptions | undefined;
}

/** What http.Agent, https.Agent and undici say about the connection they want. */
export interface ConnectionRequest {
  /** A name or an address. Default `localhost`. */
  readonly host?: string | null | undefined;
  /** The same, from a URL: IPv6 in brackets; it wins over `host`. */
  readonly hostname?: string | null | undefined;
  /** Default 80, with `https:` 443. */
  readonly port?: number | string | null | undefined;
  /** Path of a Unix socket, instead of host and port. */
  readonly socketPath?: string | null | undefined;
  /** `https:` makes undici's connection one of TLS; of an agent its own `protocol` counts where this is absent. */
  readonly protocol?: string | null | undefined;
  /** Name of the server for TLS, RFC 6066 section 3. Default: the host, unless it is an address. */
  readonly servername?: string | null | undefined;
  /** 4 or 6: addresses of this family alone. */
  readonly family?: number | undefined;
  /** Address to bind(2) to; wins over that of the connector. */
  readonly localAddress?: string | null | undefined;
  /** Port to bind(2) to; wins over that of the connector. */
  readonly localPort?: number | undefined;
  /** As `dns.lookup`; wins over that of the connector. */
  readonly lookup?: net.LookupFunction | undefined;
  /** Calls `setNoDelay(true)`, which yields to the connector's options unless `keepOptions` is false. */
  readonly noDelay?: boolean | undefined;
  /** Calls `setKeepAlive(true)`, which yields in the same way. */
  readonly keepAlive?: boolean | undefined;
  /** Milliseconds of silence until the first probe. */
  readonly keepAliveInitialDelay?: number | undefined;
  /** Milliseconds of silence until the socket's `'timeout'`; without TLS. */
  readonly timeout?: number | undefined;
}

/** The callback of http.Agent, and that of undici, which is the same to call. */
type AgentCallback = (error: Error | null, socket: net.Socket) => void;
type UndiciCallback = (...result: [null, net.Socket] | [Error, null]) => void;

/** Fits `createConnection` of http and https agents and requests, and `connect` of undici. */
export interface Connector {
  (request: ConnectionRequest, callback?: AgentCallback): undefined;
  (request: ConnectionRequest, callback: UndiciCallback): undefined;
}

/** Does what the client asks of the socket; what `options` says against it stays, see keep.ts. */
function settled<T extends net.Socket>(socket: T, request: ConnectionRequest): T {
  const { noDelay = false, keepAlive = false, keepAliveInitialDelay = 0 } = request;
  if (noDelay) socket.setNoDelay(true);
  if (keepAlive) socket.setKeepAlive(true, keepAliveInitialDelay);
  return socket;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function protocolOf(value: unknown): unknown {
  return isObject(value) && 'protocol' in value ? value.protocol : undefined;
}

/** An agent or undici names the protocol itself; a request without an agent has the one it would have used. */
function isSecure(caller: unknown, request: ConnectionRequest): boolean {
  const fallback = '_defaultAgent' in request ? request._defaultAgent : undefined;
  return (request.protocol ?? protocolOf(caller) ?? protocolOf(fallback)) === 'https:';
}

/** The host of a URL has an IPv6 address in brackets: RFC 3986 section 3.2.2. */
function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

const familyByVersion: Readonly<Record<number, 'IPv4' | 'IPv6'>> = { 4: 'IPv4', 6: 'IPv6' };

function settingsFor(defaults: ConnectorOptions, request: ConnectionRequest, secure: boolean): ConnectOptions {
  const { options, keepOptions, timeoutMs, attemptDelayMs } = defaults;
  if (request.socketPath) return { path: request.socketPath, options, keepOptions, timeoutMs };
  return {
    host: bare(request.hostname || request.host || 'localhost'),
    port: Number(request.port || (secure ? 443 : 80)),
    options,
    keepOptions,
    timeoutMs,
    attemptDelayMs,
    localAddress: request.localAddress ?? defaults.localAddress,
    localPort: request.localPort ?? defaults.localPort,
    family: familyByVersion[request.family ?? 0] ?? defaults.family,
    lookup: request.lookup ?? defaults.lookup,
  };
}

/** TLS over `socket`, for a caller that waits until it stands. */
function secured(
  settings: tls.ConnectionOptions,
  { servername }: ConnectionRequest,
  host: string,
  socket: net.Socket,
): Promise<tls.TLSSocket> {
  // RFC 6066 section 3: no address as a server name.
  const name = servername || settings.servername || (late.net.isIP(host) === 0 ? host : '');
  return new Promise((resolve, reject) => {
    const secure = late.tls.connect({ ALPNProtocols: ['http/1.1'], host, ...settings, servername: name, socket });
    secure.once('error', reject);
    secure.once('secureConnect', () => {
      secure.off('error', reject);
      resolve(secure);
    });
  });
}

/** The agent's own way from a connected socket to TLS, with its cache of sessions. */
function securedBy(
  agent: https.Agent,
  settings: tls.ConnectionOptions,
  request: ConnectionRequest,
  socket: net.Socket,
): net.Socket {
  const wanted: object = { ...settings, ...request, socket };
  const secure = late.https.Agent.prototype.createConnection.call(agent, wanted);
  if (!(secure instanceof late.net.Socket))
    throw invalidArgument('agent', 'an https.Agent that returns its socket', secure);
  return secure;
}

async function made(
  caller: unknown,
  request: ConnectionRequest,
  { tls: tlsSettings = {}, ...defaults }: ConnectorOptions,
): Promise<net.Socket> {
  const started = performance.now();
  const secure = isSecure(caller, request);
  const settings = settingsFor(defaults, request, secure);
  const { timeoutMs } = settings;
  const socket = adopted(await connectSocket(settings), settings);
  try {
    if (!secure) {
      if (request.timeout) socket.setTimeout(request.timeout);
      return settled(socket, request);
    }
    if (caller instanceof late.https.Agent) return settled(securedBy(caller, tlsSettings, request, socket), request);
    const handshake = secured(tlsSettings, request, settings.host ?? 'localhost', socket);
    return settled(await beforeDeadline(handshake, started, timeoutMs), request);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Fails when `timeoutMs` have passed since `started`. */
async function beforeDeadline<T>(work: Promise<T>, started: number, timeoutMs: number | undefined): Promise<T> {
  if (timeoutMs === undefined) return await work;
  const late = new TimeoutError('connect', timeoutMs);
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late), Math.max(0, timeoutMs - (performance.now() - started)));
  });
  return await Promise.race([work, alarm]).finally(() => clearTimeout(timer));
}

/**
 * {@link connect} in the form Node's and undici's clients take, so that their connections have `options` from before
 * connect(2) on:
 *
 * ```js
 * const agent = new http.Agent({ keepAlive: true });
 * agent.createConnection = connector({ options: { TCP_USER_TIMEOUT: 10_000 } });   // also https.Agent
 * const client = new undici.Agent({ connect: connector({ options, tls: { ca } }) });
 * ```
 *
 * What `options` names wins over what the client sets by itself, unless `keepOptions` is false: `TCP_NODELAY`, and
 * keep-alive, which http.Agent would set to its `keepAliveMsecs` (1 s) whenever a socket gets idle. Addresses the request names win over those given
 * here. `timeoutMs` includes the TLS handshake where the connector makes it; with an https.Agent the request waits for it.
 */
export function connector(settings: ConnectorOptions = {}): Connector {
  needsDescriptors('connector', 'connect');
  knownKeys(settings, 'connector', [
    'options',
    'keepOptions',
    'localAddress',
    'localPort',
    'family',
    'timeoutMs',
    'attemptDelayMs',
    'lookup',
    'tls',
  ]);
  return function connectFor(
    this: unknown,
    request: ConnectionRequest,
    callback?: AgentCallback | UndiciCallback,
  ): undefined {
    made(this, request, settings).then(
      (socket) => callback?.(null, socket),
      // Without a socket; only undici's declaration says so.
      (error: Error) => (callback as UndiciCallback | undefined)?.(error, null),
    );
  };
}

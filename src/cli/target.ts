import { ipVersion } from '../address.js';
import { UsageError } from '../errors.js';
import { nearest } from '../nearest.js';

/** An address and port as people write them and errors print them: `8080`, `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `:::8080`. */
export interface Target {
  readonly address?: string;
  readonly port: number;
}

const shapes = '8080, 127.0.0.1:8080 or [::1]:8080';

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}

/** Reads a port. */
export function portArgument(text: string): number {
  const port = portOf(text);
  if (port === undefined)
    throw new UsageError('ERR_OUT_OF_RANGE', `${JSON.stringify(text)} is not a port (0 to 65535)`);
  return port;
}

/** Reads an address with its port; `*` is every address. */
export function targetArgument(text: string): Target {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
  const whole = text.replace(/^\[(.*)\]$/, '$1');
  if (ipVersion(whole) !== 0 && ipVersion(host) === 0) {
    const example = whole.includes(':') ? `[${whole}]:8080` : `${whole}:8080`;
    throw new UsageError('ERR_OUT_OF_RANGE', `${JSON.stringify(text)} has no port; write ${example}`);
  }
  const port = portOf(text.slice(colon + 1));
  if (port === undefined) {
    const what = JSON.stringify(text.slice(colon + 1));
    throw new UsageError('ERR_OUT_OF_RANGE', `${what} is not a port (0 to 65535); write ${shapes}`);
  }
  if (host === '' || host === '*') return { port };
  if (ipVersion(host) !== 0) return { address: host, port };
  // Node prints [::]:8080 as :::8080.
  throw new UsageError('ERR_ADDRESS_INVALID', `${JSON.stringify(host)} is not an IP address; write ${shapes}`);
}

/** A state of a socket, as Linux spells it. */
export function stateArgument<State extends string>(text: string, states: readonly State[]): State {
  const state = states.find((one) => one === text);
  if (state !== undefined) return state;
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `unknown state ${JSON.stringify(text)}; did you mean ${nearest(text, states)}?`,
  );
}

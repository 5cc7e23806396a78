import type { Family } from '../address.js';
import type { ErrorContext } from '../errors.js';
import { nameSpace } from '../native/binding.js';
import { bytesOf, copyOf } from '../options/bytes.js';
import { EncodedAddress } from './encoded-address.js';
import { type AddressInput, type InputFamily, type RawAddress, readAddress } from './sockaddr.js';

interface KnownParts {
  readonly family?: InputFamily | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly pathBytes?: Uint8Array | undefined;
  readonly cid?: number | undefined;
}

function contextOf(family: InputFamily, { address, port, path, pathBytes, cid }: KnownParts): ErrorContext {
  switch (family) {
    case 'IPv4':
    case 'unspec':
      return { address: address ?? '0.0.0.0', port: port || undefined };
    case 'IPv6':
      return { address: address ?? '::', port: port || undefined };
    case 'unix':
      // An unnamed socket has no address to tell.
      return {
        address: (path ?? (pathBytes && Buffer.from(pathBytes).toString()))?.replaceAll('\0', '@') || undefined,
      };
    case 'vsock':
      return { address: cid === undefined ? 'vsock:*' : `vsock:${cid}`, port };
    case 'packet':
    case 'netlink':
      return {};
  }
}

/** The address fields of a {@link SystemCallError}, with the wildcard where nothing else was asked for; no port 0, as in Node. */
export function errorContext(family: Family, input: AddressInput): ErrorContext {
  const bytes = EncodedAddress.bytesOf(input) ?? ('bytes' in input ? copyOf(bytesOf(input.bytes, 'bytes')) : undefined);
  if (bytes === undefined) {
    const known: KnownParts = input as Exclude<AddressInput, EncodedAddress | RawAddress>;
    return contextOf(known.family ?? family, known);
  }
  const room = new Uint8Array(Math.max(bytes.length, nameSpace));
  room.set(bytes);
  const address = readAddress(bytes.length, room, new DataView(room.buffer));
  return address === undefined ? {} : contextOf(address.family, address);
}

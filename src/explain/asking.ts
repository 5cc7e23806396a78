import { SystemCallError } from '../errors.js';
import type { NetworkNamespace } from '../netns/namespace.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';
import { giveTo } from './copies.js';
import type { Devices } from './devices.js';
import { type BindRequest, familyOf, type RequestOptions } from './predict.js';

/** What came of the calls of a request in a namespace: that all worked, or which failed. */
export type Answer =
  | { readonly result: 'works' }
  | { readonly result: 'fails'; readonly call: 'bind' | 'listen' | 'connect'; readonly code: string };

/** The options that are given: `undefined` stands for the default. */
function given(options: RequestOptions): OptionValues {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function callOf({ syscall }: SystemCallError): 'bind' | 'listen' | 'connect' {
  return syscall === 'listen' || syscall === 'connect' ? syscall : 'bind';
}

/** Makes the calls of a request on a socket of its own, which is closed again. */
export function ask(namespace: NetworkNamespace, request: BindRequest, devices: Devices): Answer {
  const { protocol, address, port, listen, connect, options = {}, interfaceIndex = 0, uid } = request;
  const device = devices.nameOf(interfaceIndex);
  const binds = address !== undefined || port !== undefined || !(listen === true || connect !== undefined);
  return namespace.run((): Answer => {
    using socket = Socket.open({
      family: familyOf(request),
      type: protocol === 'tcp' ? 'stream' : 'dgram',
      options: { ...given(options), ...(device !== undefined && { SO_BINDTODEVICE: device }) },
    });
    if (uid !== undefined && options.SO_REUSEPORT === true) giveTo(socket, uid);
    try {
      if (binds) socket.bind({ ...(address !== undefined && { address }), port: port ?? 0 });
      if (listen === true) socket.listen();
      // What fails for want of a port fails at once.
      if (connect !== undefined) socket.tryConnect(connect);
      return { result: 'works' };
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return { result: 'fails', call: callOf(error), code: error.code };
    }
  });
}

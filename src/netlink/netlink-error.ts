import { SystemCallError, type ErrorContext } from '../errors.js';

/**
 * A netlink request the kernel refused. The system calls that carried it went through: the refusal came back as a
 * message, so `syscall` is the name of the request, as `RTM_NEWADDR` or `SOCK_DESTROY`.
 */
export class NetlinkError extends SystemCallError {
  /** The kernel's own sentence (`NLMSGERR_ATTR_MSG`), where it gave one. */
  declare readonly kernelMessage?: string;

  constructor(errno: number, request: string, context: ErrorContext = {}, kernelMessage?: string) {
    super(errno, request, context);
    this.name = 'NetlinkError';
    if (kernelMessage !== undefined) {
      this.kernelMessage = kernelMessage;
      this.message += ` (${kernelMessage})`;
    }
  }
}

/** An answer that breaks the format, or that never came. It is a fault of the kernel's side, or of this decoder. */
export class NetlinkProtocolError extends Error {
  /** For a `switch`: names the error. */
  readonly code = 'ERR_NETLINK_PROTOCOL';

  constructor(message: string) {
    super(message);
    this.name = 'NetlinkProtocolError';
  }
}

export type * from './address.js';
export { formatAddress, isLoopback, isWildcard, unmapped } from './address.js';
export { SystemCallError, TimeoutError, UsageError, type UsageErrorCode } from './errors.js';
export type { MessageFlag } from './socket/flags.js';
export type { ControlMessage, Credentials } from './socket/messages.js';
export type { WaitOptions } from './socket/readiness.js';
export type { AddressInput, Family } from './socket/sockaddr.js';
export { type ListenOptions, type OpenOptions, type Protocol, Socket, type SocketType } from './socket/socket.js';
export type {
  BatchMessage,
  BatchOptions,
  BatchReceived,
  Payload,
  ReceivedMessage,
  RecvMessageOptions,
  RecvOptions,
  SendMessage,
  SendOptions,
  TransferOptions,
} from './socket/transfer.js';
export type { SocketFilter, SocketQuery } from './netlink/filter.js';
export type { SocketRow, SocketTimer } from './netlink/inet-diag.js';
export { listSockets } from './netlink/sock-diag.js';
export type { SocketState } from './netlink/state.js';
export { NetworkNamespace } from './netns/namespace.js';
export { type NamespaceAccess, namespacesAvailable, reexecInUserNamespace } from './netns/user-namespace.js';
export { catalog } from './options/catalog.js';
export { diffSnapshots, type SnapshotDiff } from './options/snapshot.js';
export type * from './options/spec.js';
export { supports } from './options/supports.js';
export type { TcpInfo, TcpState } from './options/tcp-info.js';
export type {
  OptionName,
  OptionSnapshot,
  OptionValue,
  OptionValues,
  RawOption,
  RawRead,
  ReadableOption,
  SettableOption,
} from './options/types.js';

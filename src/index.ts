export type * from './address.js';
export { formatAddress, isLoopback, isWildcard, unmapped } from './address.js';
export { SystemCallError, TimeoutError, UsageError, type UsageErrorCode } from './errors.js';
export type { CallPrediction, ExistingSocket, Known, SharingOptions } from './explain/conflict.js';
export type { Attachable } from './explain/attach.js';
export type { Explanation, ExplainOptions } from './explain/explain.js';
export type { Finding, TriedCure } from './explain/finding.js';
export type { UnixExplanation, UnixRequest } from './explain/unix.js';
export type { HeldUnixSocket } from './explain/unix-place.js';
export { explain } from './explain/index.js';
export type { HeldSocket, Unseen } from './explain/held.js';
export { explanationWords } from './explain/say.js';
export { explanationText } from './explain/text.js';
export type { ExplanationWords } from './explain/words.js';
export type { Language } from './languages.js';
export type { Trial } from './explain/trial.js';
export {
  type BindRequest,
  type Machine,
  predictBind,
  type Prediction,
  type RequestOptions,
} from './explain/predict.js';
export {
  type Cure,
  type CureAction,
  type CureNeeds,
  type DecidedCall,
  type Rule,
  type RuleId,
  type RuleOutcome,
  rules,
  type UnpredictableId,
  unpredictables,
} from './explain/rules.js';
export { ConnectError } from './handles/attempts.js';
export { bindDatagram, type BindDatagramOptions } from './handles/bind-datagram.js';
export {
  connect,
  type ConnectOptions,
  type InternetConnectOptions,
  type UnixConnectOptions,
} from './handles/connect.js';
export { type ConnectionRequest, type Connector, connector, type ConnectorOptions } from './handles/connector.js';
export {
  createConnection,
  type CreateConnectionOptions,
  type LaterConnectOptions,
} from './handles/create-connection.js';
export { type BoundSocket, fdOf, type OptionTarget } from './handles/fd-of.js';
export type { BindPlace } from './handles/bound.js';
export { listen, type ServeOptions, type ServerListenOptions } from './handles/listen.js';
export { getOption, getOptions, setOption, setOptions } from './handles/options.js';
export {
  type ConnectionPreset,
  type InternetPresetSettings,
  presetOptions,
  type PresetSettings,
  type UnixPresetSettings,
} from './handles/preset.js';
export {
  type PortReservation,
  type ReservationListenOptions,
  type ReserveOptions,
  reservePort,
} from './handles/reserve.js';
export type { MessageFlag } from './socket/flags.js';
export type {
  ControlMessage,
  Credentials,
  DeviceMemory,
  ErrorOrigin,
  ExtendedError,
  ExtensionHeader,
  HeaderField,
  PacketAuxiliaryData,
  PacketInfo6,
  PacketStatus,
  ReceivedControlMessage,
  SendControlMessage,
} from './socket/messages.js';
export type { Payload } from './socket/payload.js';
export type { PollEvent } from './socket/poll.js';
export type { WaitOptions } from './socket/wait-queue.js';
export type { EncodedAddress } from './socket/encoded-address.js';
export { type AddressInput, encodeAddress, type RawAddress, type UnspecifiedAddress } from './socket/sockaddr.js';
export type { ConnectProgress } from './socket/connecting.js';
export type { ListenOptions } from './socket/listening.js';
export type { AdoptOptions, OpenOptions, Protocol, SocketType } from './socket/open.js';
export { Socket } from './socket/socket.js';
export { type BatchMessage, MessageBatch, type MessageBatchOptions, type ReceivedMessage } from './socket/batch.js';
export type { BatchOptions, BatchReceived, SendBatchOptions } from './socket/batch-transfer.js';
export type { RecvMessageOptions, RecvOptions, SendMessage, SendOptions, TransferOptions } from './socket/transfer.js';
export { ifIndexToName, ifNameToIndex } from './socket/interface-name.js';
export { lookUpSocket, type LookUpTarget } from './netlink/look-up-socket.js';
export { destroySocket } from './netlink/destroy-socket.js';
export type { SocketFilter, SocketQuery } from './netlink/filter.js';
export type { InetDetails, InetProtocol, SocketRow, SocketTimer, TimerKind } from './netlink/inet-diag.js';
export { NetlinkError, NetlinkProtocolError } from './netlink/netlink-error.js';
export type { AddressSettings, LinkSettings, NeighbourSettings, RouteSettings } from './netlink/route.js';
export type { Link, LinkAddress, Route } from './netlink/rtnetlink.js';
export { listSockets, type UnixSocketQuery } from './netlink/sock-diag.js';
export { listSocketColumns, type SocketColumns } from './netlink/socket-columns.js';
export type { SocketState } from './netlink/state.js';
export type { UnixSocketRow } from './netlink/unix-diag.js';
export {
  type AwaitedState,
  StateTimeoutError,
  type StateTarget,
  type StateWaitOptions,
  waitForState,
} from './netlink/wait-for-state.js';
export { NamespaceLostError, NetworkNamespace, type VethSettings } from './netns/namespace.js';
export { type NamespaceAccess, namespacesAvailable, reexecInUserNamespace } from './netns/user-namespace.js';
export { withDescriptorOf } from './proc/borrow.js';
export { findOwners, type OwnerSearch, type SocketOwner, type UnseenOwner } from './proc/owner.js';
export { catalog } from './options/catalog.js';
export { levels } from './options/resolve.js';
export { congestionStates, tcpStates } from './options/tcp-info.js';
export { tcpInfoFields } from './options/tcp-info-fields.js';
export { diffSnapshots, type SnapshotDiff, type SnapshotOptions } from './options/snapshot.js';
export type * from './options/enums.js';
export type { Kind } from './options/kinds.js';
export type { SocketKind } from './options/socket-kinds.js';
export type * from './options/spec.js';
export { supports } from './options/supports.js';
export type { CongestionState, TcpState } from './options/tcp-info.js';
export type {
  OptionInput,
  OptionName,
  OptionSnapshot,
  OptionValue,
  OptionValues,
  RawOption,
  RawRead,
} from './options/types.js';
export type * from './options/values.gen.js';

export { type ActivatedSocket, activatedSockets, type Notification, notifyManager } from './activation.js';
export {
  type Drain,
  Handover,
  type HandoverListenOptions,
  type HandoverSettings,
  openHandover,
} from './handover.js';
export { track } from './connections.js';
export { drain, type Drained, type DrainSettings } from './drain.js';
export { onDrain } from './on-drain.js';
export { profile, type ProfileName, type ProfileRow, profileRows, type ProfileSettings } from './profile.js';
export {
  type BalanceRow,
  joinReuseport,
  type Left,
  reuseportBalance,
  ReuseportMember,
  type ReuseportOptions,
  type Steering,
} from './reuseport.js';
export { Supervisor, type SupervisorEvent, type SupervisorSettings } from './supervisor.js';
export {
  type SocketNumbers,
  SocketWatch,
  type SocketWarning,
  watchSockets,
  type WatchSettings,
} from './watch.js';

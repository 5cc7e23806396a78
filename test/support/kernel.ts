import { listSockets } from '../../src/netlink/sock-diag.js';
import { english } from '../../src/lab/draw/report-words.js';
import { destroyLacking } from '../../src/lab/run/needs.js';
import { Socket } from '../../src/socket/socket.js';

function listsBound(): boolean {
  if (process.platform !== 'linux') return false;
  using socket = Socket.open().bind({ address: '127.0.0.1' });
  return listSockets({ localPort: socket.getsockname().port }).length > 0;
}

/** Whether sock_diag lists a TCP socket that is only bound: Linux 6.8. */
export const listsBoundOnly = listsBound();
export const lacksBoundOnly = 'Linux 6.8 lists sockets that are only bound';

function destroyReason(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  const why = destroyLacking();
  return why && english.notRun(why);
}

/** Why the kernel destroys no socket; `undefined` where it does. */
export const noDestroy = destroyReason();

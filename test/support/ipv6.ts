import { SystemCallError } from '../../src/errors.js';
import { Socket } from '../../src/socket/socket.js';

function available(): boolean {
  try {
    using socket = Socket.open({ family: 'IPv6' });
    socket.bind({ address: '::1' });
    return true;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}

/** Whether this host has the IPv6 loopback; tests that need it name it in their titles where they are skipped. */
export const withoutIPv6 = !available();
export const needsIPv6 = withoutIPv6 ? ' (skipped: no IPv6 here)' : '';

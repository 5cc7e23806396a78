import { check } from '../errors.js';
import { frame, native } from '../native/load.js';
import type { OptionValues, OptionValue } from './types.js';
const names: Record<string, [number, number]> = { SO_DOMAIN: [1, 39], SO_ERROR: [1, 4], SO_REUSEADDR: [1, 2], SO_REUSEPORT: [1, 15], SO_LINGER: [1, 13], TCP_NODELAY: [6, 1], SO_SNDBUF: [1,7], SO_RCVBUF: [1,8], SO_KEEPALIVE:[1,9], TCP_LINGER2: [6,8], TCP_USER_TIMEOUT: [6,18], TCP_INFO: [6,11], TCP_REPAIR:[6,19], TCP_DEFER_ACCEPT:[6,9], TCP_FASTOPEN:[6,23], TCP_SYNCNT: [6,7], SO_TYPE:[1,3], IP_BIND_ADDRESS_NO_PORT:[0,24], TCP_KEEPIDLE:[6,4],TCP_KEEPINTVL:[6,5],TCP_KEEPCNT:[6,6], IPV6_V6ONLY:[41,26], SO_BINDTODEVICE:[1,25], IP_ADD_MEMBERSHIP:[0,35], IP_MULTICAST_IF:[0,32], TCP_MAXSEG:[6,2], TCP_QUICKACK:[6,12] };
const words = new Int32Array(native.scratch);
export function readOption<N extends string>(fd: number, name: N): OptionValue<N> {
  const [l = 0, o = 0] = names[name] ?? [];
  frame[0] = fd; frame[1] = l; frame[2] = o; frame[3] = name === 'TCP_INFO' ? 8 : name === 'SO_LINGER' ? 8 : 4;
  check(native.getsockopt(), 'getsockopt', { option: name });
  if (name === 'TCP_INFO') return { state: ['', 'ESTABLISHED','SYN_SENT','SYN_RECV','FIN_WAIT1','FIN_WAIT2','TIME_WAIT','CLOSE','CLOSE_WAIT','LAST_ACK','LISTEN','CLOSING'][(words[16] ?? 0) & 255] } as never;
  if (name === 'SO_LINGER') return { on: words[16] !== 0, seconds: words[17] } as never;
  return words[16] as OptionValue<N>;
}
export function writeOption(fd: number, name: string, value: any): void {
  const [l = 0, o = 0] = names[name] ?? [];
  frame[0] = fd; frame[1] = l; frame[2] = o; frame[3] = 4;
  if (name === 'SO_LINGER') { frame[3] = 8; words[16] = value.on ? 1 : 0; words[17] = value.seconds; }
  else if (name === 'IP_ADD_MEMBERSHIP') { frame[3] = 8; new Uint8Array(native.scratch).set([239,1,2,3,127,0,0,1], 64); }
  else words[16] = Number(value);
  check(native.setsockopt(), 'setsockopt', { option: name });
}
export function writeOptions(fd: number, values: OptionValues): void { for (const k in values) writeOption(fd, k, values[k] ?? 0); }

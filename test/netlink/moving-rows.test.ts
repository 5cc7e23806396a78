import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { littleEndian } from '../../src/options/memory.js';
import { compileFilter, type SocketFilter } from '../../src/netlink/filter.js';
import { inetMessageSize } from '../../src/netlink/inet-diag.js';
import { HeaderFlag, MessageType } from '../../src/netlink/message.js';
import { inetRows } from '../../src/netlink/sock-diag.js';
import { done, int32, type Part, scripted } from '../support/netlink-script.js';

interface Fields {
  readonly state: number;
  readonly family?: number;
  readonly localPort?: number;
  readonly inode?: number;
}

const [ESTABLISHED, FIN_WAIT2, TIME_WAIT, CLOSE] = [1, 5, 6, 7];

/** A row of SOCK_DIAG_BY_FAMILY with a struct inet_diag_msg of a socket. */
function row({ state, family = 2, localPort = 8080, inode = 0 }: Fields): Part {
  const bytes = new Uint8Array(inetMessageSize);
  const view = new DataView(bytes.buffer);
  bytes.set([family, state]);
  view.setUint16(4, localPort);
  view.setUint32(68, inode, littleEndian);
  return { type: 20, flags: HeaderFlag.MULTI, parts: [bytes] };
}

function listed(filter: SocketFilter, ...dumps: readonly (readonly Part[])[]): { states: string[]; dumps: number } {
  const { exchange, sent } = scripted(...dumps.map((rows) => [[...rows, done]]));
  const states = inetRows(exchange, compileFilter({ family: 'IPv4', ...filter })).map(({ state }) => state);
  return { states, dumps: sent.length };
}

// Rows as a kernel was seen to send them that listed connections while others closed them.
describe('a socket that moves while the table is read', () => {
  const ended = row({ state: CLOSE });

  test('and has ended is looked for again, for its TIME_WAIT', () => {
    const timeWait = row({ state: TIME_WAIT });
    const other = row({ state: ESTABLISHED, inode: 9 });
    expect(listed({}, [other, ended], [other, timeWait])).toEqual({ states: ['ESTABLISHED', 'TIME_WAIT'], dumps: 2 });
  });

  test('and has lost its port as it ended is no bound socket', () => {
    expect(listed({}, [row({ state: CLOSE, localPort: 0, inode: 9 })], [])).toEqual({ states: [], dumps: 2 });
  });

  test('is left out in the end where some end in every dump', () => {
    const alive = row({ state: ESTABLISHED, inode: 9 });
    const busy = new Array<readonly Part[]>(20).fill([ended, alive]);
    expect(listed({}, ...busy)).toEqual({ states: ['ESTABLISHED'], dumps: 4 });
  });

  test('is left out where it has left the states asked for', () => {
    const rows = [row({ state: FIN_WAIT2 }), row({ state: TIME_WAIT }), row({ state: CLOSE, inode: 9 })];
    expect(listed({ state: 'FIN_WAIT2' }, rows)).toEqual({ states: ['FIN_WAIT2'], dumps: 1 });
    expect(listed({}, rows)).toEqual({ states: ['FIN_WAIT2', 'TIME_WAIT', 'BOUND'], dumps: 1 });
  });

  test('has no meaning in UDP, where CLOSE is the state of a socket that is not connected', () => {
    expect(listed({ protocol: 'udp' }, [ended])).toEqual({ states: ['CLOSE'], dumps: 1 });
  });
});

describe('TCP sockets of every family', () => {
  const refused = (errno: number): Part => ({ type: MessageType.ERROR, parts: [int32(errno), new Uint8Array(16)] });

  test('are asked for at once, IPv4 first in the answer', () => {
    const rows = [row({ state: ESTABLISHED, family: 10, inode: 9 }), row({ state: ESTABLISHED, inode: 9 })];
    const { exchange, sent } = scripted([[...rows, done]]);
    expect(inetRows(exchange, compileFilter({})).map(({ family }) => family)).toEqual(['IPv4', 'IPv6']);
    expect(sent).toHaveLength(1);
  });

  test('are asked for one family after the other where there is no request for all', () => {
    const one = row({ state: ESTABLISHED, inode: 9 });
    const { exchange, sent } = scripted([[refused(-constants.errno.EOPNOTSUPP)]], [[one, done]], [[done]]);
    expect(inetRows(exchange, compileFilter({}))).toHaveLength(1);
    expect(sent).toHaveLength(3);
  });

  test('are not asked for again where the kernel refuses', () => {
    const { exchange, sent } = scripted([[refused(-constants.errno.EPERM)]]);
    expect(() => inetRows(exchange, compileFilter({}))).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(sent).toHaveLength(1);
  });
});

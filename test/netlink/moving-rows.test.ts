import { describe, expect, test } from 'vitest';
import { littleEndian } from '../../src/options/memory.js';
import { compileFilter, type SocketFilter } from '../../src/netlink/filter.js';
import { inetMessageSize } from '../../src/netlink/inet-diag.js';
import { HeaderFlag } from '../../src/netlink/message.js';
import { inetRows } from '../../src/netlink/sock-diag.js';
import { done, type Part, scripted } from '../support/netlink-script.js';

interface Fields {
  readonly state: number;
  readonly localPort?: number;
  readonly inode?: number;
}

const [ESTABLISHED, FIN_WAIT2, TIME_WAIT, CLOSE] = [1, 5, 6, 7];

/** A row of SOCK_DIAG_BY_FAMILY with a struct inet_diag_msg of an IPv4 socket. */
function row({ state, localPort = 8080, inode = 0 }: Fields): Part {
  const bytes = new Uint8Array(inetMessageSize);
  const view = new DataView(bytes.buffer);
  bytes.set([2, state]);
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

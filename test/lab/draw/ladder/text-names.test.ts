import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { unitsOf } from '../../../../src/lab/draw/ladder/columns.js';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { textOf } from '../../../../src/lab/draw/ladder/label.js';
import { ladderText } from '../../../../src/lab/draw/ladder/text.js';
import type { Trace } from '../../../../src/lab/record/trace.js';
import { plainClose, threeHosts } from '../../../support/traces.js';

/** Without the head, which ends with an empty line. */
function body(trace: Trace): string[] {
  const lines = stripVTControlCharacters(ladderText(trace)).split('\n');
  return lines.slice(lines.indexOf('') + 1);
}

describe('the text of', () => {
  const chinese: Trace = {
    ...threeHosts,
    title: '用 SO_LINGER 关闭连接',
    hosts: threeHosts.hosts.map((host, index) => ({ ...host, name: ['客户端', '代理', '服务器'][index] ?? '' })),
    calls: [{ atMs: 0.1, endMs: 0.2, host: '代理', call: 'accept()', result: 'ok', failed: false }],
    segments: [],
    states: [],
    marks: [
      { atMs: 1, text: '用 SO_LINGER 关闭连接：这一行有很多很多字，看看它会不会超过八十列的终端宽度，或者被切断了。' },
    ],
  };

  test('letters that are two columns wide: lines stand below one another, and break between letters', () => {
    expect(body(chinese).slice(0, 6)).toEqual([
      '        客户端                           代理                             服务器',
      '        192.168.0.1                   192.168.0.2                    192.168.0.3',
      '                                                                        scripted',
      '0.10 ms |                                  | accept() = ok                     |',
      '1.00 ms == 用 SO_LINGER 关闭连接：这一行有很多很多字，看看它会不会超过八十列 ===',
      '        ====================== 的终端宽度，或者被切断了。 ======================',
    ]);
  });

  test('a mark over a letter takes no column', () => {
    const [call] = threeHosts.calls;
    const calls = call === undefined ? [] : [{ ...call, call: 'cafe\u0301()' }];
    const line = body({ ...threeHosts, calls, segments: [], states: [] }).find((one) => one.includes('caf'));
    expect(line).toBe('0.10 ms | cafe\u0301() = ok                      |                                   |');
  });

  test('of what is no call the result stands behind a colon', () => {
    const calls = plainClose.calls.slice(0, 1).map((call) => ({ ...call, host: 'client', call: 'eth0 down' }));
    expect(body({ ...plainClose, calls, segments: [], states: [], marks: [] })[2]).toContain('| eth0 down: ok ');
  });

  test('a socket with the name of another host, and a link where there are several', () => {
    const [one] = threeHosts.calls.slice(2);
    const { socket: _, ...own } = one ?? { atMs: 0, endMs: 0, host: '', result: '', failed: false };
    const calls = [
      { ...own, socket: 'client', call: 'close()' },
      { ...own, socket: 'proxy', call: 'close()' },
      { ...own, call: 'eth0 down' },
      { ...own, call: 'eth1 up' },
      { ...own, call: 'eth2 up' },
    ];
    const hosts = threeHosts.hosts.map((host) => ({ ...host, scripted: false }));
    const texts = (trace: Trace): string[] =>
      body({ ...trace, calls, segments: [], states: [] })
        .slice(2)
        .map((line) => line.split('|')[2]?.trim() ?? '')
        .filter((text) => text !== '');
    const sockets = ['socket client: close() = ok', 'proxy: close() = ok'];
    expect(texts({ ...threeHosts, hosts })).toEqual([
      ...sockets,
      'eth0 to client down: ok',
      'eth1 to server up: ok',
      'eth2 up: ok',
    ]);
    // Whom a scripted host is joined to, no trace tells.
    expect(texts(threeHosts)).toEqual([...sockets, 'eth0 down: ok', 'eth1 up: ok', 'eth2 up: ok']);
  });

  test('the same names stand in the picture', () => {
    const calls = threeHosts.calls
      .slice(2)
      .map((call) => ({ ...call, socket: call.host === 'proxy' ? 'client' : 'one' }));
    const shown = layoutOf({ ...threeHosts, calls: [...threeHosts.calls.slice(0, 2), ...calls] }).labels.map(textOf);
    expect(shown.filter((text) => text.startsWith('socket client:'))).toHaveLength(2);
  });

  test('lines break between wide letters, but not before a closing mark or behind an opening one', () => {
    expect(unitsOf('用SO_LINGER关闭，（好）')).toEqual(['用', 'SO_LINGER', '关', '闭，', '（好）']);
    expect(unitsOf('e\u0301a')).toEqual(['e\u0301a']);
  });
});

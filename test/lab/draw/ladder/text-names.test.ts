import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { unitsOf } from '../../../../src/lab/draw/text/columns.js';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { textOf } from '../../../../src/lab/draw/ladder/label.js';
import { ladderText } from '../../../../src/lab/draw/ladder/text.js';
import type { LinkEvent } from '../../../../src/lab/record/event.js';
import type { Trace } from '../../../../src/lab/record/trace.js';
import { plainClose, threeHosts } from '../../../support/traces.js';
import { call, mark } from '../../../support/events.js';

/** Without the head, which ends with an empty line. */
function body(trace: Trace): string[] {
  const lines = stripVTControlCharacters(ladderText(trace)).split('\n');
  return lines.slice(lines.indexOf('') + 1);
}

function linkChange(more: Pick<LinkEvent, 'change' | 'link' | 'to'>, host = 'client'): LinkEvent {
  return { kind: 'link', atMs: 0.1, endMs: 0.1, host, outcome: { ok: true }, ...more };
}

describe('the text of', () => {
  const chinese: Trace = {
    ...threeHosts,
    title: '用 SO_LINGER 关闭连接',
    hosts: threeHosts.hosts.map((host, index) => ({ ...host, name: ['客户端', '代理', '服务器'][index] ?? '' })),
    events: [
      call(0.1, '代理', 'accept()'),
      mark(1, '用 SO_LINGER 关闭连接：这一行有很多很多字，看看它会不会超过八十列的终端宽度，或者被切断了。'),
    ],
    segments: [],
    states: [],
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
    const events = [call(0.1, 'client', 'cafe\u0301()')];
    const line = body({ ...threeHosts, events, segments: [], states: [] }).find((one) => one.includes('caf'));
    expect(line).toBe('0.10 ms | cafe\u0301() = ok                      |                                   |');
  });

  test('of what is no call the result stands behind a colon', () => {
    const events = [linkChange({ link: 'eth0', change: 'down' })];
    expect(body({ ...plainClose, events, segments: [], states: [] })[2]).toContain('| eth0 down: ok ');
  });

  test('a socket with the name of another host, and a link where there are several', () => {
    const events = [
      call(0.1, 'proxy', 'close()', 'ok', { actor: 'client' }),
      call(0.1, 'proxy', 'close()', 'ok', { actor: 'proxy' }),
      linkChange({ link: 'eth0', to: 'client', change: 'down' }, 'proxy'),
      linkChange({ link: 'eth1', to: 'server', change: 'up' }, 'proxy'),
      linkChange({ link: 'eth2', change: 'up' }, 'proxy'),
    ];
    const texts = body({ ...threeHosts, events, segments: [], states: [] })
      .slice(2)
      .map((line) => line.split('|')[2]?.trim() ?? '')
      .filter((text) => text !== '');
    expect(texts).toEqual([
      'socket client: close() = ok',
      'proxy: close() = ok',
      'eth0 to client down: ok',
      'eth1 to server up: ok',
      'eth2 up: ok',
    ]);
  });

  test('the same names stand in the picture', () => {
    const events = threeHosts.events.map((event, index) =>
      index < 2 || event.kind !== 'call' ? event : { ...event, actor: event.host === 'proxy' ? 'client' : 'one' },
    );
    const shown = layoutOf({ ...threeHosts, events }).labels.map(textOf);
    expect(shown.filter((text) => text.startsWith('socket client:'))).toHaveLength(2);
  });

  test('lines break between wide letters, but not before a closing mark or behind an opening one', () => {
    expect(unitsOf('用SO_LINGER关闭，（好）')).toEqual(['用', 'SO_LINGER', '关', '闭，', '（好）']);
    expect(unitsOf('e\u0301a')).toEqual(['e\u0301a']);
  });
});

import { pairRows } from '../bind/conflicts.zh.js';
import type { TextsById } from '../case-texts.js';
import { stateRows } from '../closing/states.zh.js';
import { sharingRows } from '../reuse/sharing.zh.js';
import type { RowTexts } from '../row-texts.js';

function of(id: string, rows: RowTexts): RowTexts {
  return Object.fromEntries(Object.entries(rows).map(([name, text]) => [`${id}: ${name}`, `${id}：${text}`]));
}

const rows: RowTexts = {
  ...of('C7', pairRows.C7),
  ...of('C8', pairRows.C8),
  ...of('C9', pairRows.C9),
  ...of('C10', pairRows.C10),
  ...of('G1', {
    'restart on ANY without the option': '不设选项，在 ANY 上重启',
    'restart on ANY with the option': '设了选项，在 ANY 上重启',
  }),
  ...of('S12', { 'restart on A': '在 A 上重启', 'restart on B': '在 B 上重启' }),
  ...of('C19', stateRows),
  ...of('S13', sharingRows),
};

export const sameRulesTexts: TextsById = {
  V1: {
    title: '同样的情形，换成 IPv6',
    claim: '文章对 IPv4 地址的说法，换成 IPv6 地址结果一样。',
    laws: [
      'IPv6 地址和 IPv4 地址遵守同样的规则：通配地址、两个地址、SO_REUSEADDR、SO_REUSEPORT、监听套接字，以及老连接的每种状态，结果都一样，TCP、UDP 都是。',
    ],
    advice: '两者用同一条规则：每个 TCP 服务器都设 SO_REUSEADDR。IPv4 和 IPv6 碰到同一个端口时，看 V2 和 V3。',
    labels: { IPv4: 'IPv4', IPv6: 'IPv6', alike: '一样' },
    rows,
  },
};

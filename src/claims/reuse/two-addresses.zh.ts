import type { TextsById } from '../case-texts.js';
import { combined, same } from '../row-texts.js';

export const twoAddressesTexts: TextsById = {
  S20: {
    title: '一台主机的两个地址用同一个端口，要设哪个选项',
    claim: '要让一台主机两个地址上的服务器用同一个端口，得设选项：讲义说是 SO_REUSEADDR，读者说是 SO_REUSEPORT。',
    laws: [
      '什么选项都不用设：一台主机不同地址上的两个套接字从不冲突，两个选项设不设都一样。',
      '两个套接字都要设 SO_REUSEADDR 或 SO_REUSEPORT。',
    ],
    advice:
      '每个服务器绑定自己的地址，为此哪个选项都不用设。SO_REUSEADDR 是用来重启的，SO_REUSEPORT 是让几个套接字用同一个地址的。',
    rows: combined(same('TCP', 'UDP'), { 'no option': '不设选项', ...same('SO_REUSEADDR', 'SO_REUSEPORT') }),
  },
};

import type { TextsById } from '../case-texts.js';
import { combined, same } from '../row-texts.js';

export const anyAddressTexts: TextsById = {
  C24: {
    title: '绑定通配地址的套接字占有哪些地址',
    claim: '绑定通配地址，就是绑定主机那一刻拥有的每个地址：主机有 192.168.0.1 和 10.0.0.1，就绑定这两个。',
    laws: [
      '绑定通配地址的套接字占有主机的全部地址，包括 127.0.0.0/8 和后来添加的地址。别的套接字在其中任何一个地址上都不能绑定它的端口。',
      '绑定通配地址的套接字，只占有主机在 bind() 时拥有的地址。',
    ],
    advice:
      '如果不想服务新添加的地址，就绑定具体的地址：绑定通配地址的服务器，也会应答 VPN 或容器后来添加的地址，还让别人不能在那里绑定。',
    labels: { reached: '能连到这个套接字', bind: '别的套接字在那里 bind()' },
    rows: combined(same('TCP', 'UDP'), {
      ...same('A', 'B', '127.0.0.1'),
      'an address added after bind': 'bind 之后添加的地址',
      'an address removed and added again': '去掉又重新添加的地址',
    }),
  },
};

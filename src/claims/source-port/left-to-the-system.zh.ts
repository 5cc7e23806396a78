import type { TextsById } from '../case-texts.js';

export const leftToTheSystemTexts: TextsById = {
  C21: {
    title: '把源端口交给系统选择',
    claim: '客户端把源端口交给系统选择，就不会受自己处于 TIME_WAIT 的连接妨碍：它会得到另一个四元组。',
    laws: [
      '系统选的端口带来新的四元组，直到所有端口都处于 TIME_WAIT：这时 connect() 以 EADDRNOTAVAIL 失败。固定的端口在 bind() 里以 EADDRINUSE 失败；设了 SO_REUSEADDR，则重新使用老的四元组。',
    ],
    advice:
      '端口让系统去选，连接要保持住。对同一个目的地每秒新建超过大约 470 个连接，默认范围 32768 到 60999 在第一个 TIME_WAIT 到期之前就用完了。',
    labels: { result: '结果', fourTuple: '四元组' },
    rows: {
      'the port left to the system': '端口由系统选',
      'the port left to the system, and all of its ports in TIME_WAIT': '端口由系统选，而所有端口都处于 TIME_WAIT',
      'a fixed port, without the option': '固定的端口，不设选项',
      'a fixed port, with SO_REUSEADDR': '固定的端口，设了 SO_REUSEADDR',
    },
  },
};

import type { LinkEvent } from '../record/event.js';
import { icmpChinese } from './icmp-names.zh.js';
import type { LinkSaid, RunWords } from './run-words.js';

const changes: Readonly<Record<LinkEvent['change'], string>> = {
  up: '接通',
  down: '断开',
  vanishes: '消失',
  'is back': '又回来了',
  muted: '发不出去',
  unmuted: '又能发出去了',
  delays: '变慢',
  loses: '会丢',
  'delays some': '会推迟一些报文段',
  duplicates: '会重复',
  reorders: '会打乱顺序',
  injects: '插入报文段',
  'loses nothing': '不再丢',
};

function segments({ times, from }: LinkSaid): string {
  return `${from === undefined ? '' : ` ${from} 的`}${times === undefined ? '报文段' : ` ${times} 个报文段`}`;
}

function link(event: LinkSaid): string {
  const { change, to = '对端', from, delayMs = 0 } = event;
  switch (change) {
    case 'up':
    case 'down':
      return `${event.link} ${changes[change]}`;
    case 'muted':
      return `发给 ${to} 的都会丢`;
    case 'unmuted':
      return `又能发到 ${to}`;
    case 'delays':
      return `到 ${to} 的链路延迟 ${delayMs} ms`;
    case 'loses':
      return `到 ${to} 的链路会丢${segments(event)}`;
    case 'delays some':
      return `到 ${to} 的链路会把${segments(event)}推迟 ${delayMs} ms`;
    case 'duplicates':
      return `到 ${to} 的链路会把${segments(event)}送两次`;
    case 'reorders':
      return `到 ${to} 的链路会把${segments(event)}放到下一个之后`;
    case 'injects':
      return `插入冒充 ${from ?? ''} 的 ${event.flags?.join(' ') ?? '报文段'}`;
    case 'loses nothing':
      return `到 ${to} 的链路不再丢报文段`;
    case 'vanishes':
    case 'is back':
      return changes[change];
  }
}

export const runChinese: RunWords = {
  bytes: (count) => `${count} 字节`,
  then: (first, last) => `${first}，然后 ${last}`,
  endOfStream: '流的结尾',
  notReturned: '还没有返回',
  destroyed: (count) => `去掉 ${count} 个`,
  againAndAgain: (call) => `反复 ${call}`,
  asUser: (user) => `用户 ${user}`,
  failed: '失败',
  named: (name, what) => `${name}：${what}`,

  link,
  starts: (program) => `启动 ${program}`,
  prints: (program) => `${program} 输出`,
  ended: (program) => `${program} 结束`,
  takesItsSocket: (program) => `${program} 接过套接字`,

  sends: (segment) => `发出 ${segment}`,
  gets: (segment) => `收到 ${segment}`,
  lost: '丢失',
  got: '收到',
  sent: '已发出',
  noFlags: '没有标志',
  old: '老的',
  again: '重传',
  byLink: '由链路发出',
  took: (time) => `，用了 ${time}`,

  icmp: icmpChinese,
  icmpType: (type, code) => `类型 ${type} 代码 ${code}`,
  toRouter: (address) => `改用 ${address}`,
  echoOf: (id, seq) => `id=${id} seq=${seq}`,
  about: (what) => `针对 ${what}`,

  noSockets: '没有套接字',
  mark: '标记',
  tableHead: ['状态', 'Recv-Q', 'Send-Q', '本地', '对端', '进程', '定时器'],
  tableRow: ({ state, receiveQueue, sendQueue, local, remote, held, timer }) =>
    `${state} ${local} - ${remote}，Recv-Q ${receiveQueue}，Send-Q ${sendQueue}，进程：${held}${timer === '' ? '' : `，定时器：${timer}`}`,
  held: '有',
  notHeld: '无',
  comma: '，',

  scripted: '（脚本）',
  socketNamed: (name) => `套接字 ${name}`,
  linkTo: (name, to, change) => `${name}（到 ${to}）${changes[change]}`,
  aborted: (message) => `中止：${message}`,
  segments: (count) => `${count} 个报文段`,
  packets: (count) => `${count} 个报文`,
  dataBytes: (count) => `${count} 字节`,
  sentAgain: (count) => `重传 ${count} 个`,
  lostOf: (count) => `丢失 ${count} 个`,
  calls: (count) => `${count} 次调用`,
  marks: (count) => `${count} 个标记`,
  inFileOnly: (what) => `${what}，只在抓包文件里`,
  further: (count) => `另有 ${count} 个`,
  notRecorded: (count) => `有 ${count} 个事件没有记录`,
  notDrawn: (count, _isOne, kinds) => `没有画出 ${count} 个报文：${kinds}`,
  noBand: (count, host) => `${host} 还有 ${count} 个套接字没有画出状态条`,
  missing: (count) => `缺 ${count} 个报文：内核没有地方存放它们`,
  captureLost: (count) => `抓包丢了 ${count} 个报文`,
  implied: '由报文段推断的状态，没有看到',
  dot: '一次调用：点一下可看',
  impliedMark: '~ 由报文段推断，没有看到',
  stateTitle: (state, ends, time, isSeen) =>
    `${state}：${ends.join(' 和 ')}，从 ${time} 起，${isSeen ? '看到的' : '由报文段推断'}`,

  hosts: (names) => `主机从左到右：${names}。`,
  noHosts: '无',
  calling: (host, call) => `${host} 调用 ${call}`,
  waiting: (made) => `${made}，等待`,
  returning: (call, host, result) => `${host} 的 ${call} 返回：${result}`,
  sending: (from, segment, to, isLost) => `${from} 向 ${to} 发出 ${segment}${isLost ? '，丢失' : ''}`,
  isIn: (host, state) => `${host} 处于 ${state}`,
  at: (time, what) => `${time}：${what}。`,
  moreEvents: (count) => `另有 ${count} 个事件。`,
  scriptAborted: (message) => `脚本中止：${message}`,
};

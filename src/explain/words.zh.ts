import type { Unseen } from './held.js';
import { chineseRules } from './rules.zh.js';
import { chineseTexts, chineseUnpredictables } from './texts.zh.js';
import type { Trial } from './trial.js';
import { type ExplanationWords, inEnglish } from './words.js';

/** What the errnos of these calls mean. */
const errors: Readonly<Record<string, string>> = {
  EACCES: '没有权限',
  EADDRINUSE: '地址已被使用',
  EADDRNOTAVAIL: '无法分配请求的地址',
  EAFNOSUPPORT: '不支持这个协议族的地址',
  EAGAIN: '资源暂时不可用',
  ECONNREFUSED: '连接被拒绝',
  EINVAL: '参数无效',
  EISCONN: '套接字已经连接',
  ENETUNREACH: '网络不可达',
  ENOENT: '没有这个文件或目录',
  ENOTDIR: '不是目录',
  EOPNOTSUPP: '套接字不支持这个操作',
  EPERM: '不允许',
  ETIMEDOUT: '连接超时',
};

function unseen(one: Unseen, harmless: (text: string) => string): string {
  switch (one.kind) {
    case 'no-proc':
      return '没有看到：进程，因为没有挂载 /proc。';
    case 'other-users':
      return `没有看到：其他用户的 ${one.processes} 个进程的描述符。root 看得到。`;
    case 'passed-over':
      return `没有去看：${one.processes} 个进程从 1024 开始的描述符，它们可能也持有这些套接字。`;
    case 'out-of-time':
      return `没有去看：${one.processes} 个进程的描述符，时间不够。`;
    case 'hidepid':
      return '没有看到：其他用户的进程，因为 /proc 是用 hidepid 挂载的。root 看得到。';
    case 'pid-namespace':
      return '没有看到：这个 PID 命名空间（容器）以外的进程。';
    case 'network-namespace':
      return '没有看到：套接字本身，因为它在另一个网络命名空间里，而那里没有看得到的进程。';
    case 'no-sock-diag':
      return `读自 /proc/net，因为 sock_diag 没有应答（${one.reason}）。`;
    case 'options':
      return `没有看到：${one.sockets} 个套接字的选项（${harmless(chineseTexts[one.reason] ?? one.reason)}）。`;
  }
}

function trial(one: Trial): string {
  switch (one.result) {
    case 'works':
      return one.together === undefined ? '试过：有效' : `试过：有效，新套接字还要设 ${one.together}`;
    case 'fails':
      return `试过：${one.call}() 仍然失败，${one.code}`;
    case 'not tried':
      return '';
  }
}

/** The words of explanations in Chinese. C names, names of states and commands stay as they are. */
export const inChinese: ExplanationWords = {
  rule: (id, text) => chineseRules[id] ?? text,
  told: (text) => chineseTexts[text] ?? text,
  unpredictable: (id) => chineseUnpredictables[id],
  needs: { us: '改这个程序', 'the other': '改对方程序', both: '两个程序都要改', root: '要 root', time: '只要等' },
  trial,
  cure: (text, needs, tried) => `${text}［${[needs, tried].filter(Boolean).join('；')}］`,
  notTried: (reason) => `（没有试过：${reason}）`,
  error: (code) => errors[code] ?? inEnglish.error(code),

  secondsLeft: (seconds) => `还剩 ${seconds} 秒`,
  unseenProcess: (uid) => `进程看不到${uid === undefined ? '' : `（uid ${uid}）`}`,
  notAccepted: '还没有被 accept',
  noProcess: '没有进程',
  elsewhere: '在另一个网络命名空间里',
  more: (counts) => `…… 还有 ${counts}`,
  comma: '，',

  unixSocket: (path) => `unix 套接字 ${path}`,
  anyPortOf: (address) => `${address}（任意端口）`,
  anyPort: '任意端口',
  port: (port) => `端口 ${port}`,
  to: (where) => `到 ${where}`,
  onInterface: (index) => `在接口 ${index} 上`,
  withOptions: (names) => `（设了 ${names}）`,

  nowWorks: (call, code, target) => `${call}() 失败过：${target}，${code}；现在可以了。`,
  fails: (call, code, meaning, target) => `${call}() 失败：${target}，${code}（${meaning}）。`,
  mayFail: (call, target, why) => `${call}() 可能失败：${target}。${why}`,
  free: (target) => `空闲：没有什么挡着 ${target}。`,
  ruleHead: (id, sentence) => `规则 ${id}：${sentence}`,
  whatHelps: '怎么办：',
  alsoOfName: '同名、但不挡路的：',
  alsoOnPort: '同一个端口上、但不挡路的：',
  unseen,

  causes: (code, count) => `${code}（${errors[code] ?? inEnglish.error(code)}）有 ${count} 种原因：`,
  causeHead: (id, protocols, calls) => `${id}（${protocols.join('、')}；${calls.join('、')}）`,
};

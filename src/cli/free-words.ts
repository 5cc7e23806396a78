import type { Language } from '../languages.js';

/** The words of `sockwise free`, besides those of sockets. */
export interface FreeWords {
  /** Before `[y/N]`. */
  readonly remove: (count: number) => string;
  readonly agreed: RegExp;
  readonly removed: (count: number) => string;
  readonly leftOnPort: string;
  readonly needsAdmin: string;
}

const english: FreeWords = {
  remove: (count) => `Remove ${count === 1 ? 'it' : `these ${count}`}?`,
  agreed: /^y(es)?$/i,
  removed: (count) => `${count} removed.`,
  leftOnPort: 'Left on the port:',
  needsAdmin: 'SOCK_DESTROY needs CAP_NET_ADMIN: run it as root',
};

const chinese: FreeWords = {
  remove: (count) => `去掉${count === 1 ? '它' : `这 ${count} 个`}吗？`,
  agreed: /^(y(es)?|是)$/i,
  removed: (count) => `去掉了 ${count} 个。`,
  leftOnPort: '端口上还有：',
  needsAdmin: 'SOCK_DESTROY 需要 CAP_NET_ADMIN：请用 root 运行',
};

/** The words of a language. */
export function freeWords(language: Language): FreeWords {
  return language === 'en' ? english : chinese;
}

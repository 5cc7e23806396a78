// `node --import sockwise/explain app.js`: every server and socket of the program that fails to bind says why in its error, in
// Chinese with SOCKWISE_LANG=zh.
import { messageOf } from '../errors.js';
import * as dgram from 'node:dgram';
import * as net from 'node:net';
import { attachIn } from './attach.js';
import { inEnglish } from './words.js';
import { inChinese } from './words.zh.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Makes `prepare` run before a method of a prototype. */
function before(prototype: object, name: string, prepare: (self: unknown, args: readonly unknown[]) => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const original = descriptor?.value as Method | undefined;
  if (original === undefined) return;
  const replacement: Method = function (...args) {
    prepare(this, args);
    return original.apply(this, args);
  };
  Object.defineProperty(replacement, 'name', { value: original.name });
  Object.defineProperty(replacement, 'length', { value: original.length });
  Object.defineProperty(prototype, name, { ...descriptor, value: replacement });
}

/** Whether connect() binds first. net.connect() passes its arguments as one array. */
function bindsFirst([first]: readonly unknown[]): boolean {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  return typeof options === 'object' && options !== null && ('localPort' in options || 'localAddress' in options);
}

try {
  // Looked up here, since that loads it, and the addon, which may be missing.
  const words = process.env['SOCKWISE_LANG'] === 'zh' ? inChinese : inEnglish;
  const prepare = attachIn.bind(undefined, words) as (self: unknown) => void;
  before(net.Server.prototype, 'listen', prepare);
  before(dgram.Socket.prototype, 'bind', prepare);
  before(net.Socket.prototype, 'connect', (self, args) => {
    if (bindsFirst(args)) prepare(self);
  });
} catch (error) {
  // The program must start all the same.
  process.emitWarning(`sockwise/explain: ${messageOf(error)}`);
}

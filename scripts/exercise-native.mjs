// Makes every call of the addon at least once, with what succeeds and what the kernel refuses, for tools that watch memory.
// Run with SOCKWISE_NATIVE naming the addon, on 64-bit Linux. It fails if a call of the addon is missing here.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const path = process.env.SOCKWISE_NATIVE;
if (path === undefined) throw new Error('SOCKWISE_NATIVE names no addon');
const addon = createRequire(import.meta.url)(path);

const called = new Set();
const native = new Proxy(addon, {
  get(target, name) {
    called.add(name);
    return target[name];
  },
});

const valueOffset = 64;
/** Of `data`: where the records of setsockopts() begin. */
const batchOffset = 65_536;
const nameSpace = 128;
const readableEvent = 1;
/** asm-generic/ioctls.h */
const fionread = 0x541b;
const frame = new Int32Array(addon.scratch, 0, valueOffset / 4);
const data = Buffer.from(addon.scratch, valueOffset);
const { AF_INET, AF_UNIX, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR, SO_RCVBUF, SCM_RIGHTS } = addon.constants;
assert.equal(typeof SCM_RIGHTS, 'number');

const loopback = Buffer.alloc(addon.layout['sizeof sockaddr_in']);
new Uint16Array(loopback.buffer, loopback.byteOffset, 1)[0] = AF_INET;
loopback.set([127, 0, 0, 1], addon.layout['sockaddr_in.sin_addr']);

function ok(result, what) {
  assert.ok(result >= 0, `${what}: ${result}`);
  return result;
}

function place(address) {
  data.set(address);
  return address.length;
}

function bound(type) {
  const fd = ok(native.socket(AF_INET, type, 0), 'socket');
  ok(native.bind(fd, place(loopback)), 'bind');
  const length = ok(native.getsockname(fd), 'getsockname');
  return { fd, address: Buffer.from(data.subarray(0, length)) };
}

async function readable({ listener, ready }, fd) {
  ok(native.watch(fd, listener, true), 'watch');
  while (!ready.has(fd)) await new Promise(setImmediate);
  assert.equal(ok(native.poll(fd, readableEvent), 'poll') & readableEvent, readableEvent);
  ok(native.unwatch(fd, listener), 'unwatch');
  ready.delete(fd);
}

async function connections(ready) {
  const listener = bound(SOCK_STREAM);
  ok(native.listen(listener.fd, 4), 'listen');
  for (const last of ['close', 'closeAsync']) {
    const client = ok(native.socket(AF_INET, SOCK_STREAM, 0), 'socket');
    native.connect(client, place(listener.address));
    await readable(ready, listener.fd);
    const server = ok(native.accept(listener.fd), 'accept');
    ok(native.getpeername(server), 'getpeername');
    assert.equal(native.send(client, Buffer.from('hello'), 0, -1), 5);
    await readable(ready, server);
    assert.equal(native.recv(server, Buffer.alloc(16), 0), 5);
    assert.equal(native.sendmsg(client, [Buffer.from('ab'), Buffer.from('c')], 0, 0, 0), 3);
    await readable(ready, server);
    assert.equal(native.recvmsg(server, [Buffer.alloc(1), Buffer.alloc(8)], 0, 256), 3);
    ok(native.shutdown(client, 1), 'shutdown');
    await readable(ready, server);
    assert.equal(native.recv(server, Buffer.alloc(16), 0), 0);
    ok(native.close(server), 'close');
    ok(await native[last](client), last);
  }
  assert.ok(native.accept(listener.fd) < 0);
  ok(native.close(listener.fd), 'close');
}

async function datagrams(ready) {
  const one = bound(SOCK_DGRAM);
  const two = bound(SOCK_DGRAM);
  assert.equal(native.send(one.fd, Buffer.from('x'), 0, place(two.address)), 1);
  await readable(ready, two.fd);
  assert.equal(native.recvfrom(two.fd, Buffer.alloc(4), 0), 1);
  assert.equal(frame[3], one.address.length);
  const names = Buffer.alloc(2 * nameSpace);
  names.set(two.address, 0);
  names.set(two.address, nameSpace);
  const size = two.address.length;
  const table = Int32Array.of(0, 3, 0, size, 0, 0, 0, 0, 3, 2, nameSpace, size, 0, 0, 0, 0);
  const none = Buffer.alloc(0);
  assert.equal(native.sendmmsg(one.fd, Buffer.from('abcde'), names, none, table, 0, 2, 0), 2);
  await readable(ready, two.fd);
  const into = [Buffer.alloc(32), 16, Buffer.alloc(2 * nameSpace), Buffer.alloc(64), 32];
  ok(native.recvmmsg(two.fd, ...into, new Int32Array(16), 2, 0), 'recvmmsg');
  lies(one.fd, two.fd, names);
  for (const { fd } of [one, two]) ok(native.close(fd), 'close');
}

const ENXIO = -6;
const EFAULT = -14;
const EINVAL = -22;

/** Lengths, offsets and objects that TypeScript never passes on: each is refused before memory is touched. */
function lies(sender, receiver, names) {
  const four = Buffer.from('abcd');
  const row = (...columns) => Int32Array.of(...columns, ...Array.from({ length: 8 - columns.length }, () => 0));
  const high = 2 ** 31 - 1;
  const rows = [
    [-1, 1],
    [0, -1],
    [0, 5],
    [4, 1],
    [high, high],
    [0, 1, -1, 16],
    [0, 1, 0, 129],
    [0, 1, names.length, 1],
    [0, 1, 0, 0, 0, 1],
    [0, 1, 0, 0, -8, 8],
  ];
  for (const columns of rows) {
    const result = native.sendmmsg(sender, four, names, Buffer.alloc(0), row(...columns), 0, 1, 0);
    assert.equal(result, EFAULT, `sendmmsg of ${columns.join(' ')}`);
  }
  for (const [first, count] of [
    [-1, 1],
    [0, 2],
    [1, 1],
    [0, -1],
    [high, high],
  ])
    assert.equal(native.sendmmsg(sender, four, names, Buffer.alloc(0), row(0, 1), first, count, 0), EFAULT);
  for (const [size, controlSize, count] of [
    [-1, 0, 1],
    [5, 0, 1],
    [high, 0, 1],
    [4, -1, 1],
    [4, 1, 1],
    [4, 0, 2],
    [4, 0, -1],
    [2, 0, 1025],
  ]) {
    const result = native.recvmmsg(receiver, four, size, names, Buffer.alloc(0), controlSize, row(0), count, 0);
    assert.equal(result, EFAULT, `recvmmsg of ${size} ${controlSize} ${count}`);
  }
  for (const length of [65_537, high, 2 ** 32 + 16, 0.5, Number.NaN].map((given) => [
    given,
    given > 65_536 && given < 2 ** 32,
  ]))
    if (length[1]) assert.equal(native.send(sender, four, 0, length[0]), EINVAL);
    else assert.ok(native.send(sender, four, 0, length[0]) < 0);
  for (const length of [-1, 65_537, high, 2 ** 32 + 16, '16', undefined]) {
    assert.ok(native.bind(sender, length) < 0);
    assert.ok(native.connect(sender, length) < 0);
  }
  for (const bytes of [undefined, null, 5, 'text', {}, [], new Uint16Array(4), new DataView(new ArrayBuffer(4))]) {
    assert.equal(native.send(sender, bytes, 0, -1), EFAULT);
    assert.equal(native.recv(receiver, bytes, 0), EFAULT);
    assert.equal(native.recvfrom(receiver, bytes, 0), EFAULT);
    // A number among the parts is so many bytes at no address, which is the kernel's to refuse.
    if (bytes !== 5) assert.equal(native.sendmsg(sender, [bytes], 0, 0, 0), EFAULT);
    if (bytes !== 5) assert.equal(native.recvmsg(receiver, [four, bytes], 0, 0), EFAULT);
    assert.equal(native.sendmmsg(sender, four, names, four, bytes, 0, 1, 0), EFAULT);
  }
  for (const [name, control] of [
    [129, 0],
    [-1, 0],
    [0, -1],
    [0, 65_536 - 127],
  ])
    assert.equal(native.sendmsg(sender, four, 0, name, control), EINVAL);
  assert.equal(native.recvmsg(receiver, four, 0, 65_536 - 127), EINVAL);
  const many = Array.from({ length: 1025 }, () => four);
  assert.equal(native.sendmsg(sender, many, 0, 0, 0), -90);
  transferring(sender);
}

/** Fetching a later part transfers the memory of an earlier one: it is looked up when nothing else can run. */
function transferring(sender) {
  const earlier = new Uint8Array(1 << 20).fill(1);
  const parts = [earlier, null];
  Object.defineProperty(parts, 1, {
    get() {
      structuredClone(earlier.buffer, { transfer: [earlier.buffer] });
      return Buffer.from('b');
    },
  });
  data.set(loopback);
  data.writeUInt16BE(9, addon.layout['sockaddr_in.sin_port']);
  assert.equal(native.sendmsg(sender, parts, 0, loopback.length, 0), 1);
}

/** A descriptor of this process goes over a Unix pair as SCM_RIGHTS and comes back as another. */
function descriptors() {
  ok(native.socketpair(AF_UNIX, SOCK_STREAM, 0), 'socketpair');
  const [left, right] = [frame[0], frame[1]];
  const control = Buffer.alloc(24);
  control.writeBigUInt64LE(20n, 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  control.writeInt32LE(left, 16);
  data.set(control, nameSpace);
  ok(native.sendmsg(left, [Buffer.from('x')], 0, 0, control.length), 'sendmsg');
  ok(native.recvmsg(right, [Buffer.alloc(4)], 0, 256), 'recvmsg');
  assert.ok(frame[1] >= 20);
  const received = data.readInt32LE(nameSpace + 16);
  ok(native.own(received), 'own');
  ok(native.disown(received), 'disown');
  ok(native.own(received), 'own');
  for (const fd of [left, right, received]) ok(native.close(fd), 'close');
}

function options() {
  const { fd } = bound(SOCK_DGRAM);
  const ask = (...values) => frame.set([fd, SOL_SOCKET, ...values]);
  data.writeInt32LE(1);
  ask(SO_REUSEADDR, 4);
  ok(native.setsockopt(), 'setsockopt');
  ask(SO_REUSEADDR, 4);
  ok(native.getsockopt(), 'getsockopt');
  assert.equal(data.readInt32LE(), 1);
  for (const [index, [name, value]] of [
    [SO_REUSEADDR, 0],
    [SO_RCVBUF, 8192],
  ].entries()) {
    for (const [field, number] of [SOL_SOCKET, name, 4, 0, value, 0].entries())
      data.writeInt32LE(number, batchOffset + index * 24 + field * 4);
  }
  frame.set([fd, 0, 0, 2]);
  ok(native.setsockopts(), 'setsockopts');
  ask(-1, 4);
  assert.ok(native.getsockopt() < 0);
  ok(native.close(ok(native.dup(fd), 'dup')), 'close');
  assert.ok(native.dup(-1) < 0);
  ok(native.fstat(fd), 'fstat');
  assert.equal(frame[2] >>> 0, fstatSync(fd).ino);
  assert.ok(native.fstat(-1) < 0);
  ok(native.close(fd), 'close');
  assert.ok(native.own(-1) < 0);
  assert.ok(native.close(-1) < 0);
}

/** What no Socket calls: pipe, splice, sendfile, epoll, ioctl, sched_setscheduler, and calls that block on a thread of their own. */
async function rawCalls() {
  const listener = bound(SOCK_STREAM);
  ok(native.listen(listener.fd, 4), 'listen');
  const client = ok(native.socket(AF_INET, SOCK_STREAM, 0), 'socket');
  native.connect(client, place(listener.address));
  while (native.poll(listener.fd, readableEvent) === 0) await new Promise(setImmediate);
  const server = ok(native.accept(listener.fd), 'accept');
  ok(native.pipe(), 'pipe');
  const [reading, writing] = frame;

  assert.equal(await native.sendBlocking(client, Buffer.from('hello'), 0, 0), 5);
  assert.equal(await native.spliceBlocking(server, writing, 3), 3);
  assert.equal(native.ioctl(server, fionread), 2);
  assert.equal(native.splice(server, writing, 16), 2);
  assert.ok(native.splice(server, writing, 16) < 0);
  assert.equal(native.ioctl(reading, fionread), 5);

  const epoll = ok(native.epollCreate(), 'epollCreate');
  const edges = readableEvent | (1 << 31);
  ok(native.epollCtl(epoll, 1, reading, edges), 'epollCtl');
  const pairs = new Int32Array(4);
  assert.equal(native.epollWait(epoll, pairs), 1);
  assert.deepEqual([...pairs], [readableEvent, reading, 0, 0]);
  assert.equal(native.epollWait(epoll, pairs), 0);
  assert.equal(native.epollWait(epoll, new Int32Array(1)), EINVAL);
  const file = openSync(fileURLToPath(import.meta.url));
  assert.equal(native.sendfile(client, file, 3, 8), 8);
  closeSync(file);

  // SCHED_OTHER has no priorities.
  assert.equal(native.setScheduler(0, 0, 0), 0);
  assert.equal(native.setScheduler(0, 0, 1), EINVAL);
  for (const bad of [-1, 2 ** 31, Number.NaN, undefined, {}]) {
    assert.ok(native.setScheduler(bad, -1, bad) < 0);
    assert.ok(native.ioctl(server, bad) < 0);
    assert.ok(native.splice(server, writing, bad) < 0);
    assert.ok(native.splice(server, bad, 1) < 0);
    assert.ok(native.sendfile(client, file, 0, bad) < 0);
    assert.ok(native.epollCtl(epoll, 1, bad, 1) < 0);
    assert.ok(native.epollWait(epoll, bad) < 0);
    assert.ok(native.sendBlocking(client, bad, 0, 0) < 0);
    assert.ok(native.sendBlocking(client, Buffer.from('x'), 0, bad) < 0);
    assert.ok((await native.sendBlocking(bad, Buffer.from('x'), 0, 0)) < 0);
    assert.ok((await native.spliceBlocking(bad, writing, 1)) < 0);
    assert.ok(native.spliceBlocking(server, writing, bad) < 0);
  }
  for (const fd of [epoll, reading, writing, client, server, listener.fd]) ok(native.close(fd), 'close');
}

/** With data that nobody takes, close(2) waits for as long as SO_LINGER says. */
async function lingering() {
  const listener = bound(SOCK_STREAM);
  ok(native.listen(listener.fd, 4), 'listen');
  const client = ok(native.socket(AF_INET, SOCK_STREAM, 0), 'socket');
  native.connect(client, place(listener.address));
  while (native.poll(client, 4) === 0) await new Promise(setImmediate);
  while (native.send(client, Buffer.alloc(65_536), 0, -1) > 0);
  data.set(new Uint8Array(Int32Array.of(1, 1).buffer));
  frame.set([client, SOL_SOCKET, addon.constants.SO_LINGER, 8]);
  ok(native.setsockopt(), 'setsockopt');
  ok(await native.closeAsync(client), 'closeAsync');
  assert.ok((await native.closeAsync(client)) < 0);
  ok(native.close(listener.fd), 'close');
}

async function processes() {
  assert.equal(native.strerror(1), 'Operation not permitted');
  // What is refused has no effect: an unknown flag, no descriptor, no program.
  assert.ok(native.unshare(-1) < 0);
  assert.ok(native.setns(-1, 0) < 0);
  for (const [capability, on] of [[-1, false], [1e9, false], [10, 1], []])
    assert.ok(native.setCapability(capability, on) < 0);
  // CAP_NET_BIND_SERVICE, taken away and given back where it was there.
  if (native.setCapability(10, false) === 1) assert.equal(native.setCapability(10, true), 0);
  assert.ok(native.spawnInUserNamespace('/nonexistent', ['nonexistent'], ['A=b']) < 0);
  const child = native.spawnInUserNamespace('/bin/true', ['true'], ['A=b']);
  // A user namespace may be forbidden.
  if (child > 0) assert.equal(await native.waitpid(child), 0);
  else assert.ok((await native.waitpid(process.pid)) < 0);
  const listed = bound(SOCK_STREAM).fd;
  const pairs = new Int32Array(
    2 * ok(native.socketDescriptors(process.pid, 2 ** 31 - 1, new Int32Array(2)), 'socketDescriptors'),
  );
  ok(native.socketDescriptors(process.pid, 2 ** 31 - 1, pairs), 'socketDescriptors');
  assert.ok(pairs.includes(listed));
  assert.ok(native.socketDescriptors(-1, 2 ** 31 - 1, pairs) < 0);
  const self = native.pidfdOpen(process.pid);
  // Linux 5.3 and 5.6; a seccomp filter may forbid them.
  if (self >= 0) {
    const taken = native.pidfdGetfd(self, listed);
    if (taken >= 0) ok(native.close(taken), 'close');
    ok(native.close(self), 'close');
  }
  assert.ok(native.pidfdGetfd(self, -1) < 0);
  ok(native.close(listed), 'close');
  const loopbackName = native.if_indextoname(1);
  if (typeof loopbackName === 'string') assert.equal(native.if_nametoindex(loopbackName), 1);
  assert.equal(native.if_indextoname(2 ** 30), ENXIO);
  assert.ok(native.if_nametoindex('no such name') <= 0);
}

async function everything(threaded) {
  const ready = new Set();
  const events = new Int32Array(addon.events);
  const listener = native.listenForReadiness((count) => {
    for (let i = 0; i < 2 * count; i += 2) if (events[i + 1] & readableEvent) ready.add(events[i]);
  });
  ok(native.startReadiness(threaded), 'startReadiness');
  ok(native.holdReadiness(listener, true), 'holdReadiness');
  await connections({ listener, ready });
  await datagrams({ listener, ready });
  assert.ok(native.watch(-1, listener, false) < 0);
  assert.ok(native.poll(-1, readableEvent) <= 0);
  native.unwatch(-1, listener);
  native.holdReadiness(-1, true);
  descriptors();
  options();
  await lingering();
  await rawCalls();
  // Left open, one of them watched: the environment closes them.
  if (threaded) ok(native.watch(bound(SOCK_DGRAM).fd, listener, false), 'watch');
  bound(SOCK_STREAM);
  ok(native.holdReadiness(listener, false), 'holdReadiness');
}

if (isMainThread) {
  await everything(false);
  await processes();
  // The other backend, and environments that end.
  for (const end of ['by itself', 'terminated']) {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: end });
    const message = once(worker, 'message');
    if (end === 'by itself') assert.deepEqual(await once(worker, 'exit'), [0]);
    await message;
    if (end === 'terminated') await worker.terminate();
  }
  const missing = Object.keys(addon).filter((name) => typeof addon[name] === 'function' && !called.has(name));
  assert.deepEqual(missing, [], 'calls of the addon that are not made here');
  console.log(`${Object.keys(addon).filter((name) => typeof addon[name] === 'function').length} calls made`);
} else {
  await everything(true);
  parentPort.postMessage('done');
  if (workerData === 'by itself') process.exit(0);
  setInterval(() => {}, 1000);
}

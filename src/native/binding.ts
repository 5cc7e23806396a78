/**
 * The typed border to `native/`. Every call returns a number; below zero is `-errno`.
 *
 * Bytes cross in `scratch`, memory both sides see, because building objects in C++ costs more than the system call:
 * four int32 first (`Frame`), then, from `valueOffset` on, one value: an option's bytes, a sockaddr; from `batchOffset` on options to set.
 * A call reads and writes it before it returns, so nothing may be kept there.
 */
export interface NativeBinding {
  readonly scratch: ArrayBuffer;
  /** Numbers of the C names, from the compiler; `null` where its headers lack the name. */
  readonly constants: Readonly<Record<string, number | null>>;
  /** Numbers of the errors that `os.constants.errno` lacks. */
  readonly errnos: Readonly<Record<string, number>>;
  strerror(errno: number): string;
  /** Sizes (`sizeof sockaddr_in`) and offsets (`sockaddr_in.sin_port`) of kernel structures. */
  readonly layout: Readonly<Record<string, number>>;

  /** getsockopt(2). Frame: fd, level, optname, capacity. Leaves the length in `Frame.length` and the value at `valueOffset`. */
  getsockopt(): number;
  /** setsockopt(2). Frame: fd, level, optname, length; the value at `valueOffset`. */
  setsockopt(): number;
  /**
   * setsockopt(2), once for each of `Frame.length` records at `batchOffset + Frame.level`, up to the first failure; the number
   * that went through is left in `Frame.length`. A record is int32 level, optname, length, 0, then the value padded to 8
   * bytes.
   */
  setsockopts(): number;

  socket(domain: number, type: number, protocol: number): number;
  /** socketpair(2). Leaves the descriptors in `Frame.fd` and `Frame.level`. */
  socketpair(domain: number, type: number, protocol: number): number;
  /** bind(2) to the sockaddr of `length` bytes at `valueOffset`. */
  bind(fd: number, length: number): number;
  /** connect(2) to the sockaddr of `length` bytes at `valueOffset`. */
  connect(fd: number, length: number): number;
  listen(fd: number, backlog: number): number;
  /** accept4(2). Returns the descriptor; the peer's sockaddr is at `valueOffset`, its length in `Frame.length`. */
  accept(fd: number): number;
  /** getsockname(2). Returns the length of the sockaddr at `valueOffset`. */
  getsockname(fd: number): number;
  /** getpeername(2). Returns the length of the sockaddr at `valueOffset`. */
  getpeername(fd: number): number;
  shutdown(fd: number, how: number): number;
  /** fstat(2). Leaves st_dev and st_ino in the first four int32 of the frame, the low half of each first. */
  fstat(fd: number): number;
  /** close(2) of a descriptor this environment owns. */
  close(fd: number): number;
  /** close(2), on a thread of its own where SO_LINGER makes it wait, or a packet socket does: it resolves with what close(2) returned. */
  closeAsync(fd: number): Promise<number>;
  /**
   * Takes the descriptor into this environment's care, close-on-exec and non-blocking: it is closed with the environment if
   * nobody does before. -EEXIST if it is.
   */
  own(fd: number): number;
  /** Gives it up again without closing it. */
  disown(fd: number): number;
  /** fcntl(2), F_DUPFD_CLOEXEC. Returns the new descriptor. */
  dup(fd: number): number;

  /** sendto(2), to the sockaddr of `addressLength` bytes at `valueOffset`, or, if that is below 0, the connected peer. */
  send(fd: number, data: Uint8Array, flags: number, addressLength: number): number;
  /** recv(2). */
  recv(fd: number, data: Uint8Array, flags: number): number;
  /** recvfrom(2). The sender's sockaddr is at `valueOffset`, its length in `Frame.length` (0: none). */
  recvfrom(fd: number, data: Uint8Array, flags: number): number;
  /**
   * sendmsg(2) of the `parts` in order: one, or an array of at most 1024, where a number stands for so many bytes at a null pointer. At `valueOffset` stands the sockaddr (`addressLength`
   * bytes), and at `valueOffset + nameSpace` the control messages (`controlLength` bytes).
   */
  sendmsg(
    fd: number,
    parts: Uint8Array | readonly (Uint8Array | number)[],
    flags: number,
    addressLength: number,
    controlLength: number,
  ): number;
  /**
   * recvmsg(2) into `parts`: one, or an array of at most 1024. Leaves the sender's sockaddr at `valueOffset`, control messages at
   * `valueOffset + nameSpace` (at most `controlCapacity` bytes), and in the frame: `fd` the message flags, `level` the control
   * length, `length` the sockaddr length. Descriptors received are close-on-exec only with `MSG_CMSG_CLOEXEC` in `flags`.
   */
  recvmsg(
    fd: number,
    parts: Uint8Array | readonly (Uint8Array | number)[],
    flags: number,
    controlCapacity: number,
  ): number;
  /**
   * sendto(2) on a thread of its own, of a duplicate that blocks; the data is copied. To the sockaddr of `addressLength` bytes at `valueOffset`, or, if
   * that is 0, the connected peer. Returns when the thread is about to call; -errno where it cannot.
   */
  sendBlocking(fd: number, data: Uint8Array, flags: number, addressLength: number): number | Promise<number>;
  /** ioctl(2) of `FIONREAD` or `TIOCOUTQ`: the int it answers with. */
  ioctl(fd: number, request: number): number;
  /** pipe2(2). Leaves the descriptors in `Frame.fd` and `Frame.level`. Linux only, -ENOSYS elsewhere, as all that follow here. */
  pipe(): number;
  /** splice(2) with `SPLICE_F_NONBLOCK`. */
  splice(from: number, to: number, length: number): number;
  /** The same on a thread of its own, of a duplicate that blocks. */
  spliceBlocking(from: number, to: number, length: number): number | Promise<number>;
  /** sendfile(2) from `offset` on. */
  sendfile(to: number, from: number, offset: number, length: number): number;
  /** sched_setscheduler(2) of a thread. */
  setScheduler(thread: number, policy: number, priority: number): number;
  /** epoll_create1(2). */
  epollCreate(): number;
  /** epoll_ctl(2); the descriptor is what an event carries. */
  epollCtl(epoll: number, operation: number, fd: number, events: number): number;
  /** epoll_wait(2) without waiting. Leaves events and descriptor of each in `pairs`, and returns how many there are. */
  epollWait(epoll: number, pairs: Int32Array): number;
  /**
   * sendmmsg(2) of `count` messages from row `first` of `table` on: see {@link Column}. Returns how many went out; -EFAULT
   * if a row points outside `data`, `names` or `control`.
   */
  sendmmsg(
    fd: number,
    data: Uint8Array,
    names: Uint8Array,
    control: Uint8Array,
    table: Int32Array,
    first: number,
    count: number,
    flags: number,
  ): number;
  /**
   * recvmmsg(2) of up to `count` messages, each into its own `size` bytes of `data`, `nameSpace` bytes of `names` and
   * `controlSize` bytes of `control`. Leaves a row of `table` for each, and returns how many came.
   */
  recvmmsg(
    fd: number,
    data: Uint8Array,
    size: number,
    names: Uint8Array,
    control: Uint8Array,
    controlSize: number,
    table: Int32Array,
    count: number,
    flags: number,
  ): number;

  /** Int32 pairs, descriptor and `Poll` bits: the events of the call of a listener, see `listenForReadiness`. */
  readonly events: ArrayBuffer;
  /**
   * Starts telling of readiness, on the event loop, or, if `threaded`, through a thread of its own. Starting twice does
   * nothing; after a failure it may be called again, and `Frame.fd` says which call failed: an index of `startCalls`.
   */
  startReadiness(threaded: boolean): number;
  /**
   * Returns the number of a new listener: `ready(count)` is called when descriptors that it watches have changed, with
   * `count` pairs in `events`. It is not kept alive; see `holdReadiness`.
   */
  listenForReadiness(ready: (count: number) => void): number;
  /** While `held`, the listener lives, and the event loop with it. */
  holdReadiness(listener: number, held: boolean): number;
  /**
   * Watches `fd` for this listener, edge-triggered: each change is told once, until `unwatch`, or until the descriptor is
   * closed or disowned here. That it is ready to be written to is told only if it `writes`. A later call changes that, and
   * tells once more what `fd` is ready for.
   */
  watch(fd: number, listener: number, writes: boolean): number;
  unwatch(fd: number, listener: number): number;
  /** poll(2) without waiting: `Poll` bits. */
  poll(fd: number, events: number): number;

  /**
   * capset(2): puts a capability into the effective set of the calling thread, or out of it. Returns 1 if it had it, 0 if not.
   * Linux only, -ENOSYS elsewhere.
   */
  setCapability(capability: number, on: boolean): number;
  /** unshare(2) of the calling thread. Linux only, -ENOSYS elsewhere. */
  unshare(flags: number): number;
  /** setns(2) of the calling thread. Linux only, -ENOSYS elsewhere. */
  setns(fd: number, type: number): number;
  /**
   * fork(2), unshare(2) of user and network namespace with the caller mapped to root, execve(2). Returns the pid, and
   * -errno also if unshare, the mapping or execve failed in the child. Linux only, -ENOSYS elsewhere.
   */
  spawnInUserNamespace(path: string, argv: readonly string[], envp: readonly string[]): number;
  /** pidfd_open(2) of a process. Linux 5.3, -ENOSYS elsewhere. */
  pidfdOpen(pid: number): number;
  /**
   * pidfd_getfd(2): a duplicate of descriptor `fd` of the process, owned by this environment. Needs what ptrace(2) needs
   * (PTRACE_MODE_ATTACH_REALCREDS). Linux 5.6, -ENOSYS elsewhere.
   */
  pidfdGetfd(pidfd: number, fd: number): number;
  /**
   * readlink(2) of the files of /proc/PID/fd, up to descriptor `below`: writes descriptor and inode of each socket to `pairs`, as far as they fit, and
   * returns how many sockets there are. In C++ because a busy server has tens of thousands. Linux only, -ENOSYS elsewhere.
   */
  socketDescriptors(pid: number, below: number, pairs: Int32Array): number;
  /** waitpid(2) on a thread of its own: resolves with the wait status, or -errno. */
  waitpid(pid: number): Promise<number>;
  if_nametoindex(name: string): number;
  /** if_indextoname(3): the name, or -errno. */
  if_indextoname(index: number): string | number;
}

/** Index of each int32 at the start of `scratch`. */
export const Frame = { fd: 0, level: 1, optname: 2, length: 3 } as const;
/** Byte offset of the value in `scratch`. */
export const valueOffset = 64;
/** What the eight int32 of a row say of a message: where it is in the data, the names and the control messages. */
export const Column = {
  offset: 0,
  length: 1,
  nameOffset: 2,
  nameLength: 3,
  controlOffset: 4,
  controlLength: 5,
  flags: 6,
} as const;
export const columnCount = 8;
/** UIO_MAXIOV: sendmsg(2) takes no more parts, sendmmsg(2) and recvmmsg(2) no more messages. */
export const mostMessages = 1024;
/** Bytes kept for a sockaddr before what follows it: `sockaddr_storage` is 128. */
export const nameSpace = 128;
const valueSize = 65_536;
/** Where in `scratch` the value ends: 64 KiB (the longest classic BPF program is 32 KiB) behind the frame. */
export const scratchSize = valueOffset + valueSize;
/** Byte offset in `scratch` of the records of `setsockopts`: memory of their own behind the value, and as much of it. */
export const batchOffset = valueOffset + valueSize;
export const batchSize = 65_536;
/** Calls of `startReadiness` that may fail. */
export const startCalls = [
  process.platform === 'linux' ? 'epoll_create1' : 'kqueue',
  'pipe',
  'pthread_create',
  'uv_poll_init',
] as const;
/** Bits of poll(2), with Linux's numbers on every system. */
export const Poll = { IN: 0x1, PRI: 0x2, OUT: 0x4, ERR: 0x8, HUP: 0x10, RDHUP: 0x2000 } as const;

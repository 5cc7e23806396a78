import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Installs what a folder compares with, on first use: none of it is a dependency of this package. */
export function installIn(place) {
  if (existsSync(`${place}node_modules/.package-lock.json`)) return;
  process.stderr.write(`installing the peers into ${place}node_modules\n`);
  execFileSync('npm', ['ci', '--prefix', place], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export const installPeers = () => installIn(folder);

export const posixSocket = () => require('posix-socket');

/** Datagrams over Unix sockets. */
export const unixDgram = () => require('unix-dgram');

/** SOCK_DGRAM and SOCK_SEQPACKET over Unix sockets. */
export const unixSocket = () => require('node-unix-socket');

/** sockopt takes Node's objects and looks for their descriptor itself; this has nothing else. */
export const sockopt = () => ({ ...require('sockopt'), holding: (fd) => ({ _handle: { fd } }) });

/** The C library's functions through koffi, declared as its manual shows. */
export function koffi() {
  const lib = require('koffi').load(null);
  return {
    socket: lib.func('int socket(int domain, int type, int protocol)'),
    getsockopt: lib.func('int getsockopt(int fd, int level, int optname, void *value, void *length)'),
    setsockopt: lib.func('int setsockopt(int fd, int level, int optname, const void *value, uint32_t length)'),
    bind: lib.func('int bind(int fd, const void *address, uint32_t length)'),
    listen: lib.func('int listen(int fd, int backlog)'),
    connect: lib.func('int connect(int fd, const void *address, uint32_t length)'),
    accept4: lib.func('int accept4(int fd, void *address, void *length, int flags)'),
    close: lib.func('int close(int fd)'),
  };
}

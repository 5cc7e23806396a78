#if !defined(__linux__)

#include <fcntl.h>
#include <net/if.h>

#include <cerrno>

#include "platform.h"
#include "unique_fd.h"

namespace sockwise {
namespace {

bool Prepare(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int NotHere() {
  errno = ENOSYS;
  return -1;
}

}  // namespace

int OpenSocket(int domain, int type, int protocol) {
  UniqueFd fd(socket(domain, type, protocol));
  if (fd.get() < 0 || !Prepare(fd.get())) return -1;
  return fd.release();
}

int OpenSocketPair(int domain, int type, int protocol, int fds[2]) {
  int opened[2];
  if (socketpair(domain, type, protocol, opened) < 0) return -1;
  UniqueFd first(opened[0]);
  UniqueFd second(opened[1]);
  if (!Prepare(first.get()) || !Prepare(second.get())) return -1;
  fds[0] = first.release();
  fds[1] = second.release();
  return 0;
}

int AcceptSocket(int fd, sockaddr* remote, socklen_t* remote_size) {
  UniqueFd accepted(accept(fd, remote, remote_size));
  if (accepted.get() < 0 || !Prepare(accepted.get())) return -1;
  return accepted.release();
}

int SetOption(int fd, int level, int optname, const void* value, socklen_t length) {
  return setsockopt(fd, level, optname, value, length);
}

int SendMessages(int fd, Message* messages, size_t count, int flags) {
  int sent = 0;
  for (size_t i = 0; i < count; ++i) {
    Message& message = messages[i];
    const ssize_t size = sendmsg(fd, &message.header, flags);
    if (size < 0) return sent > 0 ? sent : -1;
    message.transferred = static_cast<unsigned>(size);
    ++sent;
  }
  return sent;
}

int ReceiveMessages(int fd, Message* messages, size_t count, int flags) {
  int received = 0;
  for (size_t i = 0; i < count; ++i) {
    Message& message = messages[i];
    const ssize_t size = recvmsg(fd, &message.header, flags);
    if (size < 0) return received > 0 ? received : -1;
    message.transferred = static_cast<unsigned>(size);
    ++received;
  }
  return received;
}

int MakePipe(int[2]) { return NotHere(); }

int MakeEpoll() { return NotHere(); }

int ControlEpoll(int, int, int, uint32_t) { return NotHere(); }

int LookAtEpoll(int, uint32_t*, size_t) { return NotHere(); }

ssize_t Splice(int, int, size_t) { return NotHere(); }

int SetScheduler(pid_t, int, int) { return NotHere(); }

ssize_t SendFile(int, int, int64_t, size_t) { return NotHere(); }

unsigned InterfaceIndex(const char* name) { return if_nametoindex(name); }

int InterfaceName(unsigned index, char* name) { return if_indextoname(index, name) == nullptr ? -1 : 0; }

int UnshareNamespaces(int) { return NotHere(); }

int EnterNamespace(int, int) { return NotHere(); }

int SetCapability(unsigned, bool) { return NotHere(); }

pid_t SpawnInUserNamespace(const char*, char* const[], char* const[]) { return NotHere(); }

int OpenProcess(pid_t) { return NotHere(); }

int TakeDescriptor(int, int) { return NotHere(); }

ssize_t SocketDescriptors(pid_t, int, uint32_t*, size_t) { return NotHere(); }

}  // namespace sockwise

#endif

#if defined(__linux__)

#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

#include "platform.h"
#include "unique_fd.h"

namespace sockwise {

int OpenSocket(int domain, int type, int protocol) {
  return socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

int OpenSocketPair(int domain, int type, int protocol, int fds[2]) {
  return socketpair(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol, fds);
}

int AcceptSocket(int fd, sockaddr* remote, socklen_t* remote_size) {
  return accept4(fd, remote, remote_size, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int SetOption(int fd, int level, int optname, const void* value, socklen_t length) {
  if (level != SOL_SOCKET || (optname != SO_ATTACH_FILTER && optname != SO_ATTACH_REUSEPORT_CBPF)) {
    return setsockopt(fd, level, optname, value, length);
  }
  sock_fprog program = {};
  program.len = static_cast<unsigned short>(length / sizeof(sock_filter));
  program.filter = static_cast<sock_filter*>(const_cast<void*>(value));
  return setsockopt(fd, level, optname, &program, sizeof program);
}

namespace {

std::vector<mmsghdr> HeadersOf(const std::vector<Message>& messages) {
  std::vector<mmsghdr> headers(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) headers[i] = {messages[i].header, 0};
  return headers;
}

void CopyBack(const std::vector<mmsghdr>& headers, int moved, std::vector<Message>& messages) {
  for (int i = 0; i < moved; ++i) messages[i] = {headers[i].msg_hdr, headers[i].msg_len};
}

}  // namespace

int SendMessages(int fd, std::vector<Message>& messages, int flags) {
  std::vector<mmsghdr> headers = HeadersOf(messages);
  const int sent = sendmmsg(fd, headers.data(), static_cast<unsigned>(headers.size()), flags);
  CopyBack(headers, sent, messages);
  return sent;
}

int ReceiveMessages(int fd, std::vector<Message>& messages, int flags) {
  std::vector<mmsghdr> headers = HeadersOf(messages);
  const int received = recvmmsg(fd, headers.data(), static_cast<unsigned>(headers.size()), flags, nullptr);
  CopyBack(headers, received, messages);
  return received;
}

int UnshareNamespaces(int flags) { return unshare(flags); }

int EnterNamespace(int fd, int type) { return setns(fd, type); }

namespace {

bool WriteFile(const char* path, const char* text, size_t length) {
  const UniqueFd file(open(path, O_WRONLY | O_CLOEXEC));
  return file.get() >= 0 && write(file.get(), text, length) == static_cast<ssize_t>(length);
}

struct Mapping {
  std::string uid;
  std::string gid;
};

// Runs between fork and execve in a process that had threads, so only async-signal-safe calls, and no allocation.
bool BecomeRootOfNewNamespaces(const Mapping& mapping) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) return false;
  // user_namespaces(7): gid_map may be written without CAP_SETGID only after setgroups(2) is denied. Kernels before
  // 3.19 lack the file.
  if (!WriteFile("/proc/self/setgroups", "deny", 4) && errno != ENOENT) return false;
  return WriteFile("/proc/self/uid_map", mapping.uid.data(), mapping.uid.size()) &&
         WriteFile("/proc/self/gid_map", mapping.gid.data(), mapping.gid.size());
}

}  // namespace

pid_t SpawnInUserNamespace(const char* path, char* const argv[], char* const envp[]) {
  const Mapping mapping = {"0 " + std::to_string(geteuid()) + " 1", "0 " + std::to_string(getegid()) + " 1"};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  const UniqueFd failure_read(ends[0]);
  UniqueFd failure_write(ends[1]);
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    // Node ignores SIGPIPE, and execve keeps that.
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    // Node makes its own standard streams close-on-exec (uv_disable_stdio_inheritance).
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) fcntl(fd, F_SETFD, 0);
    if (BecomeRootOfNewNamespaces(mapping)) execve(path, argv, envp);
    const int error = errno;
    (void)!write(failure_write.get(), &error, sizeof error);
    _exit(127);
  }
  close(failure_write.release());
  // execve closes the pipe: end of file is success, an errno is failure.
  int error = 0;
  ssize_t got = 0;
  do got = read(failure_read.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  if (got != sizeof error) return child;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  errno = error;
  return -1;
}

}  // namespace sockwise

#endif

#if defined(__linux__)

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

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
  const bool takes_program =
      (level == SOL_SOCKET && (optname == SO_ATTACH_FILTER || optname == SO_ATTACH_REUSEPORT_CBPF)) ||
      // 4 bytes are the descriptor of an eBPF program.
      (level == SOL_PACKET && optname == PACKET_FANOUT_DATA && length != sizeof(int));
  if (!takes_program) return setsockopt(fd, level, optname, value, length);
  sock_fprog program = {};
  program.len = static_cast<unsigned short>(length / sizeof(sock_filter));
  program.filter = static_cast<sock_filter*>(const_cast<void*>(value));
  return setsockopt(fd, level, optname, &program, sizeof program);
}

static_assert(sizeof(Message) == sizeof(mmsghdr) && offsetof(Message, transferred) == offsetof(mmsghdr, msg_len));

int SendMessages(int fd, Message* messages, size_t count, int flags) {
  return sendmmsg(fd, reinterpret_cast<mmsghdr*>(messages), static_cast<unsigned>(count), flags);
}

int ReceiveMessages(int fd, Message* messages, size_t count, int flags) {
  return recvmmsg(fd, reinterpret_cast<mmsghdr*>(messages), static_cast<unsigned>(count), flags, nullptr);
}

int MakePipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

int MakeEpoll() { return epoll_create1(EPOLL_CLOEXEC); }

int ControlEpoll(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, operation, fd, &event);
}

int LookAtEpoll(int epoll, uint32_t* pairs, size_t room) {
  std::vector<epoll_event> events(room);
  const int count = epoll_wait(epoll, events.data(), static_cast<int>(room), 0);
  for (int i = 0; i < count; ++i) {
    pairs[2 * i] = events[static_cast<size_t>(i)].events;
    pairs[2 * i + 1] = static_cast<uint32_t>(events[static_cast<size_t>(i)].data.fd);
  }
  return count;
}

ssize_t Splice(int from, int to, size_t length) {
  return splice(from, nullptr, to, nullptr, length, SPLICE_F_NONBLOCK);
}

ssize_t SendFile(int to, int from, int64_t offset, size_t length) {
  off_t start = static_cast<off_t>(offset);
  return sendfile(to, from, &start, length);
}

int SetScheduler(pid_t thread, int policy, int priority) {
  sched_param param = {};
  param.sched_priority = priority;
  // The function of musl does nothing: there it would be one for all threads, POSIX says.
  return static_cast<int>(syscall(SYS_sched_setscheduler, thread, policy, &param));
}

namespace {

// netdevice(7): any socket of the namespace will do.
int AskInterface(unsigned long question, ifreq* request) {
  const UniqueFd fd(OpenSocket(AF_UNIX, SOCK_DGRAM, 0));
  return fd.get() < 0 ? -1 : ioctl(fd.get(), question, request);
}

}  // namespace

unsigned InterfaceIndex(const char* name) {
  ifreq request = {};
  if (strlen(name) >= sizeof request.ifr_name) {
    errno = ENODEV;
    return 0;
  }
  strcpy(request.ifr_name, name);
  return AskInterface(SIOCGIFINDEX, &request) < 0 ? 0 : static_cast<unsigned>(request.ifr_ifindex);
}

int InterfaceName(unsigned index, char* name) {
  ifreq request = {};
  request.ifr_ifindex = static_cast<int>(index);
  if (AskInterface(SIOCGIFNAME, &request) < 0) {
    // if_indextoname(3).
    if (errno == ENODEV) errno = ENXIO;
    return -1;
  }
  memcpy(name, request.ifr_name, sizeof request.ifr_name);
  return 0;
}

int UnshareNamespaces(int flags) { return unshare(flags); }

int EnterNamespace(int fd, int type) { return setns(fd, type); }

int SetCapability(unsigned capability, bool on) {
  if (capability > CAP_LAST_CAP) {
    errno = EINVAL;
    return -1;
  }
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  uint32_t& effective = data[CAP_TO_INDEX(capability)].effective;
  const uint32_t bit = CAP_TO_MASK(capability);
  const int before = (effective & bit) == 0 ? 0 : 1;
  effective = on ? effective | bit : effective & ~bit;
  return syscall(SYS_capset, &header, data) < 0 ? -1 : before;
}

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
  const pid_t parent = getpid();
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
    // A killed parent can pass on nothing: the child ends with it. After unshare(2), which resets this
    // (commit_creds()), and before a look at whether the parent is there still.
    if (BecomeRootOfNewNamespaces(mapping) && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0) {
      if (getppid() != parent) _exit(127);
      execve(path, argv, envp);
    }
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

// By number: glibc has pidfd_open and pidfd_getfd since 2.36, musl has neither. The numbers are the same on every
// architecture.
int OpenProcess(pid_t pid) { return static_cast<int>(syscall(434, pid, 0)); }

int TakeDescriptor(int process, int fd) { return static_cast<int>(syscall(438, process, fd, 0)); }

ssize_t SocketDescriptors(pid_t pid, int below, uint32_t* pairs, size_t room) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (folder == nullptr) return -1;
  size_t found = 0;
  errno = 0;
  for (const dirent* entry = nullptr; (entry = readdir(folder.get())) != nullptr; errno = 0) {
    const long fd = strtol(entry->d_name, nullptr, 10);
    // They come in ascending order, proc_readfd_common().
    if (fd >= below) break;
    // "socket:[" and a number, proc_pid_fd(5).
    char target[32] = {};
    if (readlinkat(dirfd(folder.get()), entry->d_name, target, sizeof target - 1) < 0) {
      // CAP_DAC_READ_SEARCH opens the folder, and not the files: proc_fd_access_allowed().
      if (errno == EACCES) return -1;
      continue;
    }
    uint32_t inode = 0;
    if (sscanf(target, "socket:[%" SCNu32 "]", &inode) != 1) continue;
    if (found < room) {
      pairs[2 * found] = static_cast<uint32_t>(fd);
      pairs[2 * found + 1] = inode;
    }
    ++found;
  }
  return errno == 0 ? static_cast<ssize_t>(found) : -1;
}

}  // namespace sockwise

#endif

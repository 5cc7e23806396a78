#ifndef SOCKWISE_PLATFORM_H_
#define SOCKWISE_PLATFORM_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sockwise {

// Calls that not every system has, with Linux's meaning. Each returns what the call returned, or -1 with errno set;
// where a system cannot do it, errno is ENOSYS.

// Close-on-exec and non-blocking from the start.
int OpenSocket(int domain, int type, int protocol);
int OpenSocketPair(int domain, int type, int protocol, int fds[2]);
int AcceptSocket(int fd, sockaddr* remote, socklen_t* remote_size);

// setsockopt(2). A BPF program is given as its instructions: the pointer that the call wants is made here.
int SetOption(int fd, int level, int optname, const void* value, socklen_t length);

// Laid out as Linux's mmsghdr.
struct Message {
  msghdr header = {};
  unsigned transferred = 0;
};
// sendmmsg(2) and recvmmsg(2): how many messages were moved.
int SendMessages(int fd, Message* messages, size_t count, int flags);
int ReceiveMessages(int fd, Message* messages, size_t count, int flags);

// Close-on-exec; its ends block.
int MakePipe(int fds[2]);
int MakeEpoll();
int ControlEpoll(int epoll, int operation, int fd, uint32_t events);
// epoll_wait(2), without waiting: events and descriptor of each that is ready, as far as there is room.
int LookAtEpoll(int epoll, uint32_t* pairs, size_t room);
// splice(2) into a pipe, which does not wait for room there.
ssize_t Splice(int from, int to, size_t length);
// sendfile(2) from an offset on.
ssize_t SendFile(int to, int from, int64_t offset, size_t length);

// if_nametoindex(3): 0 with errno set where there is none. glibc calls it ENOENT if it could open no socket to ask.
unsigned InterfaceIndex(const char* name);
// if_indextoname(3) into IF_NAMESIZE bytes: 0, or -1.
int InterfaceName(unsigned index, char* name);

int UnshareNamespaces(int flags);
// capset(2) of the calling thread's effective set. Returns 1 if it had the capability, 0 if not.
int SetCapability(unsigned capability, bool on);
int EnterNamespace(int fd, int type);
// Returns the pid of a process that runs `path` in a user and a network namespace of its own, as root there.
pid_t SpawnInUserNamespace(const char* path, char* const argv[], char* const envp[]);

// sched_setscheduler(2) of a thread.
int SetScheduler(pid_t thread, int policy, int priority);

int OpenProcess(pid_t pid);
// Close-on-exec: pidfd_getfd(2) sets it.
int TakeDescriptor(int process, int fd);
// Finds the sockets among the descriptors of a process that are less than `below`. Writes a descriptor and its inode
// for each as far as there is room, and returns how many there are.
ssize_t SocketDescriptors(pid_t pid, int below, uint32_t* pairs, size_t room);

}  // namespace sockwise

#endif  // SOCKWISE_PLATFORM_H_

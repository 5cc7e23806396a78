#define _GNU_SOURCE
#include <netinet/udp.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loops.h"

enum { kMessages = 32, kSize = 64, kStream = 1 << 16, kSegment = 1000, kSegmented = 60000 };

static char data[kStream];
static char received[kStream];

// A datagram socket, and its own address to send to.
static int Datagrams(struct sockaddr_in* address) {
  socklen_t size = sizeof *address;
  const int fd = Must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  *address = Loopback();
  Must(bind(fd, (struct sockaddr*)address, size), "bind");
  Must(getsockname(fd, (struct sockaddr*)address, &size), "getsockname");
  return fd;
}

static void Expect(ssize_t moved, ssize_t wanted, const char* call) {
  if (moved == wanted) return;
  fprintf(stderr, "%s moved %zd, not %zd\n", call, moved, wanted);
  exit(1);
}

uint64_t UdpEcho(long count) {
  struct sockaddr_in address;
  const int fd = Datagrams(&address);
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    Expect(sendto(fd, data, kSize, 0, (struct sockaddr*)&address, sizeof address), kSize, "sendto");
    Expect(recv(fd, received, sizeof received, 0), kSize, "recv");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

uint64_t UdpBatch(long count) {
  struct sockaddr_in address;
  const int fd = Datagrams(&address);
  struct mmsghdr out[kMessages] = {0};
  struct mmsghdr in[kMessages] = {0};
  struct iovec out_parts[kMessages];
  struct iovec in_parts[kMessages];
  struct sockaddr_storage senders[kMessages];
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    for (int j = 0; j < kMessages; ++j) {
      out_parts[j] = (struct iovec){data + j * kSize, kSize};
      in_parts[j] = (struct iovec){received + j * kSize, kSize};
      out[j].msg_hdr = (struct msghdr){
          .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &out_parts[j], .msg_iovlen = 1};
      in[j].msg_hdr = (struct msghdr){
          .msg_name = &senders[j], .msg_namelen = sizeof senders[j], .msg_iov = &in_parts[j], .msg_iovlen = 1};
    }
    Expect(sendmmsg(fd, out, kMessages, 0), kMessages, "sendmmsg");
    Expect(recvmmsg(fd, in, kMessages, 0, NULL), kMessages, "recvmmsg");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

uint64_t UdpSegment(long count) {
  struct sockaddr_in address;
  const int fd = Datagrams(&address);
  const int on = 1;
  Must(setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on), "setsockopt");
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    union {
      char bytes[CMSG_SPACE(sizeof(int))];
      struct cmsghdr header;
    } control = {.header = {CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT}};
    const uint16_t segment = kSegment;
    memcpy(CMSG_DATA(&control.header), &segment, sizeof segment);
    struct iovec part = {data, kSegmented};
    const struct msghdr out = {.msg_name = &address,
                               .msg_namelen = sizeof address,
                               .msg_iov = &part,
                               .msg_iovlen = 1,
                               .msg_control = control.bytes,
                               .msg_controllen = CMSG_SPACE(sizeof(uint16_t))};
    Expect(sendmsg(fd, &out, 0), kSegmented, "sendmsg");
    struct iovec into = {received, sizeof received};
    struct msghdr in = {
        .msg_iov = &into, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    Expect(recvmsg(fd, &in, 0), kSegmented, "recvmsg");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

uint64_t Stream64K(long count) {
  int ends[2];
  const int room = 4 * kStream;
  Must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
  Must(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room), "setsockopt");
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    Expect(send(ends[0], data, kStream, MSG_NOSIGNAL), kStream, "send");
    Expect(recv(ends[1], received, kStream, 0), kStream, "recv");
  }
  const uint64_t taken = Now() - start;
  close(ends[0]);
  close(ends[1]);
  return taken;
}

uint64_t PassDescriptor(long count) {
  int ends[2];
  Must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    union {
      char bytes[CMSG_SPACE(sizeof(int))];
      struct cmsghdr header;
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &ends[0], sizeof ends[0]);
    struct iovec part = {data, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    Expect(sendmsg(ends[0], &message, MSG_NOSIGNAL), 1, "sendmsg");
    Expect(recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC), 1, "recvmsg");
    int passed = -1;
    memcpy(&passed, CMSG_DATA(&control.header), sizeof passed);
    Must(close(passed), "close");
  }
  const uint64_t taken = Now() - start;
  close(ends[0]);
  close(ends[1]);
  return taken;
}

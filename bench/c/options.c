#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "loops.h"

// The value alternates, as Node's setNoDelay() leaves out a call that would change nothing.
static uint64_t SetInt(int level, int optname, long count) {
  const int fd = TcpSocket();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    const int value = (int)(i & 1);
    Must(setsockopt(fd, level, optname, &value, sizeof value), "setsockopt");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

static uint64_t GetInt(int type, int level, int optname, long count) {
  const int fd = Must(socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    int value = 0;
    socklen_t length = sizeof value;
    Must(getsockopt(fd, level, optname, &value, &length), "getsockopt");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

uint64_t SetReuseAddr(long count) { return SetInt(SOL_SOCKET, SO_REUSEADDR, count); }

uint64_t GetReuseAddr(long count) { return GetInt(SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR, count); }

uint64_t SetNoDelay(long count) { return SetInt(IPPROTO_TCP, TCP_NODELAY, count); }

uint64_t GetNoDelay(long count) { return GetInt(SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, count); }

uint64_t GetReceiveBuffer(long count) { return GetInt(SOCK_DGRAM, SOL_SOCKET, SO_RCVBUF, count); }

uint64_t SetLinger(long count) {
  const int fd = TcpSocket();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    const struct linger value = {.l_onoff = (int)(i & 1), .l_linger = 3};
    Must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof value), "setsockopt");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

uint64_t GetLinger(long count) {
  const int fd = TcpSocket();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    struct linger value;
    socklen_t length = sizeof value;
    Must(getsockopt(fd, SOL_SOCKET, SO_LINGER, &value, &length), "getsockopt");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

// Room for what a kernel newer than these headers may fill in: the others give it room too.
uint64_t GetTcpInfo(long count) {
  const int fd = TcpSocket();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    char value[512];
    socklen_t length = sizeof value;
    Must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, value, &length), "getsockopt");
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

static const struct {
  int level;
  int optname;
  int value;
} kTen[] = {
    {SOL_SOCKET, SO_REUSEADDR, 1},       {SOL_SOCKET, SO_KEEPALIVE, 1},  {IPPROTO_IP, IP_TOS, 16},
    {SOL_SOCKET, SO_PRIORITY, 4},        {IPPROTO_TCP, TCP_NODELAY, 1},  {IPPROTO_TCP, TCP_KEEPIDLE, 60},
    {IPPROTO_TCP, TCP_KEEPINTVL, 10},    {IPPROTO_TCP, TCP_KEEPCNT, 5},  {IPPROTO_TCP, TCP_USER_TIMEOUT, 30000},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384},
};

uint64_t SetTenOptions(long count) {
  const int fd = TcpSocket();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    for (size_t k = 0; k < sizeof kTen / sizeof *kTen; ++k) {
      Must(setsockopt(fd, kTen[k].level, kTen[k].optname, &kTen[k].value, sizeof kTen[k].value), "setsockopt");
    }
  }
  const uint64_t taken = Now() - start;
  close(fd);
  return taken;
}

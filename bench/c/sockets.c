#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "loops.h"

uint64_t ListenCycle(long count) {
  const struct sockaddr_in address = Loopback();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    const int fd = TcpSocket();
    Must(bind(fd, (const struct sockaddr*)&address, sizeof address), "bind");
    Must(listen(fd, 511), "listen");
    Must(close(fd), "close");
  }
  return Now() - start;
}

// An accepted socket inherits SO_LINGER from its listener: closing it resets the connection, and no TIME_WAIT uses up
// the ephemeral ports.
uint64_t ConnectCycle(long count) {
  struct sockaddr_in address = Loopback();
  socklen_t size = sizeof address;
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  const int listener = TcpSocket();
  Must(bind(listener, (struct sockaddr*)&address, size), "bind");
  Must(setsockopt(listener, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
  Must(listen(listener, 511), "listen");
  Must(getsockname(listener, (struct sockaddr*)&address, &size), "getsockname");
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    const int client = TcpSocket();
    if (connect(client, (struct sockaddr*)&address, sizeof address) < 0 && errno != EINPROGRESS) Must(-1, "connect");
    struct sockaddr_storage remote;
    socklen_t length = sizeof remote;
    const int accepted =
        Must(accept4(listener, (struct sockaddr*)&remote, &length, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept4");
    Must(close(client), "close");
    Must(close(accepted), "close");
  }
  const uint64_t taken = Now() - start;
  close(listener);
  return taken;
}

#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loops.h"

enum { kSize = 64, kMost = 1 << 16, kEvents = 512 };

static char data[kSize];
static char received[kMost];

static void Expect(ssize_t moved, const char* call) {
  if (moved == kSize) return;
  fprintf(stderr, "%s moved %zd, not %d\n", call, moved, kSize);
  exit(1);
}

// Edge-triggered, as in sockwise: what is watched stays watched.
static void Watch(int set, int fd) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
  Must(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

// Each end answers what the other one sent, in one thread.
static uint64_t Volley(const int ends[2], long count) {
  const int set = Must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  Watch(set, ends[0]);
  Watch(set, ends[1]);
  struct epoll_event events[kEvents];
  const uint64_t start = Now();
  Expect(send(ends[0], data, kSize, MSG_NOSIGNAL), "send");
  for (long answered = 0; answered < 2 * count;) {
    const int ready = Must(epoll_wait(set, events, kEvents, -1), "epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const ssize_t got = recv(events[i].data.fd, received, kSize, 0);
      if (got < 0 && errno == EAGAIN) continue;
      Expect(got, "recv");
      if (++answered < 2 * count) Expect(send(events[i].data.fd, data, kSize, MSG_NOSIGNAL), "send");
    }
  }
  const uint64_t taken = Now() - start;
  close(set);
  close(ends[0]);
  close(ends[1]);
  return taken;
}

static int Listener(struct sockaddr_in* address) {
  socklen_t size = sizeof *address;
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  const int fd = TcpSocket();
  *address = Loopback();
  Must(bind(fd, (struct sockaddr*)address, size), "bind");
  Must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
  Must(listen(fd, 511), "listen");
  Must(getsockname(fd, (struct sockaddr*)address, &size), "getsockname");
  return fd;
}

static int Connect(const struct sockaddr_in* address) {
  const int fd = TcpSocket();
  if (connect(fd, (const struct sockaddr*)address, sizeof *address) < 0 && errno != EINPROGRESS) Must(-1, "connect");
  return fd;
}

static int Accept(int listener) {
  struct sockaddr_storage remote;
  socklen_t length = sizeof remote;
  return accept4(listener, (struct sockaddr*)&remote, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

uint64_t PingPong(long count) {
  struct sockaddr_in address;
  const int listener = Listener(&address);
  const int client = Connect(&address);
  const int ends[2] = {client, Must(Accept(listener), "accept4")};
  close(listener);
  return Volley(ends, count);
}

static uint64_t UnixVolley(int type, long count) {
  int ends[2];
  Must(socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
  return Volley(ends, count);
}

uint64_t UnixPingPong(long count) { return UnixVolley(SOCK_DGRAM, count); }

uint64_t SeqpacketPingPong(long count) { return UnixVolley(SOCK_SEQPACKET, count); }

uint64_t AcceptClose(long count) {
  struct sockaddr_in address;
  const int listener = Listener(&address);
  const int set = Must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  Watch(set, listener);
  struct epoll_event event;
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    // The client's connect(2) completes at once here, so without this nothing would be waited for.
    if (Accept(listener) >= 0 || errno != EAGAIN) exit(1);
    const int client = Connect(&address);
    Must(epoll_wait(set, &event, 1, -1), "epoll_wait");
    const int accepted = Must(Accept(listener), "accept4");
    Must(close(accepted), "close");
    Must(close(client), "close");
  }
  const uint64_t taken = Now() - start;
  close(set);
  close(listener);
  return taken;
}

// Pairs of which the second socket waits.
static int waiting = 0;
static int (*pairs)[2] = NULL;
static int set = -1;

// As many as bench/support/waiters.mjs opens.
static void Open(void) {
  waiting = (int)(sysconf(_SC_OPEN_MAX) - 200) / 6;
  if (waiting > 10000) waiting = 10000;
  pairs = calloc((size_t)waiting, sizeof *pairs);
  set = Must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  for (int i = 0; i < waiting; ++i) {
    Must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pairs[i]), "socketpair");
    Watch(set, pairs[i][1]);
  }
}

// As many at a time as wait.
uint64_t Wake(long count) {
  if (set < 0) Open();
  struct epoll_event events[kEvents];
  const uint64_t start = Now();
  for (long left = count; left > 0;) {
    const int now = left < waiting ? (int)left : waiting;
    for (int i = 0; i < now; ++i) Expect(send(pairs[i][0], data, kSize, MSG_NOSIGNAL), "send");
    for (int woken = 0; woken < now;) {
      const int ready = Must(epoll_wait(set, events, kEvents, -1), "epoll_wait");
      for (int i = 0; i < ready; ++i) {
        Expect(recv(events[i].data.fd, received, kSize, 0), "recv");
        ++woken;
      }
    }
    left -= now;
  }
  return Now() - start;
}

// What a wait begins with: there is nothing yet.
uint64_t WaitAgain(long count) {
  if (set < 0) Open();
  const uint64_t start = Now();
  for (long i = 0; i < count; ++i) {
    if (recv(pairs[i % waiting][1], received, kSize, 0) >= 0 || errno != EAGAIN) exit(1);
  }
  return Now() - start;
}

// New connections at a constant rate, a request each: `connections PORT RATE`. A line on standard input asks for the
// counts, which are a line of JSON; its end, for the last counts, when every connection has ended.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// kMostOpen is below the server's backlog: a full queue would lose connections without any restart. With so many
// addresses none runs out of ports.
enum { kTickMs = 5, kMostOpen = 2000, kAddresses = 32, kEvents = 512, kMostFds = 1 << 16, kPatienceMs = 60000 };

static const char kRequest[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
static const char kLast[] = "served";

struct Connection {
  int is_sent;
  double begun;
  size_t length;
  char answer[1024];
};

static struct Connection* connections[kMostFds];
static long made, answered, refused, reset, failed, open_now, late;
static double last_answer, longest_gap, longest_wait;
static int set;

static double NowMs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void Lost(int error) {
  ++*(error == ECONNREFUSED ? &refused : error == ECONNRESET || error == EPIPE ? &reset : &failed);
}

static void Answered(const struct Connection* one) {
  const double now = NowMs();
  if (last_answer > 0 && now - last_answer > longest_gap) longest_gap = now - last_answer;
  if (now - one->begun > longest_wait) longest_wait = now - one->begun;
  last_answer = now;
  ++answered;
}

static void Open(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK + made++ % kAddresses)};
  if (fd < 0 || (connect(fd, (struct sockaddr*)&to, sizeof to) != 0 && errno != EINPROGRESS)) {
    Lost(errno);
    if (fd >= 0) close(fd);
    return;
  }
  connections[fd] = calloc(1, sizeof(struct Connection));
  connections[fd]->begun = NowMs();
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
  epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
  ++open_now;
}

static void Close(int fd) {
  free(connections[fd]);
  connections[fd] = NULL;
  close(fd);
  --open_now;
}

static void Go(int fd) {
  struct Connection* one = connections[fd];
  int error = 0;
  if (!one->is_sent) {
    socklen_t length = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0 && send(fd, kRequest, sizeof kRequest - 1, MSG_NOSIGNAL) < 0) error = errno;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(set, EPOLL_CTL_MOD, fd, &event);
    one->is_sent = 1;
  } else {
    const ssize_t got = recv(fd, one->answer + one->length, sizeof one->answer - one->length, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0) {
      one->length += got;
      return;
    }
    const size_t tail = sizeof kLast - 1;
    const int is_whole = one->length >= tail && memcmp(one->answer + one->length - tail, kLast, tail) == 0;
    if (got == 0 && is_whole) {
      Answered(one);
      return Close(fd);
    }
    error = got < 0 ? errno : EPROTO;
  }
  if (error == 0) return;
  Lost(error);
  Close(fd);
}

static void Report(void) {
  printf(
      "{\"connections\":%ld,\"refused\":%ld,\"reset\":%ld,\"failed\":%ld,\"late\":%ld,\"longestGapMs\":%.0f,"
      "\"longestWaitMs\":%.0f}\n",
      answered, refused, reset, failed, late, longest_gap, longest_wait);
  fflush(stdout);
}

int main(int count, char** arguments) {
  const int port = count == 3 ? atoi(arguments[1]) : 0;
  const double rate = count == 3 ? atof(arguments[2]) : 0;
  if (port <= 0 || rate <= 0) return fprintf(stderr, "connections PORT RATE\n"), 2;
  set = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event orders = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
  epoll_ctl(set, EPOLL_CTL_ADD, STDIN_FILENO, &orders);
  struct epoll_event events[kEvents];
  double until = 0;
  double due = 0;
  for (double before = NowMs(); until == 0 || (open_now > 0 && NowMs() < until);) {
    const double now = NowMs();
    due += (now - before) * rate / 1000;
    before = now;
    for (; until == 0 && due >= 1 && open_now < kMostOpen; --due) Open(port);
    // Who cannot make them in time does not make them all at once later: the rate that was reached says it.
    for (; due > rate; --due) ++late;
    const int ready = epoll_wait(set, events, kEvents, kTickMs);
    for (int i = 0; i < ready; ++i) {
      char line[64];
      if (events[i].data.fd != STDIN_FILENO) {
        Go(events[i].data.fd);
      } else if (read(STDIN_FILENO, line, sizeof line) > 0) {
        Report();
      } else {
        until = NowMs() + kPatienceMs;
        epoll_ctl(set, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
      }
    }
  }
  failed += open_now;
  Report();
  return 0;
}

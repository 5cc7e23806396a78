#if defined(__linux__)

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "interest.h"

namespace sockwise {
namespace {

static_assert(EPOLLIN == kIn && EPOLLPRI == kPri && EPOLLOUT == kOut, "eventpoll.h");
static_assert(EPOLLERR == kErr && EPOLLHUP == kHup && EPOLLRDHUP == kRdhup, "eventpoll.h");
static_assert(POLLIN == kIn && POLLPRI == kPri && POLLOUT == kOut && POLLERR == kErr, "poll.h");
static_assert(POLLHUP == kHup && POLLNVAL == kNval, "poll.h");

constexpr int kMostEvents = 512;

}  // namespace

int InterestSet::Open() {
  set_.reset(epoll_create1(EPOLL_CLOEXEC));
  return set_.get() < 0 ? -errno : 0;
}

int InterestSet::Add(int fd, bool writes) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  if (writes) event.events |= EPOLLOUT;
  event.data.fd = fd;
  if (epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return 0;
  if (errno != EEXIST) return -errno;
  return epoll_ctl(set_.get(), EPOLL_CTL_MOD, fd, &event) < 0 ? -errno : 0;
}

void InterestSet::Remove(int fd) {
  // Before Linux 2.6.9 the pointer had to be there, epoll_ctl(2) BUGS.
  epoll_event event = {};
  epoll_ctl(set_.get(), EPOLL_CTL_DEL, fd, &event);
}

int InterestSet::Take(ReadyEvent* events, int capacity) {
  epoll_event taken[kMostEvents];
  const int count = epoll_wait(set_.get(), taken, std::min(capacity, kMostEvents), 0);
  for (int i = 0; i < count; ++i) events[i] = {taken[i].data.fd, static_cast<int32_t>(taken[i].events)};
  return std::max(count, 0);
}

int PollNow(int fd, int events) {
  pollfd one = {fd, static_cast<short>(events), 0};
  int count = 0;
  do count = poll(&one, 1, 0);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  return (one.revents & POLLNVAL) != 0 ? -EBADF : one.revents;
}

}  // namespace sockwise

#endif

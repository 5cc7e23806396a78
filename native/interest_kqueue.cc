#if !defined(__linux__)

#include <fcntl.h>
#include <poll.h>
#include <sys/event.h>

#include <algorithm>
#include <cerrno>

#include "interest.h"

namespace sockwise {
namespace {

constexpr int kMostEvents = 512;

static_assert(POLLIN == kIn && POLLPRI == kPri && POLLOUT == kOut, "poll.h");
static_assert(POLLERR == kErr && POLLHUP == kHup && POLLNVAL == kNval, "poll.h");

// Which end of file a filter reports: the peer's FIN to a reader, the loss of the connection to a writer.
int32_t EventsOf(const struct kevent& event) {
  const bool ended = (event.flags & EV_EOF) != 0;
  int32_t events = event.filter == EVFILT_WRITE ? kOut : kIn;
  if (ended) events |= event.filter == EVFILT_WRITE ? kHup : kRdhup;
  if (ended && event.fflags != 0) events |= kErr;
  return events;
}

}  // namespace

int InterestSet::Open() {
  set_.reset(kqueue());
  if (set_.get() < 0) return -errno;
  return fcntl(set_.get(), F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

int InterestSet::Add(int fd, bool writes) {
  struct kevent changes[2];
  EV_SET(&changes[0], fd, EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, nullptr);
  // Disabled where nobody writes: a filter that is not there could not be deleted.
  EV_SET(&changes[1], fd, EVFILT_WRITE, EV_ADD | EV_CLEAR | (writes ? EV_ENABLE : EV_DISABLE), 0, 0, nullptr);
  return kevent(set_.get(), changes, 2, nullptr, 0, nullptr) < 0 ? -errno : 0;
}

void InterestSet::Remove(int fd) {
  for (const int16_t filter : {EVFILT_READ, EVFILT_WRITE}) {
    struct kevent change;
    EV_SET(&change, fd, filter, EV_DELETE, 0, 0, nullptr);
    kevent(set_.get(), &change, 1, nullptr, 0, nullptr);
  }
}

int InterestSet::Take(ReadyEvent* events, int capacity) {
  struct kevent taken[kMostEvents];
  const timespec now = {};
  const int count = kevent(set_.get(), nullptr, 0, taken, std::min(capacity, kMostEvents), &now);
  for (int i = 0; i < count; ++i) events[i] = {static_cast<int32_t>(taken[i].ident), EventsOf(taken[i])};
  return std::max(count, 0);
}

int PollNow(int fd, int events) {
  pollfd one = {fd, static_cast<short>(events & ~kRdhup), 0};
  int count = 0;
  do count = poll(&one, 1, 0);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  return (one.revents & POLLNVAL) != 0 ? -EBADF : one.revents;
}

}  // namespace sockwise

#endif

#ifndef SOCKWISE_INTEREST_H_
#define SOCKWISE_INTEREST_H_

#include <cstdint>

#include "unique_fd.h"

namespace sockwise {

// What poll(2) reports, with Linux's numbers on every system: in TypeScript they are `Poll`.
constexpr int32_t kIn = 0x1;
constexpr int32_t kPri = 0x2;
constexpr int32_t kOut = 0x4;
constexpr int32_t kErr = 0x8;
constexpr int32_t kHup = 0x10;
constexpr int32_t kNval = 0x20;
constexpr int32_t kRdhup = 0x2000;

struct ReadyEvent {
  int32_t fd;
  int32_t events;
};

// Descriptors whose changes are told, through epoll(7) or kqueue(2). Each change is told once (edge-triggered): a
// descriptor stays in the set from its first wait on, and one that is ready for ever, as with an error queue that
// nobody reads, does not keep the loop busy. So every wait begins with the call itself, and ends up here only after
// EAGAIN.
class InterestSet {
 public:
  // Returns 0 or -errno.
  int Open();

  // Readable by poll(2) while there is something to take.
  int fd() const { return set_.get(); }

  // Adds a descriptor, or changes whether it is told that it is ready to be written to: a datagram socket is after each
  // message that its peer reads, which is news to nobody who only reads. What it is ready for already is told as well.
  // Returns 0 or -errno.
  int Add(int fd, bool writes);

  // Must come before close(2): the set knows the open file, which a duplicate keeps alive.
  void Remove(int fd);

  // Takes up to `capacity` events. Returns how many.
  int Take(ReadyEvent* events, int capacity);

 private:
  UniqueFd set_;
};

// poll(2) of one descriptor, without waiting. Returns a sum of the bits above, or -errno.
int PollNow(int fd, int events);

}  // namespace sockwise

#endif  // SOCKWISE_INTEREST_H_

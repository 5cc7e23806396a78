#ifndef SOCKWISE_UNIQUE_FD_H_
#define SOCKWISE_UNIQUE_FD_H_

#include <unistd.h>

namespace sockwise {

// The one owner of a descriptor until release().
class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd& operator=(UniqueFd&&) = delete;
  ~UniqueFd() {
    // Never again after EINTR: Linux has released the number by then, close(2) NOTES.
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  void reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};

}  // namespace sockwise

#endif  // SOCKWISE_UNIQUE_FD_H_

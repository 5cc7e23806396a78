#ifndef SOCKWISE_READINESS_H_
#define SOCKWISE_READINESS_H_

#include <node_api.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "interest.h"

namespace sockwise {

// Calls back on the thread of the environment while a descriptor is readable, and holds its event loop if told to.
class Waker {
 public:
  virtual ~Waker() = default;

  // The loop lives on while this is set.
  virtual void KeepAlive(bool alive) = 0;

  // Ends everything, then calls done, which may destroy this object.
  virtual void Stop(std::function<void()> done) = 0;
};

// What could not be made: TypeScript names the call in the error.
enum class StartFailure : int32_t { kInterest = 0, kPipe = 1, kThread = 2, kLoop = 3 };

struct Started {
  int result;
  StartFailure failed;
};

// On the event loop, through one uv_poll_t.
Started NewLoopWaker(napi_env env, int fd, std::function<void()> ready, std::unique_ptr<Waker>* waker);

// On a thread of its own, for runtimes whose event loop is not libuv (Bun, Deno).
Started NewThreadWaker(napi_env env, int fd, std::function<void()> ready, std::unique_ptr<Waker>* waker);

// One JavaScript function that hears of readiness. While `held` it lives; otherwise it may be collected with the copy
// of the package it belongs to.
class Listener {
 public:
  Listener(napi_env env, napi_value function);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  void Hold(bool held);
  bool held() const { return held_; }

  // False once no JavaScript can run any more.
  bool Call(int count);

 private:
  napi_env env_;
  napi_ref function_ = nullptr;
  napi_async_context context_ = nullptr;
  bool held_ = false;
};

// Tells JavaScript which descriptors changed. Several copies of the package's JavaScript may use it side by side (a
// test runner, ESM and CommonJS): each has a listener, and each descriptor the listener that watched it last.
class Readiness {
 public:
  static constexpr int kCapacity = 512;

  // `table` has kCapacity events, shared with JavaScript.
  Readiness(napi_env env, ReadyEvent* table) : env_(env), table_(table) {}

  // Starts what is not running yet. After a failure a later call may succeed.
  Started Start(bool threaded);

  int Listen(napi_value function);
  void Hold(int listener, bool held);

  // Returns 0 or -errno. `writes`: see InterestSet::Add.
  int Watch(int fd, int listener, bool writes);

  // Must come before the descriptor is closed or given away.
  void Forget(int fd);

  // Forgets it if it is still this listener's.
  void Unwatch(int fd, int listener);

  // Ends everything, then calls done; it may destroy this object.
  void Stop(std::function<void()> done);

 private:
  // Once told, and as long as the listeners' own work brings new events.
  void Deliver();
  // Returns how many events there were, 0 also if no more may be taken.
  int DeliverOnce();
  int OwnerOf(int fd) const;

  napi_env env_;
  ReadyEvent* table_;
  InterestSet interest_;
  std::unique_ptr<Waker> waker_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  // By descriptor: the listener that watches it, or kNobody.
  std::vector<int32_t> owners_;
  // How many listeners are held.
  int held_ = 0;
  // Whether the last second look found something, and how many were left out since.
  bool looks_again_ = true;
  int left_out_ = 0;
};

}  // namespace sockwise

#endif  // SOCKWISE_READINESS_H_

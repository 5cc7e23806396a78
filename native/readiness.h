#ifndef SOCKWISE_READINESS_H_
#define SOCKWISE_READINESS_H_

#include <functional>
#include <memory>

#include "napi_safe.h"

namespace sockwise {

// Tells JavaScript when a descriptor becomes readable or writable: one event for each Watch().
class Readiness {
 public:
  virtual ~Readiness() = default;

  // Watches for events (UV_READABLE, UV_WRITABLE) once, replacing an earlier Watch(); 0 forgets the descriptor. Returns
  // 0 or -errno.
  virtual int Watch(int fd, int events) = 0;

  // Ends everything, then calls done; it may destroy this object.
  virtual void Stop(std::function<void()> done) = 0;
};

// Calls the one JavaScript function that hears of readiness.
class ReadyFunction {
 public:
  ReadyFunction(Napi::Function function, const char* resource_name);
  void Call(int fd, int events);

 private:
  Napi::FunctionReference function_;
  Napi::AsyncContext context_;
};

// Each returns nullptr with errno set where it cannot start; a later call may succeed.

// On the event loop, through uv_poll_t.
std::unique_ptr<Readiness> NewLoopReadiness(Napi::Env env, Napi::Function ready);

// On a thread of its own, through poll(2), for runtimes whose uv_poll_init aborts (Bun).
std::unique_ptr<Readiness> NewThreadReadiness(Napi::Env env, Napi::Function ready);

}  // namespace sockwise

#endif  // SOCKWISE_READINESS_H_

#include <uv.h>

#include <cerrno>

#include "readiness.h"

namespace sockwise {
namespace {

class LoopWaker : public Waker {
 public:
  explicit LoopWaker(std::function<void()> ready) : ready_(std::move(ready)) {}

  int Start(uv_loop_t* loop, int fd) {
    const int status = uv_poll_init(loop, &poll_, fd);
    if (status < 0) return status;
    poll_.data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
    return uv_poll_start(&poll_, UV_READABLE,
                         [](uv_poll_t* poll, int, int) { static_cast<LoopWaker*>(poll->data)->ready_(); });
  }

  void KeepAlive(bool alive) override {
    uv_handle_t* handle = reinterpret_cast<uv_handle_t*>(&poll_);
    if (alive) {
      uv_ref(handle);
    } else {
      uv_unref(handle);
    }
  }

  // The environment must not go before libuv has called back.
  void Stop(std::function<void()> done) override {
    done_ = std::move(done);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* closed) {
      // Moved out first: calling it destroys this object.
      const std::function<void()> finish = std::move(static_cast<LoopWaker*>(closed->data)->done_);
      finish();
    });
  }

 private:
  std::function<void()> ready_;
  std::function<void()> done_;
  uv_poll_t poll_;
};

}  // namespace

Started NewLoopWaker(napi_env env, int fd, std::function<void()> ready, std::unique_ptr<Waker>* waker) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return {-ENOSYS, StartFailure::kLoop};
  auto made = std::make_unique<LoopWaker>(std::move(ready));
  const int status = made->Start(loop, fd);
  // After uv_poll_init() there is nothing that could fail: uv_poll_start() only notes what to watch for.
  if (status < 0) return {status, StartFailure::kLoop};
  *waker = std::move(made);
  return {0, StartFailure::kLoop};
}

}  // namespace sockwise

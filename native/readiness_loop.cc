#include <uv.h>

#include <cerrno>
#include <unordered_map>

#include "readiness.h"

namespace sockwise {

ReadyFunction::ReadyFunction(Napi::Function function, const char* resource_name)
    : function_(Napi::Persistent(function)), context_(function.Env(), resource_name) {}

void ReadyFunction::Call(int fd, int events) {
  Napi::Env env = function_.Env();
  Napi::HandleScope scope(env);
  napi_value arguments[] = {Napi::Number::New(env, fd), Napi::Number::New(env, events)};
  napi_value result = nullptr;
  // The bare call: a worker that is being terminated answers with a failure that no wrapper may turn into an abort.
  const napi_status status = napi_make_callback(env, context_, env.Global(), function_.Value(), 2, arguments, &result);
  if (status != napi_pending_exception) return;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) napi_fatal_exception(env, exception);
}

namespace {

class LoopReadiness : public Readiness {
 public:
  LoopReadiness(Napi::Env env, uv_loop_t* loop, Napi::Function ready)
      : env_(env), loop_(loop), ready_(ready, "sockwise:readiness") {}

  int Watch(int fd, int events) override {
    auto found = handles_.find(fd);
    if (events == 0) {
      if (found != handles_.end()) Forget(found);
      return 0;
    }
    if (found == handles_.end()) {
      auto handle = std::make_unique<Handle>();
      handle->owner = this;
      handle->fd = fd;
      const int status = uv_poll_init(loop_, &handle->poll, fd);
      if (status < 0) return status;
      handle->poll.data = handle.get();
      found = handles_.emplace(fd, handle.release()).first;
    }
    return uv_poll_start(&found->second->poll, events, OnPoll);
  }

  void Stop(std::function<void()> done) override {
    done_ = std::move(done);
    while (!handles_.empty()) Forget(handles_.begin());
    MaybeDone();
  }

 private:
  struct Handle {
    uv_poll_t poll;
    LoopReadiness* owner;
    int fd;
  };
  using Handles = std::unordered_map<int, Handle*>;

  static void OnPoll(uv_poll_t* poll, int status, int events) {
    Handle* handle = static_cast<Handle*>(poll->data);
    uv_poll_stop(poll);
    handle->owner->ready_.Call(handle->fd, status < 0 ? status : events);
  }

  // uv_poll_stop takes the descriptor out of epoll at once, so it may be closed while the handle is still closing.
  void Forget(Handles::iterator at) {
    uv_poll_t* poll = &at->second->poll;
    handles_.erase(at);
    ++closing_;
    uv_poll_stop(poll);
    uv_close(reinterpret_cast<uv_handle_t*>(poll), [](uv_handle_t* closed) {
      Handle* handle = static_cast<Handle*>(closed->data);
      LoopReadiness* owner = handle->owner;
      delete handle;
      --owner->closing_;
      owner->MaybeDone();
    });
  }

  void MaybeDone() {
    if (!done_ || closing_ > 0) return;
    // Moved out first: calling it destroys this object.
    const std::function<void()> done = std::move(done_);
    done();
  }

  Napi::Env env_;
  uv_loop_t* loop_;
  ReadyFunction ready_;
  Handles handles_;
  int closing_ = 0;
  std::function<void()> done_;
};

}  // namespace

std::unique_ptr<Readiness> NewLoopReadiness(Napi::Env env, Napi::Function ready) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    errno = ENOSYS;
    return nullptr;
  }
  return std::make_unique<LoopReadiness>(env, loop, ready);
}

}  // namespace sockwise

#include "blocking.h"

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <memory>

namespace sockwise {
namespace {

// More wait for one of these. Each may hold a call for as long as SO_LINGER says.
constexpr int kMostThreads = 64;
constexpr size_t kStackSize = 256 * 1024;

}  // namespace

napi_value BlockingCalls::Run(const char* name, std::function<int()> run) {
  Call* call = new Call{std::move(run)};
  napi_value promise = nullptr;
  napi_value resource = nullptr;
  napi_create_promise(env_, &call->deferred, &promise);
  napi_create_string_utf8(env_, name, NAPI_AUTO_LENGTH, &resource);
  // One for each call: its thread calls it once and lets it go, so that it is never used after the environment has
  // closed it. It keeps the event loop alive until then.
  napi_create_threadsafe_function(env_, nullptr, nullptr, resource, 0, 1, nullptr, nullptr, nullptr, Settle,
                                  &call->function);
  bool queued = true;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(call);
    if (threads_ < kMostThreads && !StartThread() && threads_ == 0) {
      queue_.pop_back();
      queued = false;
    }
  }
  if (!queued) Make(call);
  return promise;
}

void BlockingCalls::Finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait(lock, [this]() { return threads_ == 0; });
}

// Not std::thread, whose constructor can only throw.
bool BlockingCalls::StartThread() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackSize);
  // Signals are for the threads of the runtime.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, RunThread, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (started) ++threads_;
  return started;
}

void* BlockingCalls::RunThread(void* self) {
  static_cast<BlockingCalls*>(self)->Work();
  return nullptr;
}

void BlockingCalls::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!queue_.empty()) {
    Call* call = queue_.front();
    queue_.pop_front();
    lock.unlock();
    Make(call);
    lock.lock();
  }
  --threads_;
  // With the lock held: who waits may destroy this as soon as it has it.
  ended_.notify_all();
}

void BlockingCalls::Make(Call* call) {
  const int result = call->run();
  call->result = result < 0 ? -errno : result;
  const napi_threadsafe_function function = call->function;
  // The environment is going: nobody waits for the promise.
  if (napi_call_threadsafe_function(function, call, napi_tsfn_nonblocking) != napi_ok) {
    delete call;
    return;
  }
  napi_release_threadsafe_function(function, napi_tsfn_release);
}

void BlockingCalls::Settle(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Call> call(static_cast<Call*>(data));
  if (env == nullptr) return;
  napi_value value = nullptr;
  napi_create_int32(env, call->result, &value);
  napi_resolve_deferred(env, call->deferred, value);
}

}  // namespace sockwise

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "readiness.h"

namespace sockwise {
namespace {

// The thread only says that there is something to take; it is taken on the thread of the environment. So nothing but
// one flag is shared, and no descriptor of a socket is ever held by poll(2) here.
class ThreadWaker : public Waker {
 public:
  ThreadWaker(napi_env env, int fd, std::function<void()> ready, int wake_read, int wake_write)
      : env_(env), fd_(fd), ready_(std::move(ready)), wake_read_(wake_read), wake_write_(wake_write) {}

  // Returns 0 or -errno, after which this object is good for nothing. Not std::thread, whose constructor can only
  // throw.
  int Start() {
    napi_value name = nullptr;
    napi_create_string_utf8(env_, "sockwise:readiness", NAPI_AUTO_LENGTH, &name);
    napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, Deliver, &function_);
    napi_unref_threadsafe_function(env_, function_);
    // Signals are for the threads of the runtime.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&thread_, nullptr, RunThread, this);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) napi_release_threadsafe_function(function_, napi_tsfn_abort);
    return -error;
  }

  void KeepAlive(bool alive) override {
    if (alive) {
      napi_ref_threadsafe_function(env_, function_);
    } else {
      napi_unref_threadsafe_function(env_, function_);
    }
  }

  // The function is closing by now (its own cleanup hook ran before), but deleted only by the loop: the thread must be
  // gone, and this call over, before the hooks are.
  void Stop(std::function<void()> done) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    taken_.notify_one();
    const char byte = 0;
    // The pipe is empty: nothing else is ever written.
    (void)!write(wake_write_.get(), &byte, 1);
    pthread_join(thread_, nullptr);
    napi_release_threadsafe_function(function_, napi_tsfn_abort);
    done();
  }

 private:
  static void* RunThread(void* self) {
    static_cast<ThreadWaker*>(self)->Run();
    return nullptr;
  }

  void Run() {
    pollfd fds[] = {{fd_, POLLIN, 0}, {wake_read_.get(), POLLIN, 0}};
    for (;;) {
      if (poll(fds, 2, -1) < 0) continue;
      std::unique_lock<std::mutex> lock(mutex_);
      if (stopping_) return;
      told_ = true;
      // It fails where the function is closing: then the end comes next.
      napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
      // Not polled again until it is taken, or the thread would spin.
      taken_.wait(lock, [this]() { return stopping_ || !told_; });
      if (stopping_) return;
    }
  }

  static void Deliver(napi_env env, napi_value, void* context, void*) {
    if (env == nullptr) return;
    ThreadWaker* self = static_cast<ThreadWaker*>(context);
    self->ready_();
    {
      std::lock_guard<std::mutex> lock(self->mutex_);
      self->told_ = false;
    }
    self->taken_.notify_one();
  }

  napi_env env_;
  int fd_;
  std::function<void()> ready_;
  UniqueFd wake_read_;
  UniqueFd wake_write_;
  napi_threadsafe_function function_ = nullptr;
  pthread_t thread_ = {};
  std::mutex mutex_;
  std::condition_variable taken_;
  bool told_ = false;
  bool stopping_ = false;
};

}  // namespace

Started NewThreadWaker(napi_env env, int fd, std::function<void()> ready, std::unique_ptr<Waker>* waker) {
  int ends[2];
  if (pipe(ends) < 0) return {-errno, StartFailure::kPipe};
  for (const int end : ends) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  auto made = std::make_unique<ThreadWaker>(env, fd, std::move(ready), ends[0], ends[1]);
  const int result = made->Start();
  if (result == 0) *waker = std::move(made);
  return {result, StartFailure::kThread};
}

}  // namespace sockwise

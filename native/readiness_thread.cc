#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <uv.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "readiness.h"
#include "unique_fd.h"

namespace sockwise {
namespace {

// Who closes one waiting socket often closes many. To poll the others again after each is quadratic.
constexpr std::chrono::microseconds kForgetPause(100);

struct Event {
  int fd;
  int events;
};

class ThreadReadiness : public Readiness {
 public:
  ThreadReadiness(Napi::Env env, Napi::Function ready, int wake_read, int wake_write)
      : env_(env), ready_(ready, "sockwise:readiness"), wake_read_(wake_read), wake_write_(wake_write) {}

  // Returns 0 or the errno of pthread_create(3), after which this object is good for nothing. Not std::thread, whose
  // constructor can only throw.
  int Start() {
    napi_create_threadsafe_function(env_, nullptr, nullptr, Napi::String::New(env_, "sockwise:readiness"), 0, 1,
                                    nullptr, nullptr, this, Deliver, &function_);
    napi_unref_threadsafe_function(env_, function_);
    // Signals are for the threads of the runtime.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&thread_, nullptr, RunThread, this);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) napi_release_threadsafe_function(function_, napi_tsfn_abort);
    return error;
  }

  int Watch(int fd, int events) override {
    // As uv_poll_init does: an error now beats an event that never comes.
    if (events != 0 && fcntl(fd, F_GETFD) < 0) return -errno;
    std::unique_lock<std::mutex> lock(mutex_);
    if (events == 0) {
      watched_.erase(fd);
    } else {
      watched_[fd] = events;
    }
    KeepAlive(!watched_.empty());
    Wake();
    // poll(2) holds the open file: closed meanwhile, the socket would keep its port until the thread has come back.
    if (events == 0 && polled_.count(fd) > 0) {
      forgotten_ = true;
      left_.wait(lock, [this, fd]() { return polled_.count(fd) == 0; });
    }
    return 0;
  }

  // The function is closing by now (its own cleanup hook ran before), but deleted only by the loop: the thread must be
  // gone, and this call over, before the hooks are.
  void Stop(std::function<void()> done) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    Wake();
    pthread_join(thread_, nullptr);
    napi_release_threadsafe_function(function_, napi_tsfn_abort);
    done();
  }

 private:
  void Wake() {
    const char byte = 0;
    // A full pipe has woken the thread already.
    (void)!write(wake_write_.get(), &byte, 1);
  }

  // The loop lives as long as somebody waits, as with uv_poll_t.
  void KeepAlive(bool waiting) {
    if (waiting == referenced_) return;
    referenced_ = waiting;
    if (waiting) {
      napi_ref_threadsafe_function(env_, function_);
    } else {
      napi_unref_threadsafe_function(env_, function_);
    }
  }

  static void* RunThread(void* self) {
    static_cast<ThreadReadiness*>(self)->Run();
    return nullptr;
  }

  void Run() {
    std::vector<pollfd> fds;
    for (;;) {
      fds.assign(1, pollfd{wake_read_.get(), POLLIN, 0});
      if (Leave()) std::this_thread::sleep_for(kForgetPause);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (stopping_) return;
        for (const auto& [fd, events] : watched_) {
          const short wanted = static_cast<short>(((events & UV_READABLE) != 0 ? POLLIN : 0) |
                                                  ((events & UV_WRITABLE) != 0 ? POLLOUT : 0));
          if (reported_.count(fd) > 0) continue;
          fds.push_back(pollfd{fd, wanted, 0});
          polled_.insert(fd);
        }
      }
      if (poll(fds.data(), static_cast<nfds_t>(fds.size()), -1) < 0) continue;
      char drained[256];
      while (read(wake_read_.get(), drained, sizeof drained) > 0) continue;
      for (size_t i = 1; i < fds.size(); ++i) {
        if (fds[i].revents != 0) Report(fds[i]);
      }
    }
  }

  // Tells who waits that nothing is polled now. Returns whether somebody did.
  bool Leave() {
    std::lock_guard<std::mutex> lock(mutex_);
    polled_.clear();
    left_.notify_all();
    const bool forgotten = forgotten_;
    forgotten_ = false;
    return forgotten;
  }

  void Report(const pollfd& ready) {
    const bool failed = (ready.revents & (POLLERR | POLLHUP)) != 0;
    int events = (ready.revents & POLLNVAL) != 0 ? -EBADF : 0;
    if (events == 0 && ((ready.revents & POLLIN) != 0 || failed)) events |= UV_READABLE;
    if (events >= 0 && ((ready.revents & POLLOUT) != 0 || failed)) events |= UV_WRITABLE;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      reported_.insert(ready.fd);
    }
    Event* event = new Event{ready.fd, events};
    if (napi_call_threadsafe_function(function_, event, napi_tsfn_nonblocking) != napi_ok) delete event;
  }

  static void Deliver(napi_env env, napi_value, void* context, void* data) {
    const std::unique_ptr<Event> event(static_cast<Event*>(data));
    if (env == nullptr) return;
    ThreadReadiness* self = static_cast<ThreadReadiness*>(context);
    int wanted = 0;
    {
      std::lock_guard<std::mutex> lock(self->mutex_);
      self->reported_.erase(event->fd);
      auto found = self->watched_.find(event->fd);
      // Forgotten since: the number may belong to another socket by now.
      if (found == self->watched_.end()) return;
      wanted = found->second;
      self->watched_.erase(found);
      self->KeepAlive(!self->watched_.empty());
    }
    self->ready_.Call(event->fd, event->events < 0 ? event->events : event->events & wanted);
  }

  Napi::Env env_;
  ReadyFunction ready_;
  UniqueFd wake_read_;
  UniqueFd wake_write_;
  napi_threadsafe_function function_ = nullptr;
  pthread_t thread_ = {};
  std::mutex mutex_;
  std::unordered_map<int, int> watched_;
  // Descriptors whose event is on its way: not polled again until it has arrived, or the thread would spin.
  std::unordered_set<int> reported_;
  // What the thread is in poll(2) for.
  std::unordered_set<int> polled_;
  std::condition_variable left_;
  bool forgotten_ = false;
  bool stopping_ = false;
  bool referenced_ = false;
};

}  // namespace

std::unique_ptr<Readiness> NewThreadReadiness(Napi::Env env, Napi::Function ready) {
  int ends[2];
  if (pipe(ends) < 0) return nullptr;
  for (const int end : ends) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  auto readiness = std::make_unique<ThreadReadiness>(env, ready, ends[0], ends[1]);
  const int error = readiness->Start();
  if (error == 0) return readiness;
  readiness.reset();
  errno = error;
  return nullptr;
}

}  // namespace sockwise

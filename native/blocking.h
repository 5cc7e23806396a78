#ifndef SOCKWISE_BLOCKING_H_
#define SOCKWISE_BLOCKING_H_

#include <node_api.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace sockwise {

// Calls that may block for long, on threads of their own: libuv's pool has four, and whatever else the program does
// with files and names waits for them.
class BlockingCalls {
 public:
  explicit BlockingCalls(napi_env env) : env_(env) {}

  // Returns a promise of what `run` returns, or -errno. Where no thread can be had, the call is made at once.
  napi_value Run(const char* name, std::function<int()> run);

  // Returns when every call has been made. Their promises stay unsettled.
  void Finish();

 private:
  struct Call {
    std::function<int()> run;
    int result = 0;
    napi_deferred deferred = nullptr;
    napi_threadsafe_function function = nullptr;
  };

  static void* RunThread(void* self);
  static void Settle(napi_env env, napi_value, void*, void* data);
  static void Make(Call* call);
  bool StartThread();
  void Work();

  napi_env env_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Call*> queue_;
  int threads_ = 0;
};

}  // namespace sockwise

#endif  // SOCKWISE_BLOCKING_H_

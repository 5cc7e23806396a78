// What native/ shares between threads, under ThreadSanitizer: the calls that block, the word that one has begun, and
// the thread that waits for readiness. `node scripts/sanitize.mjs tsan` compiles it with those files. Node is not
// instrumented, so the few functions of Node-API that they call are made here: an event loop with a lock, as Node's is
// (src/node_api.cc, ThreadSafeFunction).
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "beginning.h"
#include "blocking.h"
#include "readiness.h"

// A function of the loop; the loop deletes it, after the last thread has let it go.
struct napi_threadsafe_function__ {
  napi_threadsafe_function_call_js call;
  void* context;
  int threads = 1;
  bool closing = false;
};

namespace {

const napi_env kEnv = reinterpret_cast<napi_env>(1);

struct Item {
  napi_threadsafe_function function;
  void* data;
  bool deletes;
};

std::mutex loop_mutex;
std::condition_variable loop_changed;
std::deque<Item> loop_queue;

// Of the loop's thread alone.
std::vector<int> settled;
size_t settled_count = 0;

void Turn() {
  std::unique_lock<std::mutex> lock(loop_mutex);
  loop_changed.wait(lock, [] { return !loop_queue.empty(); });
  const Item item = loop_queue.front();
  loop_queue.pop_front();
  const bool closing = item.function->closing;
  lock.unlock();
  if (item.deletes) {
    delete item.function;
    return;
  }
  // As Node does: without an environment where the function is closing.
  item.function->call(closing ? nullptr : kEnv, nullptr, item.function->context, item.data);
}

void TurnAll() {
  for (;;) {
    {
      std::lock_guard<std::mutex> lock(loop_mutex);
      if (loop_queue.empty()) return;
    }
    Turn();
  }
}

// With the lock held.
void Push(Item item) {
  loop_queue.push_back(item);
  loop_changed.notify_one();
}

void Expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::exit(1);
}

}  // namespace

extern "C" {

napi_status napi_create_promise(napi_env, napi_deferred* deferred, napi_value* promise) {
  settled.push_back(-1);
  *deferred = reinterpret_cast<napi_deferred>(settled.size());
  *promise = nullptr;
  return napi_ok;
}

napi_status napi_create_string_utf8(napi_env, const char*, size_t, napi_value* result) {
  *result = nullptr;
  return napi_ok;
}

napi_status napi_create_int32(napi_env, int32_t value, napi_value* result) {
  *result = reinterpret_cast<napi_value>(static_cast<intptr_t>(value));
  return napi_ok;
}

napi_status napi_resolve_deferred(napi_env, napi_deferred deferred, napi_value value) {
  settled[reinterpret_cast<size_t>(deferred) - 1] = static_cast<int>(reinterpret_cast<intptr_t>(value));
  ++settled_count;
  return napi_ok;
}

napi_status napi_create_threadsafe_function(napi_env, napi_value, napi_value, napi_value, size_t, size_t, void*,
                                            napi_finalize, void* context, napi_threadsafe_function_call_js call,
                                            napi_threadsafe_function* result) {
  *result = new napi_threadsafe_function__{call, context};
  return napi_ok;
}

napi_status napi_call_threadsafe_function(napi_threadsafe_function function, void* data,
                                          napi_threadsafe_function_call_mode) {
  std::lock_guard<std::mutex> lock(loop_mutex);
  if (function->closing) return napi_closing;
  Push({function, data, false});
  return napi_ok;
}

napi_status napi_release_threadsafe_function(napi_threadsafe_function function,
                                             napi_threadsafe_function_release_mode mode) {
  std::lock_guard<std::mutex> lock(loop_mutex);
  if (mode == napi_tsfn_abort) function->closing = true;
  if (--function->threads == 0) Push({function, nullptr, true});
  return napi_ok;
}

napi_status napi_ref_threadsafe_function(napi_env, napi_threadsafe_function) { return napi_ok; }
napi_status napi_unref_threadsafe_function(napi_env, napi_threadsafe_function) { return napi_ok; }

}  // extern "C"

namespace {

using sockwise::Beginning;
using sockwise::BlockingCalls;

// More calls than threads: what each captured is used on its thread, and read here when it is settled.
void ManyCalls() {
  constexpr size_t kCalls = 2000;
  const size_t before = settled.size();
  BlockingCalls calls(kEnv);
  std::vector<int> done(kCalls);
  for (size_t i = 0; i < kCalls; ++i) {
    calls.Run("call", [&done, i] {
      done[i] = static_cast<int>(i);
      errno = EAGAIN;
      return i % 2 == 0 ? done[i] : -1;
    });
  }
  settled_count = 0;
  while (settled_count < kCalls) Turn();
  for (size_t i = 0; i < kCalls; ++i) {
    Expect(done[i] == static_cast<int>(i), "each call was made");
    Expect(settled[before + i] == (i % 2 == 0 ? static_cast<int>(i) : -EAGAIN), "each promise has its own result");
  }
  calls.Finish();
}

// Calls that have begun are waited for, and nothing of them is used afterwards.
void EndOfEnvironment() {
  for (int round = 0; round < 100; ++round) {
    auto calls = std::make_unique<BlockingCalls>(kEnv);
    int made[8] = {};
    for (int& each : made) calls->Run("call", [&each] { return ++each; });
    calls->Finish();
    calls.reset();
    for (const int each : made) Expect(each == 1, "the end waited for each call");
  }
  TurnAll();
}

// As native/raw.cc blocks: the caller goes on when the thread is about to make the call.
void Beginnings() {
  BlockingCalls calls(kEnv);
  settled_count = 0;
  constexpr int kCalls = 300;
  for (int i = 0; i < kCalls; ++i) {
    Beginning* beginning = new Beginning;
    auto begun = std::make_shared<int>(0);
    calls.Run("call", [beginning, begun] {
      *begun = 1;
      beginning->Tell();
      return 0;
    });
    beginning->Await();
    Expect(*begun == 1, "the call had begun");
  }
  while (settled_count < kCalls) Turn();

  // 64 threads are taken: the caller gives up, and the thread comes later.
  int ends[2];
  Expect(pipe(ends) == 0, "a pipe");
  for (int i = 0; i < 64; ++i) {
    calls.Run("read", [from = ends[0]] {
      char byte;
      return static_cast<int>(read(from, &byte, 1));
    });
  }
  Beginning* late = new Beginning;
  calls.Run("late", [late] {
    late->Tell();
    return 0;
  });
  late->Await();
  for (int i = 0; i < 64; ++i) Expect(write(ends[1], "x", 1) == 1, "a byte for each");
  settled_count = 0;
  while (settled_count < 65) Turn();
  calls.Finish();
  close(ends[0]);
  close(ends[1]);
}

void* SendBytes(void* fd) {
  for (int i = 0; i < 2000; ++i) {
    while (send(*static_cast<int*>(fd), "x", 1, MSG_NOSIGNAL) < 0 && errno == EAGAIN) {
    }
  }
  return nullptr;
}

// The thread reports what is ready, and the loop reads the report.
void Wakes() {
  int pair[2];
  Expect(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  int taken = 0;
  std::unique_ptr<sockwise::Waker> waker;
  const auto ready = [&taken, fd = pair[0]] {
    char bytes[64];
    for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;) taken += static_cast<int>(got);
  };
  Expect(sockwise::NewThreadWaker(kEnv, pair[0], ready, &waker).result == 0, "the thread starts");
  pthread_t sender;
  Expect(pthread_create(&sender, nullptr, SendBytes, &pair[1]) == 0, "another thread");
  while (taken < 2000) Turn();
  pthread_join(sender, nullptr);
  bool stopped = false;
  waker->Stop([&stopped] { stopped = true; });
  Expect(stopped, "it stops");
  waker.reset();
  TurnAll();

  // Stopped while it waits, has told, or is about to.
  for (int round = 0; round < 100; ++round) {
    Expect(sockwise::NewThreadWaker(kEnv, pair[0], ready, &waker).result == 0, "the thread starts");
    if (round % 2 == 0) Expect(send(pair[1], "x", 1, 0) == 1, "something to tell");
    if (round % 4 == 0) Turn();
    waker->Stop([] {});
    {
      // What was told before is delivered without an environment.
      TurnAll();
    }
    waker.reset();
  }
  close(pair[0]);
  close(pair[1]);
}

}  // namespace

int main() {
  ManyCalls();
  EndOfEnvironment();
  Beginnings();
  Wakes();
  std::puts("calls that block, beginnings, wakes: as they should be");
  return 0;
}

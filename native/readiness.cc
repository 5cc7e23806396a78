#include "readiness.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace sockwise {
namespace {

constexpr int32_t kNobody = -1;

// For so long the rest of the event loop waits for descriptors that become ready again and again.
constexpr auto kLongestDelivery = std::chrono::milliseconds(1);

// After a second look in vain so many are left out.
constexpr int kLeftOut = 16;

}  // namespace

Listener::Listener(napi_env env, napi_value function) : env_(env) {
  napi_create_reference(env, function, 0, &function_);
  napi_value name = nullptr;
  napi_create_string_utf8(env, "sockwise:readiness", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &context_);
}

Listener::~Listener() {
  napi_delete_reference(env_, function_);
  napi_async_destroy(env_, context_);
}

void Listener::Hold(bool held) {
  if (held == held_) return;
  held_ = held;
  uint32_t count = 0;
  if (held) {
    napi_reference_ref(env_, function_, &count);
  } else {
    napi_reference_unref(env_, function_, &count);
  }
}

bool Listener::Call(int count) {
  napi_value function = nullptr;
  // Collected with its copy of the package.
  if (napi_get_reference_value(env_, function_, &function) != napi_ok || function == nullptr) return true;
  napi_value global = nullptr;
  napi_get_global(env_, &global);
  napi_value argument = nullptr;
  napi_create_int32(env_, count, &argument);
  napi_value result = nullptr;
  // The bare call: a worker that is being terminated answers with a failure that no wrapper may turn into an abort.
  const napi_status status = napi_make_callback(env_, context_, global, function, 1, &argument, &result);
  if (status != napi_pending_exception) return status == napi_ok;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env_, &exception) != napi_ok) return false;
  return napi_fatal_exception(env_, exception) == napi_ok;
}

Started Readiness::Start(bool threaded) {
  if (waker_ != nullptr) return {0, StartFailure::kInterest};
  if (interest_.fd() < 0) {
    const int opened = interest_.Open();
    if (opened < 0) return {opened, StartFailure::kInterest};
  }
  auto ready = [this]() { Deliver(); };
  return threaded ? NewThreadWaker(env_, interest_.fd(), ready, &waker_)
                  : NewLoopWaker(env_, interest_.fd(), ready, &waker_);
}

int Readiness::Listen(napi_value function) {
  listeners_.push_back(std::make_unique<Listener>(env_, function));
  return static_cast<int>(listeners_.size()) - 1;
}

void Readiness::Hold(int listener, bool held) {
  if (listener < 0 || static_cast<size_t>(listener) >= listeners_.size()) return;
  Listener& one = *listeners_[static_cast<size_t>(listener)];
  if (one.held() == held) return;
  one.Hold(held);
  held_ += held ? 1 : -1;
  if (waker_ != nullptr) waker_->KeepAlive(held_ > 0);
}

int Readiness::OwnerOf(int fd) const {
  return fd >= 0 && static_cast<size_t>(fd) < owners_.size() ? owners_[static_cast<size_t>(fd)] : kNobody;
}

int Readiness::Watch(int fd, int listener, bool writes) {
  if (waker_ == nullptr) return -ENOSYS;
  const int added = interest_.Add(fd, writes);
  if (added < 0) return added;
  const size_t index = static_cast<size_t>(fd);
  if (index >= owners_.size()) owners_.resize(std::max(index + 1, 2 * owners_.size()), kNobody);
  owners_[index] = listener;
  return 0;
}

void Readiness::Forget(int fd) {
  if (OwnerOf(fd) == kNobody) return;
  owners_[static_cast<size_t>(fd)] = kNobody;
  interest_.Remove(fd);
}

void Readiness::Unwatch(int fd, int listener) {
  if (OwnerOf(fd) == listener) Forget(fd);
}

int Readiness::DeliverOnce() {
  ReadyEvent taken[kCapacity];
  const int count = interest_.Take(taken, kCapacity);
  napi_handle_scope scope = nullptr;
  if (count == 0 || napi_open_handle_scope(env_, &scope) != napi_ok) return 0;
  bool runs = true;
  for (size_t listener = 0; runs && listener < listeners_.size(); ++listener) {
    // Asked again for each listener: what an earlier one did may have closed a descriptor.
    int its = 0;
    for (int i = 0; i < count; ++i) {
      if (OwnerOf(taken[i].fd) == static_cast<int>(listener)) table_[its++] = taken[i];
    }
    if (its > 0) runs = listeners_[listener]->Call(its);
  }
  napi_close_handle_scope(env_, scope);
  return runs ? count : 0;
}

// Where one descriptor's work makes another ready, as in a process that talks to itself or a server under load, a turn
// of the event loop for each (one more epoll_wait(2), timers, immediates) would cost more than the work. Where it does
// not, a look in vain is a system call for nothing: so the next are left out.
void Readiness::Deliver() {
  const auto end = std::chrono::steady_clock::now() + kLongestDelivery;
  if (DeliverOnce() == 0 || (!looks_again_ && ++left_out_ < kLeftOut)) return;
  left_out_ = 0;
  looks_again_ = DeliverOnce() > 0;
  if (!looks_again_) return;
  while (std::chrono::steady_clock::now() < end && DeliverOnce() > 0);
}

void Readiness::Stop(std::function<void()> done) {
  listeners_.clear();
  if (waker_ == nullptr) return done();
  waker_->Stop(std::move(done));
}

}  // namespace sockwise

#include "environment.h"

#include <unistd.h>

#include <mutex>

namespace sockwise {
namespace {

// Whose each descriptor of the process is. One number has one owner at a time: the environment of another thread may
// get one that was closed behind the back of its owner here, and must not lose it to that owner's close().
class Owners {
 public:
  void Set(int fd, const Environment* owner) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t index = static_cast<size_t>(fd);
    if (index >= owners_.size()) owners_.resize(index + 64);
    owners_[index] = owner;
  }

  bool Is(int fd, const Environment* owner) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return owners_[static_cast<size_t>(fd)] == owner;
  }

 private:
  std::mutex mutex_;
  std::vector<const Environment*> owners_;
};

// Never destroyed: threads may end after the main one has.
Owners& AllOwners() {
  static Owners* const owners = new Owners;
  return *owners;
}

bool RunsInDeno(napi_env env) {
  napi_value global = nullptr;
  bool found = false;
  return napi_get_global(env, &global) == napi_ok && napi_has_named_property(env, global, "Deno", &found) == napi_ok &&
         found;
}

}  // namespace

Environment::Environment(napi_env env) : env_(env), blocking_(env) {
  napi_value buffer = nullptr;
  void* memory = nullptr;
  napi_create_arraybuffer(env, kDataOffset + kDataSize + kBatchSize, &memory, &buffer);
  // A strong reference: V8 neither moves nor frees the memory of a live ArrayBuffer.
  napi_create_reference(env, buffer, 1, &scratch_ref_);
  scratch_ = static_cast<uint8_t*>(memory);
  napi_create_arraybuffer(env, Readiness::kCapacity * sizeof(ReadyEvent), &memory, &buffer);
  napi_create_reference(env, buffer, 1, &events_ref_);
  readiness_ = std::make_unique<Readiness>(env, static_cast<ReadyEvent*>(memory));
  if (RunsInDeno(env)) {
    napi_add_env_cleanup_hook(env, LeaveDeno, this);
  } else {
    napi_add_async_cleanup_hook(env, TearDown, this, nullptr);
  }
}

napi_value Environment::ScratchValue() const {
  napi_value value = nullptr;
  napi_get_reference_value(env_, scratch_ref_, &value);
  return value;
}

napi_value Environment::EventsValue() const {
  napi_value value = nullptr;
  napi_get_reference_value(env_, events_ref_, &value);
  return value;
}

void Environment::Own(int fd) {
  // Somebody else has closed the descriptor that had this number before.
  readiness_->Forget(fd);
  const size_t index = static_cast<size_t>(fd);
  if (index >= owned_.size()) owned_.resize(index + 64);
  owned_[index] = true;
  AllOwners().Set(fd, this);
}

void Environment::Disown(int fd) {
  readiness_->Forget(fd);
  if (Owns(fd)) AllOwners().Set(fd, nullptr);
  if (fd >= 0 && static_cast<size_t>(fd) < owned_.size()) owned_[static_cast<size_t>(fd)] = false;
}

bool Environment::Owns(int fd) const {
  return fd >= 0 && static_cast<size_t>(fd) < owned_.size() && owned_[static_cast<size_t>(fd)] &&
         AllOwners().Is(fd, this);
}

void Environment::CloseOwned() {
  for (size_t index = 0; index < owned_.size(); ++index) {
    const int fd = static_cast<int>(index);
    if (!Owns(fd)) continue;
    // Disowned first: the number is anybody's as soon as it is closed.
    AllOwners().Set(fd, nullptr);
    ::close(fd);
  }
  owned_.clear();
}

// Deno 2.9 frees an asynchronous hook that was removed a second time, and runs hooks where no handle can be made: all
// that matters outside of this process is done here, and its memory is left.
void Environment::LeaveDeno(void* arg) {
  Environment* self = static_cast<Environment*>(arg);
  self->blocking_.Finish();
  self->CloseOwned();
}

// A worker may end with waits pending: libuv's handle must be closed, and its close callback have run, before its loop
// may go.
void Environment::TearDown(napi_async_cleanup_hook_handle handle, void* arg) {
  Environment* self = static_cast<Environment*>(arg);
  // Node lets go of what a reference holds when the environment goes, but the reference itself is its maker's to
  // delete.
  napi_delete_reference(self->env_, self->scratch_ref_);
  self->scratch_ref_ = nullptr;
  napi_delete_reference(self->env_, self->events_ref_);
  self->events_ref_ = nullptr;
  auto finish = [self, handle]() {
    self->CloseOwned();
    delete self;
    napi_remove_async_cleanup_hook(handle);
  };
  self->blocking_.Finish();
  self->readiness_->Stop(finish);
}

}  // namespace sockwise

#include "environment.h"

#include <unistd.h>

namespace sockwise {

Environment::Environment(napi_env env) : env_(env) {
  napi_value buffer = nullptr;
  void* memory = nullptr;
  napi_create_arraybuffer(env, kDataOffset + kDataSize + kBatchSize, &memory, &buffer);
  // A strong reference: V8 neither moves nor frees the memory of a live ArrayBuffer.
  napi_create_reference(env, buffer, 1, &scratch_ref_);
  scratch_ = static_cast<uint8_t*>(memory);
  napi_create_arraybuffer(env, Readiness::kCapacity * sizeof(ReadyEvent), &memory, &buffer);
  napi_create_reference(env, buffer, 1, &events_ref_);
  readiness_ = std::make_unique<Readiness>(env, static_cast<ReadyEvent*>(memory));
  napi_add_async_cleanup_hook(env, TearDown, this, nullptr);
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
}

void Environment::Disown(int fd) {
  readiness_->Forget(fd);
  if (Owns(fd)) owned_[static_cast<size_t>(fd)] = false;
}

bool Environment::Owns(int fd) const {
  return fd >= 0 && static_cast<size_t>(fd) < owned_.size() && owned_[static_cast<size_t>(fd)];
}

void Environment::CloseOwned() {
  for (size_t fd = 0; fd < owned_.size(); ++fd) {
    if (owned_[fd]) ::close(static_cast<int>(fd));
  }
  owned_.clear();
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
  self->readiness_->Stop(finish);
}

}  // namespace sockwise

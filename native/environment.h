#ifndef SOCKWISE_ENVIRONMENT_H_
#define SOCKWISE_ENVIRONMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "blocking.h"
#include "napi_safe.h"
#include "readiness.h"

namespace sockwise {

// The memory shared with TypeScript; src/native/binding.ts has the other half of this contract.
enum FrameIndex { kFd = 0, kLevel = 1, kOptname = 2, kLength = 3 };
constexpr size_t kDataOffset = 64;
constexpr size_t kDataSize = 65536;
constexpr size_t kBatchSize = 65536;
constexpr size_t kNameSpace = 128;

// What one JavaScript environment (the main thread or a worker) holds. Nothing but the table of owners is global, so
// that any number of them can load the addon.
class Environment {
 public:
  explicit Environment(napi_env env);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  int32_t* frame() const { return reinterpret_cast<int32_t*>(scratch_); }
  uint8_t* data() const { return scratch_ + kDataOffset; }
  uint8_t* batch() const { return data() + kDataSize; }
  napi_value ScratchValue() const;

  // The events of readiness, in memory of their own: the scratch memory is used while they are worked off.
  napi_value EventsValue() const;

  void Own(int fd);
  // To be called before the descriptor is closed or given away: it is not watched from here on.
  void Disown(int fd);
  bool Owns(int fd) const;

  Readiness& readiness() { return *readiness_; }
  BlockingCalls& blocking() { return blocking_; }

 private:
  static void TearDown(napi_async_cleanup_hook_handle handle, void* arg);
  static void LeaveDeno(void* arg);
  void CloseOwned();

  napi_env env_;
  napi_ref scratch_ref_ = nullptr;
  uint8_t* scratch_ = nullptr;
  napi_ref events_ref_ = nullptr;
  std::unique_ptr<Readiness> readiness_;
  BlockingCalls blocking_;
  std::vector<bool> owned_;
};

}  // namespace sockwise

#endif  // SOCKWISE_ENVIRONMENT_H_

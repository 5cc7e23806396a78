#ifndef SOCKWISE_ARGUMENTS_H_
#define SOCKWISE_ARGUMENTS_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "environment.h"
#include "napi_safe.h"

namespace sockwise {

// TypeScript has checked every argument by the time it arrives here; these only read.

inline Environment& EnvironmentOf(const Napi::CallbackInfo& info) { return *static_cast<Environment*>(info.Data()); }

inline int Int(const Napi::CallbackInfo& info, size_t index) {
  int32_t value = -1;
  napi_get_value_int32(info.Env(), info[index], &value);
  return value;
}

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

// The memory behind a typed array; empty for anything else.
inline Bytes BytesOf(napi_env env, napi_value value) {
  napi_typedarray_type type = napi_uint8_array;
  size_t count = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &count, &data, nullptr, nullptr) != napi_ok) return {};
  return {static_cast<uint8_t*>(data), count * (type == napi_int32_array ? sizeof(int32_t) : 1)};
}

inline Bytes BytesOf(const Napi::CallbackInfo& info, size_t index) { return BytesOf(info.Env(), info[index]); }

inline Napi::Value Number(const Napi::CallbackInfo& info, ssize_t value) {
  return Napi::Number::New(info.Env(), static_cast<double>(value));
}

// What a system call returned, or -errno. Evaluate the call in the argument, so that nothing comes between it and
// errno.
inline Napi::Value Result(const Napi::CallbackInfo& info, ssize_t result) {
  return Number(info, result < 0 ? -errno : result);
}

// Owned first, so that no path between here and JavaScript can lose it.
inline Napi::Value NewDescriptor(const Napi::CallbackInfo& info, int fd) {
  if (fd < 0) return Number(info, -errno);
  EnvironmentOf(info).Own(fd);
  return Number(info, fd);
}

}  // namespace sockwise

#endif  // SOCKWISE_ARGUMENTS_H_

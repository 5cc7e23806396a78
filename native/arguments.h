#ifndef SOCKWISE_ARGUMENTS_H_
#define SOCKWISE_ARGUMENTS_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "environment.h"
#include "napi_safe.h"

namespace sockwise {

// TypeScript has checked every argument by the time it arrives here. What leads to memory (lengths, offsets, typed
// arrays) is checked once more where it is used.

inline Environment& EnvironmentOf(const Napi::CallbackInfo& info) { return *static_cast<Environment*>(info.Data()); }

// -1 for what is not exactly an int: no descriptor, no length.
inline int IntOf(napi_env env, napi_value value) {
  double number = -1;
  if (napi_get_value_double(env, value, &number) != napi_ok) return -1;
  if (!(number >= INT32_MIN && number <= INT32_MAX)) return -1;
  const int whole = static_cast<int>(number);
  return whole == number ? whole : -1;
}

inline int Int(const Napi::CallbackInfo& info, size_t index) { return IntOf(info.Env(), info[index]); }

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

// The memory behind a Uint8Array, as V8 knows it: no property that JavaScript could redefine is read. False for
// anything else, and for memory that other threads may change: asked here it costs nothing, in JavaScript the getter of
// a typed array's buffer takes as long as a short system call.
inline bool BytesOf(napi_env env, napi_value value, Bytes* bytes, napi_typedarray_type expected = napi_uint8_array) {
  napi_typedarray_type type = napi_int8_array;
  size_t count = 0;
  void* data = nullptr;
  napi_value buffer = nullptr;
  bool is_own = false;
  if (napi_get_typedarray_info(env, value, &type, &count, &data, &buffer, nullptr) != napi_ok) return false;
  if (type != expected || napi_is_arraybuffer(env, buffer, &is_own) != napi_ok || !is_own) return false;
  *bytes = {static_cast<uint8_t*>(data), count * (type == napi_int32_array ? sizeof(int32_t) : 1)};
  return true;
}

// The arguments of one call, read with Node-API itself, not its C++ wrapper: that costs a tenth of a short call.
template <size_t kCount>
struct Arguments {
  Arguments(napi_env environment_of_call, napi_callback_info info) : env(environment_of_call) {
    size_t count = kCount;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values, nullptr, &data);
    environment = static_cast<Environment*>(data);
  }

  int Int(size_t index) const { return IntOf(env, values[index]); }
  bool BytesAt(size_t index, Bytes* bytes) const { return BytesOf(env, values[index], bytes); }
  bool Int32sAt(size_t index, Bytes* bytes) const { return BytesOf(env, values[index], bytes, napi_int32_array); }

  napi_value Return(ssize_t value) const {
    napi_value result = nullptr;
    napi_create_int64(env, value, &result);
    return result;
  }

  // What a system call returned, or -errno. Evaluate the call in the argument, so that nothing comes between it and
  // errno.
  napi_value Result(ssize_t result) const { return Return(result < 0 ? -errno : result); }

  napi_env env;
  napi_value values[kCount];
  Environment* environment = nullptr;
};

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

#include <sys/socket.h>

#include <cerrno>

#include "calls.h"
#include "environment.h"
#include "platform.h"

namespace sockwise {
namespace {

// Node-API itself, not its C++ wrapper: on a call of 250 ns the wrapper's argument list is worth a tenth.
Environment& EnvironmentOfCall(napi_env env, napi_callback_info info) {
  void* environment = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &environment);
  return *static_cast<Environment*>(environment);
}

napi_value Return(napi_env env, int value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

// getsockopt(2). Frame: fd, level, optname, capacity; leaves the length.
napi_value GetSockOpt(napi_env env, napi_callback_info info) {
  Environment& environment = EnvironmentOfCall(env, info);
  int32_t* frame = environment.frame();
  if (frame[kLength] < 0 || static_cast<size_t>(frame[kLength]) > kDataSize) return Return(env, -EINVAL);
  socklen_t length = static_cast<socklen_t>(frame[kLength]);
  const int result = getsockopt(frame[kFd], frame[kLevel], frame[kOptname], environment.data(), &length);
  if (result < 0) return Return(env, -errno);
  frame[kLength] = static_cast<int32_t>(length);
  return Return(env, 0);
}

// setsockopt(2). Frame: fd, level, optname, length.
napi_value SetSockOpt(napi_env env, napi_callback_info info) {
  const Environment& environment = EnvironmentOfCall(env, info);
  const int32_t* frame = environment.frame();
  if (frame[kLength] < 0 || static_cast<size_t>(frame[kLength]) > kDataSize) return Return(env, -EINVAL);
  const int result =
      SetOption(frame[kFd], frame[kLevel], frame[kOptname], environment.data(), static_cast<socklen_t>(frame[kLength]));
  return Return(env, result < 0 ? -errno : 0);
}

// setsockopt(2) for each record, up to the first failure. Frame: fd, where the records begin, -, their number; leaves
// how many went through.
napi_value SetSockOpts(napi_env env, napi_callback_info info) {
  struct Record {
    int32_t level;
    int32_t optname;
    int32_t length;
    int32_t padding;
  };
  const Environment& environment = EnvironmentOfCall(env, info);
  int32_t* frame = environment.frame();
  const int32_t count = frame[kLength];
  if (frame[kLevel] < 0 || static_cast<size_t>(frame[kLevel]) > kBatchSize) return Return(env, -EINVAL);
  const uint8_t* at = environment.batch() + frame[kLevel];
  const uint8_t* end = environment.batch() + kBatchSize;
  for (frame[kLength] = 0; frame[kLength] < count; ++frame[kLength]) {
    const Record* record = reinterpret_cast<const Record*>(at);
    at += sizeof(Record);
    if (at > end || record->length < 0 || record->length > end - at) return Return(env, -EINVAL);
    const int result =
        SetOption(frame[kFd], record->level, record->optname, at, static_cast<socklen_t>(record->length));
    if (result < 0) return Return(env, -errno);
    at += (record->length + 7) & ~7;
  }
  return Return(env, 0);
}

}  // namespace

void InitOptions(napi_env env, napi_value exports, Environment* environment) {
  const napi_property_descriptor calls[] = {
      {"getsockopt", nullptr, GetSockOpt, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"setsockopt", nullptr, SetSockOpt, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"setsockopts", nullptr, SetSockOpts, nullptr, nullptr, nullptr, napi_enumerable, environment},
  };
  napi_define_properties(env, exports, sizeof calls / sizeof calls[0], calls);
}

}  // namespace sockwise

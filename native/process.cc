#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "arguments.h"
#include "calls.h"
#include "environment.h"
#include "platform.h"

namespace sockwise {
namespace {

// A call that may block, on a thread of libuv's pool. Bare Node-API, because completing in an environment that is being
// torn down fails, and that failure must not abort.
struct BlockingCall {
  std::function<int()> run;
  int result = 0;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

void Execute(napi_env, void* data) {
  BlockingCall* call = static_cast<BlockingCall*>(data);
  const int result = call->run();
  call->result = result < 0 ? -errno : result;
}

void Complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<BlockingCall> call(static_cast<BlockingCall*>(data));
  napi_value value = nullptr;
  napi_create_int32(env, call->result, &value);
  // There is none if the environment was being torn down when the call was made.
  if (call->deferred != nullptr) napi_resolve_deferred(env, call->deferred, value);
  napi_delete_async_work(env, call->work);
}

Napi::Value Promise(const Napi::CallbackInfo& info, const char* name, std::function<int()> run) {
  napi_env env = info.Env();
  BlockingCall* call = new BlockingCall{std::move(run)};
  napi_value promise = nullptr;
  napi_create_promise(env, &call->deferred, &promise);
  napi_create_async_work(env, nullptr, Napi::String::New(env, name), Execute, Complete, call, &call->work);
  napi_queue_async_work(env, call->work);
  return Napi::Value(env, promise);
}

// close(2), which SO_LINGER makes wait.
Napi::Value CloseAsyncCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const int fd = Int(info, 0);
  const bool owned = environment.Owns(fd);
  environment.Disown(fd);
  return Promise(info, "sockwise:close", [fd, owned]() {
    if (!owned) {
      errno = EBADF;
      return -1;
    }
    const int result = close(fd);
    // As in CloseCall: released all the same.
    return result < 0 && errno == EINTR ? 0 : result;
  });
}

// waitpid(2).
Napi::Value WaitPidCall(const Napi::CallbackInfo& info) {
  const pid_t pid = Int(info, 0);
  return Promise(info, "sockwise:waitpid", [pid]() {
    int status = 0;
    pid_t waited = 0;
    do waited = waitpid(pid, &status, 0);
    while (waited < 0 && errno == EINTR);
    return waited < 0 ? -1 : status;
  });
}

// unshare(2).
Napi::Value UnshareCall(const Napi::CallbackInfo& info) { return Result(info, UnshareNamespaces(Int(info, 0))); }

// setns(2).
Napi::Value SetNsCall(const Napi::CallbackInfo& info) {
  return Result(info, EnterNamespace(Int(info, 0), Int(info, 1)));
}

// pidfd_open(2).
Napi::Value OpenProcessCall(const Napi::CallbackInfo& info) { return NewDescriptor(info, OpenProcess(Int(info, 0))); }

// pidfd_getfd(2).
Napi::Value TakeDescriptorCall(const Napi::CallbackInfo& info) {
  return NewDescriptor(info, TakeDescriptor(Int(info, 0), Int(info, 1)));
}

// readlink(2) of every file of /proc/PID/fd.
Napi::Value SocketDescriptorsCall(const Napi::CallbackInfo& info) {
  Bytes pairs;
  if (!BytesOf(info.Env(), info[1], &pairs, napi_int32_array)) return Number(info, -EFAULT);
  return Result(info, SocketDescriptors(Int(info, 0), reinterpret_cast<uint32_t*>(pairs.data), pairs.size / 8));
}

// False for anything but an array of strings.
bool StringsOf(const Napi::Value& value, std::vector<std::string>* strings) {
  if (!value.IsArray()) return false;
  const Napi::Array array = value.As<Napi::Array>();
  const uint32_t count = array.Length();
  for (uint32_t i = 0; i < count; ++i) {
    const Napi::Value element = array[i];
    if (element.IsEmpty() || !element.IsString()) return false;
    strings->push_back(element.As<Napi::String>().Utf8Value());
  }
  return true;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(&string[0]);
  pointers.push_back(nullptr);
  return pointers;
}

Napi::Value SpawnInUserNamespaceCall(const Napi::CallbackInfo& info) {
  std::vector<std::string> arguments;
  std::vector<std::string> variables;
  if (!info[0].IsString() || !StringsOf(info[1], &arguments) || !StringsOf(info[2], &variables))
    return Number(info, -EINVAL);
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  return Result(info, SpawnInUserNamespace(path.c_str(), Pointers(arguments).data(), Pointers(variables).data()));
}

}  // namespace

void InitProcess(Napi::Env, Napi::Object exports, Environment* environment) {
  Export<CloseAsyncCall>(exports, "closeAsync", environment);
  Export<WaitPidCall>(exports, "waitpid", environment);
  Export<UnshareCall>(exports, "unshare", environment);
  Export<SetNsCall>(exports, "setns", environment);
  Export<OpenProcessCall>(exports, "pidfdOpen", environment);
  Export<TakeDescriptorCall>(exports, "pidfdGetfd", environment);
  Export<SocketDescriptorsCall>(exports, "socketDescriptors", environment);
  Export<SpawnInUserNamespaceCall>(exports, "spawnInUserNamespace", environment);
}

}  // namespace sockwise

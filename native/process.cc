#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "calls.h"
#include "environment.h"
#include "platform.h"

namespace sockwise {
namespace {

// A packet socket: its close(2) waits for a grace period of RCU (packet_release()).
bool IsPacket(int fd) {
#if defined(AF_PACKET) && defined(SO_DOMAIN)
  int domain = 0;
  socklen_t length = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_PACKET;
#else
  static_cast<void>(fd);
  return false;
#endif
}

// Whether close(2) may wait for its peer: SO_LINGER, on with a time.
bool Lingers(int fd) {
  linger value = {};
  socklen_t length = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &value, &length) < 0) return false;
  return value.l_onoff != 0 && value.l_linger > 0;
}

int Close(int fd) {
  const int result = close(fd);
  // As in CloseCall: released all the same.
  return result < 0 && errno == EINTR ? 0 : result;
}

Napi::Value Resolved(const Napi::CallbackInfo& info, int result) {
  const Napi::Promise::Deferred deferred = Napi::Promise::Deferred::New(info.Env());
  deferred.Resolve(Number(info, result < 0 ? -errno : result));
  return deferred.Promise();
}

// close(2), off the event loop where it may wait.
Napi::Value CloseAsyncCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const int fd = Int(info, 0);
  if (!environment.Owns(fd)) {
    errno = EBADF;
    return Resolved(info, -1);
  }
  environment.Disown(fd);
  if (!Lingers(fd) && !IsPacket(fd)) return Resolved(info, Close(fd));
  return Napi::Value(info.Env(), environment.blocking().Run("sockwise:close", [fd]() { return Close(fd); }));
}

// waitpid(2).
Napi::Value WaitPidCall(const Napi::CallbackInfo& info) {
  const pid_t pid = Int(info, 0);
  auto wait = [pid]() {
    int status = 0;
    pid_t waited = 0;
    do waited = waitpid(pid, &status, 0);
    while (waited < 0 && errno == EINTR);
    return waited < 0 ? -1 : status;
  };
  return Napi::Value(info.Env(), EnvironmentOf(info).blocking().Run("sockwise:waitpid", wait));
}

// unshare(2).
Napi::Value UnshareCall(const Napi::CallbackInfo& info) { return Result(info, UnshareNamespaces(Int(info, 0))); }

// setns(2).
Napi::Value SetNsCall(const Napi::CallbackInfo& info) {
  return Result(info, EnterNamespace(Int(info, 0), Int(info, 1)));
}

// capget(2), capset(2).
Napi::Value SetCapabilityCall(const Napi::CallbackInfo& info) {
  if (!info[1].IsBoolean()) return Number(info, -EINVAL);
  return Result(info, SetCapability(Int(info, 0), info[1].As<Napi::Boolean>().Value()));
}

// pidfd_open(2).
Napi::Value OpenProcessCall(const Napi::CallbackInfo& info) { return NewDescriptor(info, OpenProcess(Int(info, 0))); }

// pidfd_getfd(2).
Napi::Value TakeDescriptorCall(const Napi::CallbackInfo& info) {
  return NewDescriptor(info, TakeDescriptor(Int(info, 0), Int(info, 1)));
}

// readlink(2) of the files of /proc/PID/fd, up to a descriptor.
Napi::Value SocketDescriptorsCall(const Napi::CallbackInfo& info) {
  Bytes pairs;
  if (!BytesOf(info.Env(), info[2], &pairs, napi_int32_array)) return Number(info, -EFAULT);
  uint32_t* const words = reinterpret_cast<uint32_t*>(pairs.data);
  return Result(info, SocketDescriptors(Int(info, 0), Int(info, 1), words, pairs.size / 8));
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
  Export<SetCapabilityCall>(exports, "setCapability", environment);
  Export<OpenProcessCall>(exports, "pidfdOpen", environment);
  Export<TakeDescriptorCall>(exports, "pidfdGetfd", environment);
  Export<SocketDescriptorsCall>(exports, "socketDescriptors", environment);
  Export<SpawnInUserNamespaceCall>(exports, "spawnInUserNamespace", environment);
}

}  // namespace sockwise

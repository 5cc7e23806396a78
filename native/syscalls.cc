#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "arguments.h"
#include "calls.h"
#include "environment.h"
#include "platform.h"

namespace sockwise {
namespace {

sockaddr* AddressAt(Environment& environment) { return reinterpret_cast<sockaddr*>(environment.data()); }

// socket(2).
Napi::Value OpenCall(const Napi::CallbackInfo& info) {
  return NewDescriptor(info, OpenSocket(Int(info, 0), Int(info, 1), Int(info, 2)));
}

// socketpair(2). Leaves the descriptors in the frame.
Napi::Value PairCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  int fds[2];
  if (OpenSocketPair(Int(info, 0), Int(info, 1), Int(info, 2), fds) < 0) return Number(info, -errno);
  for (int i = 0; i < 2; ++i) {
    environment.Own(fds[i]);
    environment.frame()[i] = fds[i];
  }
  return Number(info, 0);
}

using AddressCall = int (*)(int, const sockaddr*, socklen_t);

Napi::Value WithAddress(const Napi::CallbackInfo& info, AddressCall call) {
  const int length = Int(info, 1);
  if (length < 0 || static_cast<size_t>(length) > kDataSize) return Number(info, -EINVAL);
  return Result(info, call(Int(info, 0), AddressAt(EnvironmentOf(info)), static_cast<socklen_t>(length)));
}

// bind(2).
Napi::Value BindCall(const Napi::CallbackInfo& info) { return WithAddress(info, bind); }

// connect(2). EINTR is not retried: the attempt goes on, as after EINPROGRESS.
Napi::Value ConnectCall(const Napi::CallbackInfo& info) { return WithAddress(info, connect); }

// listen(2).
Napi::Value ListenCall(const Napi::CallbackInfo& info) { return Result(info, listen(Int(info, 0), Int(info, 1))); }

// accept4(2).
Napi::Value AcceptCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  socklen_t length = sizeof(sockaddr_storage);
  int fd = -1;
  do fd = AcceptSocket(Int(info, 0), AddressAt(environment), &length);
  while (fd < 0 && errno == EINTR);
  environment.frame()[kLength] = static_cast<int32_t>(std::min<socklen_t>(length, sizeof(sockaddr_storage)));
  return NewDescriptor(info, fd);
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

Napi::Value Name(const Napi::CallbackInfo& info, NameCall call) {
  socklen_t length = sizeof(sockaddr_storage);
  if (call(Int(info, 0), AddressAt(EnvironmentOf(info)), &length) < 0) return Number(info, -errno);
  return Number(info, static_cast<ssize_t>(std::min<socklen_t>(length, sizeof(sockaddr_storage))));
}

// getsockname(2).
Napi::Value GetSockNameCall(const Napi::CallbackInfo& info) { return Name(info, getsockname); }

// getpeername(2).
Napi::Value GetPeerNameCall(const Napi::CallbackInfo& info) { return Name(info, getpeername); }

// shutdown(2).
Napi::Value ShutdownCall(const Napi::CallbackInfo& info) { return Result(info, shutdown(Int(info, 0), Int(info, 1))); }

// close(2), of nothing that is not this environment's own.
Napi::Value CloseCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const int fd = Int(info, 0);
  if (!environment.Owns(fd)) return Number(info, -EBADF);
  environment.Disown(fd);
  const int result = close(fd);
  // Released all the same, close(2) NOTES: reporting EINTR would invite a second close of somebody else's descriptor.
  if (result < 0 && errno == EINTR) return Number(info, 0);
  return Result(info, result);
}

// fcntl(2) F_DUPFD_CLOEXEC.
Napi::Value DupCall(const Napi::CallbackInfo& info) {
  return NewDescriptor(info, fcntl(Int(info, 0), F_DUPFD_CLOEXEC, 0));
}

// fstat(2). Leaves device and inode in the frame, the low half of each first.
Napi::Value FstatCall(const Napi::CallbackInfo& info) {
  struct stat found;
  if (fstat(Int(info, 0), &found) < 0) return Number(info, -errno);
  const uint64_t ids[] = {static_cast<uint64_t>(found.st_dev), static_cast<uint64_t>(found.st_ino)};
  int32_t* frame = EnvironmentOf(info).frame();
  for (const uint64_t id : ids) {
    *frame++ = static_cast<int32_t>(id);
    *frame++ = static_cast<int32_t>(id >> 32);
  }
  return Number(info, 0);
}

// fcntl(2) O_NONBLOCK and FD_CLOEXEC, where they are not set yet. Two owners would close it twice, the second time
// perhaps somebody else's.
Napi::Value OwnCall(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  if (EnvironmentOf(info).Owns(fd)) return Number(info, -EEXIST);
  const int close_on_exec = fcntl(fd, F_GETFD);
  const int flags = fcntl(fd, F_GETFL);
  if (close_on_exec < 0 || flags < 0) return Number(info, -errno);
  if ((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return Number(info, -errno);
  if ((close_on_exec & FD_CLOEXEC) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return Number(info, -errno);
  EnvironmentOf(info).Own(fd);
  return Number(info, 0);
}

Napi::Value DisownCall(const Napi::CallbackInfo& info) {
  EnvironmentOf(info).Disown(Int(info, 0));
  return Number(info, 0);
}

// Leaves in the frame what could not be made.
Napi::Value StartReadinessCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const Started started = environment.readiness().Start(info[0].ToBoolean());
  environment.frame()[kFd] = static_cast<int32_t>(started.failed);
  return Number(info, started.result);
}

Napi::Value ListenForReadinessCall(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) return Number(info, -EINVAL);
  return Number(info, EnvironmentOf(info).readiness().Listen(info[0]));
}

Napi::Value HoldReadinessCall(const Napi::CallbackInfo& info) {
  EnvironmentOf(info).readiness().Hold(Int(info, 0), info[1].ToBoolean());
  return Number(info, 0);
}

Napi::Value WatchCall(const Napi::CallbackInfo& info) {
  return Number(info, EnvironmentOf(info).readiness().Watch(Int(info, 0), Int(info, 1), info[2].ToBoolean()));
}

Napi::Value UnwatchCall(const Napi::CallbackInfo& info) {
  EnvironmentOf(info).readiness().Unwatch(Int(info, 0), Int(info, 1));
  return Number(info, 0);
}

// poll(2).
Napi::Value PollCall(const Napi::CallbackInfo& info) { return Number(info, PollNow(Int(info, 0), Int(info, 1))); }

// if_nametoindex(3).
Napi::Value IfNameToIndexCall(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) return Number(info, -EINVAL);
  const unsigned index = InterfaceIndex(info[0].As<Napi::String>().Utf8Value().c_str());
  return Number(info, index == 0 ? -errno : static_cast<ssize_t>(index));
}

// if_indextoname(3): the name, or -errno.
Napi::Value IfIndexToNameCall(const Napi::CallbackInfo& info) {
  char name[IF_NAMESIZE] = {};
  if (InterfaceName(static_cast<unsigned>(Int(info, 0)), name) < 0) return Number(info, -errno);
  return Napi::String::New(info.Env(), name);
}

}  // namespace

void InitSystemCalls(Napi::Env, Napi::Object exports, Environment* environment) {
  Export<OpenCall>(exports, "socket", environment);
  Export<PairCall>(exports, "socketpair", environment);
  Export<BindCall>(exports, "bind", environment);
  Export<ConnectCall>(exports, "connect", environment);
  Export<ListenCall>(exports, "listen", environment);
  Export<AcceptCall>(exports, "accept", environment);
  Export<GetSockNameCall>(exports, "getsockname", environment);
  Export<GetPeerNameCall>(exports, "getpeername", environment);
  Export<ShutdownCall>(exports, "shutdown", environment);
  Export<CloseCall>(exports, "close", environment);
  Export<DupCall>(exports, "dup", environment);
  Export<FstatCall>(exports, "fstat", environment);
  Export<OwnCall>(exports, "own", environment);
  Export<DisownCall>(exports, "disown", environment);
  Export<StartReadinessCall>(exports, "startReadiness", environment);
  Export<ListenForReadinessCall>(exports, "listenForReadiness", environment);
  Export<HoldReadinessCall>(exports, "holdReadiness", environment);
  Export<WatchCall>(exports, "watch", environment);
  Export<UnwatchCall>(exports, "unwatch", environment);
  Export<PollCall>(exports, "poll", environment);
  Export<IfNameToIndexCall>(exports, "if_nametoindex", environment);
  Export<IfIndexToNameCall>(exports, "if_indextoname", environment);
}

}  // namespace sockwise

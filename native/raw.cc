#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <vector>

#include "arguments.h"
#include "beginning.h"
#include "blocking.h"
#include "calls.h"
#include "environment.h"
#include "platform.h"

// Calls that no Socket makes: the scripts of the lab do.

namespace sockwise {
namespace {

constexpr size_t kMostPairs = 1024;

// What a blocking send needs of JavaScript's memory, copied: it is used after the call from JavaScript has returned.
struct Sending {
  std::vector<uint8_t> data;
  sockaddr_storage address = {};
  socklen_t address_length = 0;
};

// Makes a call on a thread of its own, of a descriptor that blocks meanwhile. It ends with what it waits for, or with
// the socket: shutdown(2) ends it. The thread has a duplicate, so that a close meanwhile leaves it no foreign
// descriptor. Returns when the thread is about to make the call, so that who asks the time afterwards knows the latest
// moment it began at.
napi_value Block(Environment* environment, int given, const char* name, std::function<ssize_t(int)> call) {
  const int fd = fcntl(given, F_DUPFD_CLOEXEC, 0);
  Beginning* beginning = new Beginning;
  napi_value promise = environment->blocking().Run(name, [beginning, fd, call = std::move(call)]() {
    // O_NONBLOCK belongs to the open file, which the duplicate shares.
    const int before = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, before & ~O_NONBLOCK);
    beginning->Tell();
    const ssize_t result = call(fd);
    const int error = errno;
    fcntl(fd, F_SETFL, before);
    close(fd);
    errno = error;
    return static_cast<int>(result);
  });
  beginning->Await();
  return promise;
}

// sendto(2), blocking.
napi_value BlockingSendCall(napi_env env, napi_callback_info info) {
  const Arguments<4> call(env, info);
  Bytes bytes;
  if (!call.BytesAt(1, &bytes)) return call.Return(-EFAULT);
  const int length = call.Int(3);
  if (length < 0 || static_cast<size_t>(length) > sizeof(sockaddr_storage)) return call.Return(-EINVAL);
  Sending* sending = new Sending;
  sending->data.assign(bytes.data, bytes.data + bytes.size);
  sending->address_length = static_cast<socklen_t>(length);
  std::copy_n(call.environment->data(), length, reinterpret_cast<uint8_t*>(&sending->address));
  const int flags = call.Int(2) | MSG_NOSIGNAL;
  return Block(call.environment, call.Int(0), "sockwise.send", [sending, flags](int fd) {
    const std::unique_ptr<const Sending> sent(sending);
    const sockaddr* address = sent->address_length == 0 ? nullptr : reinterpret_cast<const sockaddr*>(&sent->address);
    return sendto(fd, sent->data.data(), sent->data.size(), flags, address, sent->address_length);
  });
}

// ioctl(2), of requests that answer with one int.
Napi::Value IoctlCall(const Napi::CallbackInfo& info) {
  const int request = Int(info, 1);
  if (request != FIONREAD && request != TIOCOUTQ) return Number(info, -EINVAL);
  int value = 0;
  if (ioctl(Int(info, 0), static_cast<unsigned long>(request), &value) < 0) return Number(info, -errno);
  return Number(info, value);
}

// pipe2(2). Leaves the descriptors in the frame.
Napi::Value PipeCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  int fds[2];
  if (MakePipe(fds) < 0) return Number(info, -errno);
  for (int i = 0; i < 2; ++i) {
    environment.Own(fds[i]);
    environment.frame()[i] = fds[i];
  }
  return Number(info, 0);
}

// splice(2) into a pipe.
Napi::Value SpliceCall(const Napi::CallbackInfo& info) {
  const int length = Int(info, 2);
  if (length < 0) return Number(info, -EINVAL);
  return Result(info, Splice(Int(info, 0), Int(info, 1), static_cast<size_t>(length)));
}

// The same, blocking.
napi_value BlockingSpliceCall(napi_env env, napi_callback_info info) {
  const Arguments<3> call(env, info);
  const int length = call.Int(2);
  if (length < 0) return call.Return(-EINVAL);
  const int to = fcntl(call.Int(1), F_DUPFD_CLOEXEC, 0);
  if (to < 0) return call.Return(-errno);
  return Block(call.environment, call.Int(0), "sockwise.splice", [to, length](int from) {
    const ssize_t moved = Splice(from, to, static_cast<size_t>(length));
    const int error = errno;
    close(to);
    errno = error;
    return moved;
  });
}

// sendfile(2) from an offset on.
Napi::Value SendFileCall(const Napi::CallbackInfo& info) {
  const int length = Int(info, 3);
  if (length < 0) return Number(info, -EINVAL);
  return Result(info, SendFile(Int(info, 0), Int(info, 1), Int(info, 2), static_cast<size_t>(length)));
}

// sched_setscheduler(2), of a thread.
Napi::Value SetSchedulerCall(const Napi::CallbackInfo& info) {
  return Result(info, SetScheduler(Int(info, 0), Int(info, 1), Int(info, 2)));
}

// epoll_create1(2).
Napi::Value EpollCreateCall(const Napi::CallbackInfo& info) { return NewDescriptor(info, MakeEpoll()); }

// epoll_ctl(2). The descriptor is what an event tells. Events are given with their sign: EPOLLET is the highest bit.
Napi::Value EpollCtlCall(const Napi::CallbackInfo& info) {
  return Result(info, ControlEpoll(Int(info, 0), Int(info, 1), Int(info, 2), static_cast<uint32_t>(Int(info, 3))));
}

// epoll_wait(2), without waiting. Pairs of events and descriptor.
napi_value EpollWaitCall(napi_env env, napi_callback_info info) {
  const Arguments<2> call(env, info);
  Bytes pairs;
  if (!call.Int32sAt(1, &pairs)) return call.Return(-EFAULT);
  const size_t room = std::min(pairs.size / (2 * sizeof(int32_t)), kMostPairs);
  return call.Result(LookAtEpoll(call.Int(0), reinterpret_cast<uint32_t*>(pairs.data), room));
}

}  // namespace

void InitRaw(Napi::Env env, Napi::Object exports, Environment* environment) {
  Export<IoctlCall>(exports, "ioctl", environment);
  Export<PipeCall>(exports, "pipe", environment);
  Export<SpliceCall>(exports, "splice", environment);
  Export<SendFileCall>(exports, "sendfile", environment);
  Export<SetSchedulerCall>(exports, "setScheduler", environment);
  Export<EpollCreateCall>(exports, "epollCreate", environment);
  Export<EpollCtlCall>(exports, "epollCtl", environment);
  const napi_property_descriptor calls[] = {
      {"sendBlocking", nullptr, BlockingSendCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"spliceBlocking", nullptr, BlockingSpliceCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"epollWait", nullptr, EpollWaitCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
  };
  napi_define_properties(env, exports, sizeof calls / sizeof calls[0], calls);
}

}  // namespace sockwise

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <vector>

#include "arguments.h"
#include "calls.h"
#include "environment.h"
#include "platform.h"

namespace sockwise {
namespace {

// SIGPIPE would end a process that does not run under Node's own handler: EPIPE says the same.
#if defined(MSG_NOSIGNAL)
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif

template <typename Call>
ssize_t Retry(Call call) {
  ssize_t result = 0;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

// sendto(2).
Napi::Value SendCall(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  const Bytes bytes = BytesOf(info, 1);
  const int flags = Int(info, 2) | kNoSignal;
  const socklen_t length = static_cast<socklen_t>(Int(info, 3));
  const sockaddr* address = length == 0 ? nullptr : reinterpret_cast<sockaddr*>(EnvironmentOf(info).data());
  return Result(info, Retry([&] { return sendto(fd, bytes.data, bytes.size, flags, address, length); }));
}

// recvfrom(2).
Napi::Value RecvCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const int fd = Int(info, 0);
  const Bytes bytes = BytesOf(info, 1);
  const int flags = Int(info, 2);
  sockaddr* address = reinterpret_cast<sockaddr*>(environment.data());
  socklen_t length = 0;
  const ssize_t received = Retry([&] {
    length = sizeof(sockaddr_storage);
    return recvfrom(fd, bytes.data, bytes.size, flags, address, &length);
  });
  if (received < 0) return Number(info, -errno);
  environment.frame()[kLength] = static_cast<int32_t>(length);
  return Number(info, received);
}

std::vector<iovec> PartsOf(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Array parts = info[index].As<Napi::Array>();
  std::vector<iovec> vectors(parts.Length());
  for (uint32_t i = 0; i < vectors.size(); ++i) {
    const Bytes bytes = BytesOf(info.Env(), parts[i]);
    vectors[i] = {bytes.data, bytes.size};
  }
  return vectors;
}

// The sockaddr and the control messages, at their places in the scratch memory.
msghdr HeaderOf(Environment& environment, std::vector<iovec>& parts, int name_size, int control_size) {
  msghdr header = {};
  if (name_size > 0) {
    header.msg_name = environment.data();
    header.msg_namelen = static_cast<socklen_t>(name_size);
  }
  header.msg_iov = parts.data();
  header.msg_iovlen = parts.size();
  if (control_size > 0) {
    header.msg_control = environment.data() + kNameSpace;
    header.msg_controllen = static_cast<socklen_t>(std::min<size_t>(control_size, kDataSize - kNameSpace));
  }
  return header;
}

// sendmsg(2).
Napi::Value SendMsgCall(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  std::vector<iovec> parts = PartsOf(info, 1);
  const int flags = Int(info, 2) | kNoSignal;
  const msghdr header = HeaderOf(EnvironmentOf(info), parts, Int(info, 3), Int(info, 4));
  return Result(info, Retry([&] { return sendmsg(fd, &header, flags); }));
}

// recvmsg(2).
Napi::Value RecvMsgCall(const Napi::CallbackInfo& info) {
  Environment& environment = EnvironmentOf(info);
  const int fd = Int(info, 0);
  std::vector<iovec> parts = PartsOf(info, 1);
  const int flags = Int(info, 2);
  msghdr header = {};
  const ssize_t received = Retry([&] {
    header = HeaderOf(environment, parts, sizeof(sockaddr_storage), Int(info, 3));
    return recvmsg(fd, &header, flags);
  });
  if (received < 0) return Number(info, -errno);
  int32_t* frame = environment.frame();
  frame[kFd] = header.msg_flags;
  frame[kLevel] = static_cast<int32_t>(header.msg_controllen);
  frame[kLength] = static_cast<int32_t>(header.msg_namelen);
  return Number(info, received);
}

// sendmmsg(2). Four int32 a message: offset, length, offset and length of the sockaddr.
Napi::Value SendMMsgCall(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  const Bytes data = BytesOf(info, 1);
  const Bytes names = BytesOf(info, 2);
  const Bytes table = BytesOf(info, 3);
  const int32_t* row = reinterpret_cast<const int32_t*>(table.data);
  std::vector<Message> messages(table.size / (4 * sizeof(int32_t)));
  std::vector<iovec> parts(messages.size());
  for (size_t i = 0; i < messages.size(); ++i, row += 4) {
    parts[i] = {data.data + row[0], static_cast<size_t>(row[1])};
    messages[i] = {};
    messages[i].header.msg_iov = &parts[i];
    messages[i].header.msg_iovlen = 1;
    if (row[3] > 0) messages[i].header.msg_name = names.data + row[2];
    messages[i].header.msg_namelen = static_cast<socklen_t>(row[3]);
  }
  const int flags = Int(info, 4) | kNoSignal;
  return Result(info, Retry([&] { return SendMessages(fd, messages, flags); }));
}

// recvmmsg(2). Leaves four int32 a message: length, flags, length of the sockaddr, 0.
Napi::Value RecvMMsgCall(const Napi::CallbackInfo& info) {
  const int fd = Int(info, 0);
  const Bytes data = BytesOf(info, 1);
  const size_t size = static_cast<size_t>(Int(info, 2));
  const Bytes names = BytesOf(info, 3);
  const Bytes table = BytesOf(info, 4);
  std::vector<Message> messages(table.size / (4 * sizeof(int32_t)));
  std::vector<iovec> parts(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) {
    parts[i] = {data.data + i * size, size};
    messages[i] = {};
    messages[i].header.msg_iov = &parts[i];
    messages[i].header.msg_iovlen = 1;
    messages[i].header.msg_name = names.data + i * kNameSpace;
    messages[i].header.msg_namelen = kNameSpace;
  }
  const int flags = Int(info, 5);
  const ssize_t received = Retry([&] { return ReceiveMessages(fd, messages, flags); });
  if (received < 0) return Number(info, -errno);
  int32_t* row = reinterpret_cast<int32_t*>(table.data);
  for (ssize_t i = 0; i < received; ++i, row += 4) {
    row[0] = static_cast<int32_t>(messages[i].transferred);
    row[1] = messages[i].header.msg_flags;
    row[2] = static_cast<int32_t>(messages[i].header.msg_namelen);
    row[3] = 0;
  }
  return Number(info, received);
}

}  // namespace

void InitTransfer(Napi::Env, Napi::Object exports, Environment* environment) {
  Export<SendCall>(exports, "send", environment);
  Export<RecvCall>(exports, "recv", environment);
  Export<SendMsgCall>(exports, "sendmsg", environment);
  Export<RecvMsgCall>(exports, "recvmsg", environment);
  Export<SendMMsgCall>(exports, "sendmmsg", environment);
  Export<RecvMMsgCall>(exports, "recvmmsg", environment);
}

}  // namespace sockwise

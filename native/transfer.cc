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

// UIO_MAXIOV: sendmsg(2) refuses more parts, and sendmmsg(2) quietly takes no more messages than that.
constexpr size_t kMostParts = 1024;

template <typename Function>
ssize_t Retry(Function call) {
  ssize_t result = 0;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

// Whether `length` bytes from `offset` on lie in `size` bytes.
bool Within(size_t size, int32_t offset, int32_t length) {
  return offset >= 0 && length >= 0 && static_cast<size_t>(offset) + static_cast<size_t>(length) <= size;
}

// sendto(2).
napi_value SendCall(napi_env env, napi_callback_info info) {
  const Arguments<4> call(env, info);
  Bytes bytes;
  if (!call.BytesAt(1, &bytes)) return call.Return(-EFAULT);
  const int fd = call.Int(0);
  const int flags = call.Int(2) | kNoSignal;
  const int length = call.Int(3);
  if (length < 0) return call.Result(Retry([&] { return send(fd, bytes.data, bytes.size, flags); }));
  if (!Within(kDataSize, 0, length)) return call.Return(-EINVAL);
  const sockaddr* address = reinterpret_cast<sockaddr*>(call.environment->data());
  return call.Result(
      Retry([&] { return sendto(fd, bytes.data, bytes.size, flags, address, static_cast<socklen_t>(length)); }));
}

// recv(2).
napi_value RecvCall(napi_env env, napi_callback_info info) {
  const Arguments<3> call(env, info);
  Bytes bytes;
  if (!call.BytesAt(1, &bytes)) return call.Return(-EFAULT);
  const int fd = call.Int(0);
  const int flags = call.Int(2);
  return call.Result(Retry([&] { return recv(fd, bytes.data, bytes.size, flags); }));
}

// recvfrom(2).
napi_value RecvFromCall(napi_env env, napi_callback_info info) {
  const Arguments<3> call(env, info);
  Bytes bytes;
  if (!call.BytesAt(1, &bytes)) return call.Return(-EFAULT);
  const int fd = call.Int(0);
  const int flags = call.Int(2);
  sockaddr* address = reinterpret_cast<sockaddr*>(call.environment->data());
  socklen_t length = 0;
  const ssize_t received = Retry([&] {
    length = sizeof(sockaddr_storage);
    return recvfrom(fd, bytes.data, bytes.size, flags, address, &length);
  });
  if (received < 0) return call.Return(-errno);
  call.environment->frame()[kLength] = static_cast<int32_t>(std::min<socklen_t>(length, sizeof(sockaddr_storage)));
  return call.Return(received);
}

// A number stands for so many bytes at no address: what the kernel says to those is its own.
bool PartOf(napi_env env, napi_value value, iovec* part) {
  Bytes bytes;
  if (BytesOf(env, value, &bytes)) {
    *part = {bytes.data, bytes.size};
    return true;
  }
  const int size = IntOf(env, value);
  if (size < 0) return false;
  *part = {nullptr, static_cast<size_t>(size)};
  return true;
}

// One piece of memory or an array of them. All elements are fetched before the memory of any is looked up: fetching may
// run a getter, and that may transfer or resize what was looked up before. 0, or -errno.
int PartsOf(napi_env env, napi_value value, std::vector<iovec>* parts) {
  bool is_array = false;
  uint32_t count = 0;
  if (napi_is_array(env, value, &is_array) != napi_ok) return -EFAULT;
  if (!is_array) {
    Bytes bytes;
    if (!BytesOf(env, value, &bytes)) return -EFAULT;
    parts->push_back({bytes.data, bytes.size});
    return 0;
  }
  if (napi_get_array_length(env, value, &count) != napi_ok) return -EFAULT;
  if (count > kMostParts) return -EMSGSIZE;
  std::vector<napi_value> values(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (napi_get_element(env, value, i, &values[i]) != napi_ok) return -EFAULT;
  }
  parts->resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (!PartOf(env, values[i], &(*parts)[i])) return -EFAULT;
  }
  return 0;
}

// The sockaddr and the control messages, at their places in the scratch memory.
msghdr HeaderOf(const Environment& environment, std::vector<iovec>* parts, int name_size, int control_size) {
  msghdr header = {};
  if (name_size > 0) {
    header.msg_name = environment.data();
    header.msg_namelen = static_cast<socklen_t>(name_size);
  }
  header.msg_iov = parts->data();
  header.msg_iovlen = parts->size();
  if (control_size > 0) {
    header.msg_control = environment.data() + kNameSpace;
    header.msg_controllen = static_cast<socklen_t>(control_size);
  }
  return header;
}

// sendmsg(2).
napi_value SendMsgCall(napi_env env, napi_callback_info info) {
  const Arguments<5> call(env, info);
  std::vector<iovec> parts;
  const int gathered = PartsOf(env, call.values[1], &parts);
  if (gathered < 0) return call.Return(gathered);
  const int fd = call.Int(0);
  const int flags = call.Int(2) | kNoSignal;
  const int name_size = call.Int(3);
  const int control_size = call.Int(4);
  if (!Within(kNameSpace, 0, name_size) || !Within(kDataSize - kNameSpace, 0, control_size))
    return call.Return(-EINVAL);
  const msghdr header = HeaderOf(*call.environment, &parts, name_size, control_size);
  return call.Result(Retry([&] { return sendmsg(fd, &header, flags); }));
}

// recvmsg(2).
napi_value RecvMsgCall(napi_env env, napi_callback_info info) {
  const Arguments<4> call(env, info);
  std::vector<iovec> parts;
  const int gathered = PartsOf(env, call.values[1], &parts);
  if (gathered < 0) return call.Return(gathered);
  const int fd = call.Int(0);
  const int flags = call.Int(2);
  const int control_size = call.Int(3);
  if (!Within(kDataSize - kNameSpace, 0, control_size)) return call.Return(-EINVAL);
  msghdr header = {};
  const ssize_t received = Retry([&] {
    header = HeaderOf(*call.environment, &parts, kNameSpace, control_size);
    return recvmsg(fd, &header, flags);
  });
  if (received < 0) return call.Return(-errno);
  int32_t* frame = call.environment->frame();
  frame[kFd] = header.msg_flags;
  frame[kLevel] = static_cast<int32_t>(header.msg_controllen);
  frame[kLength] = static_cast<int32_t>(std::min<socklen_t>(header.msg_namelen, kNameSpace));
  return call.Return(received);
}

// What a table says of one message: src/native/binding.ts, Column.
struct Row {
  int32_t offset;
  int32_t length;
  int32_t name_offset;
  int32_t name_length;
  int32_t control_offset;
  int32_t control_length;
  int32_t flags;
  int32_t unused;
};

// sendmmsg(2).
napi_value SendMMsgCall(napi_env env, napi_callback_info info) {
  const Arguments<8> call(env, info);
  Bytes data;
  Bytes names;
  Bytes control;
  Bytes table;
  if (!call.BytesAt(1, &data) || !call.BytesAt(2, &names) || !call.BytesAt(3, &control) || !call.Int32sAt(4, &table))
    return call.Return(-EFAULT);
  const int fd = call.Int(0);
  const int32_t first = call.Int(5);
  const int32_t count = call.Int(6);
  const int flags = call.Int(7) | kNoSignal;
  if (!Within(table.size / sizeof(Row), first, count) || static_cast<size_t>(count) > kMostParts)
    return call.Return(-EFAULT);
  std::vector<Message> messages(static_cast<size_t>(count));
  std::vector<iovec> parts(messages.size());
  for (size_t i = 0; i < messages.size(); ++i) {
    const Row row = reinterpret_cast<const Row*>(table.data)[static_cast<size_t>(first) + i];
    if (!Within(data.size, row.offset, row.length) || !Within(kNameSpace, 0, row.name_length) ||
        !Within(names.size, row.name_offset, row.name_length) ||
        !Within(control.size, row.control_offset, row.control_length))
      return call.Return(-EFAULT);
    msghdr& header = messages[i].header;
    parts[i] = {data.data + row.offset, static_cast<size_t>(row.length)};
    header.msg_iov = &parts[i];
    header.msg_iovlen = 1;
    if (row.name_length > 0) header.msg_name = names.data + row.name_offset;
    header.msg_namelen = static_cast<socklen_t>(row.name_length);
    if (row.control_length > 0) header.msg_control = control.data + row.control_offset;
    header.msg_controllen = static_cast<socklen_t>(row.control_length);
  }
  return call.Result(Retry([&] { return SendMessages(fd, messages.data(), messages.size(), flags); }));
}

// recvmmsg(2).
napi_value RecvMMsgCall(napi_env env, napi_callback_info info) {
  const Arguments<9> call(env, info);
  Bytes data;
  Bytes names;
  Bytes control;
  Bytes table;
  if (!call.BytesAt(1, &data) || !call.BytesAt(3, &names) || !call.BytesAt(4, &control) || !call.Int32sAt(6, &table))
    return call.Return(-EFAULT);
  const int fd = call.Int(0);
  const int32_t size = call.Int(2);
  const int32_t control_size = call.Int(5);
  const int32_t count = call.Int(7);
  const int flags = call.Int(8);
  // The products fit: all three are below 2^31.
  if (size < 0 || control_size < 0 || !Within(table.size / sizeof(Row), 0, count) ||
      static_cast<size_t>(count) > kMostParts || static_cast<size_t>(count) * static_cast<size_t>(size) > data.size ||
      static_cast<size_t>(count) * kNameSpace > names.size ||
      static_cast<size_t>(count) * static_cast<size_t>(control_size) > control.size)
    return call.Return(-EFAULT);
  std::vector<Message> messages(static_cast<size_t>(count));
  std::vector<iovec> parts(messages.size());
  const ssize_t received = Retry([&] {
    for (size_t i = 0; i < messages.size(); ++i) {
      parts[i] = {data.data + i * static_cast<size_t>(size), static_cast<size_t>(size)};
      msghdr& header = messages[i].header;
      header = {};
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_name = names.data + i * kNameSpace;
      header.msg_namelen = kNameSpace;
      if (control_size > 0) header.msg_control = control.data + i * static_cast<size_t>(control_size);
      header.msg_controllen = static_cast<socklen_t>(control_size);
    }
    return ReceiveMessages(fd, messages.data(), messages.size(), flags);
  });
  if (received < 0) return call.Return(-errno);
  for (size_t i = 0; i < static_cast<size_t>(received); ++i) {
    const msghdr& header = messages[i].header;
    Row& row = reinterpret_cast<Row*>(table.data)[i];
    row.offset = static_cast<int32_t>(i) * size;
    // With MSG_TRUNC the kernel reports the length the datagram had.
    row.length = static_cast<int32_t>(std::min<size_t>(messages[i].transferred, static_cast<size_t>(size)));
    row.name_offset = static_cast<int32_t>(i * kNameSpace);
    row.name_length = static_cast<int32_t>(std::min<socklen_t>(header.msg_namelen, kNameSpace));
    row.control_offset = static_cast<int32_t>(i) * control_size;
    row.control_length = static_cast<int32_t>(header.msg_controllen);
    row.flags = header.msg_flags;
    row.unused = 0;
  }
  return call.Return(received);
}

}  // namespace

void InitTransfer(napi_env env, napi_value exports, Environment* environment) {
  const napi_property_descriptor calls[] = {
      {"send", nullptr, SendCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"recv", nullptr, RecvCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"recvfrom", nullptr, RecvFromCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"sendmsg", nullptr, SendMsgCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"recvmsg", nullptr, RecvMsgCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"sendmmsg", nullptr, SendMMsgCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
      {"recvmmsg", nullptr, RecvMMsgCall, nullptr, nullptr, nullptr, napi_enumerable, environment},
  };
  napi_define_properties(env, exports, sizeof calls / sizeof calls[0], calls);
}

}  // namespace sockwise

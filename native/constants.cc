#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/un.h>

#if defined(__linux__)
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <sched.h>
#endif

#include "calls.h"

namespace sockwise {
namespace {

struct Constant {
  const char* name;
  int value;
};

// The arguments of socket(2) and the flags of the transfer calls. Options come from the catalogue, below.
const Constant kConstants[] = {
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"AF_UNIX", AF_UNIX},
    {"AF_UNSPEC", AF_UNSPEC},
    {"IPPROTO_EGP", IPPROTO_EGP},
    {"IPPROTO_ICMP", IPPROTO_ICMP},
    {"IPPROTO_ICMPV6", IPPROTO_ICMPV6},
    {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_RAW", IPPROTO_RAW},
    {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_UDP", IPPROTO_UDP},
    {"IPV6_HOPLIMIT", IPV6_HOPLIMIT},
    {"IPV6_PKTINFO", IPV6_PKTINFO},
    {"MSG_CTRUNC", MSG_CTRUNC},
    {"MSG_DONTROUTE", MSG_DONTROUTE},
    {"MSG_DONTWAIT", MSG_DONTWAIT},
    {"MSG_EOR", MSG_EOR},
    {"MSG_OOB", MSG_OOB},
    {"MSG_PEEK", MSG_PEEK},
    {"MSG_TRUNC", MSG_TRUNC},
    {"MSG_WAITALL", MSG_WAITALL},
    {"SHUT_RD", SHUT_RD},
    {"SHUT_RDWR", SHUT_RDWR},
    {"SHUT_WR", SHUT_WR},
    {"SOCK_DGRAM", SOCK_DGRAM},
    {"SOCK_RAW", SOCK_RAW},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOCK_STREAM", SOCK_STREAM},
    {"SOL_SOCKET", SOL_SOCKET},
#if defined(__linux__)
    {"AF_NETLINK", AF_NETLINK},
    {"AF_PACKET", AF_PACKET},
    {"AF_VSOCK", AF_VSOCK},
    {"CLONE_NEWNET", CLONE_NEWNET},
    {"ETH_P_ALL", ETH_P_ALL},
    {"IPPROTO_MPTCP", 262},
    {"IPPROTO_UDPLITE", IPPROTO_UDPLITE},
    {"MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC},
    {"MSG_CONFIRM", MSG_CONFIRM},
    {"MSG_ERRQUEUE", MSG_ERRQUEUE},
    {"MSG_FASTOPEN", MSG_FASTOPEN},
    {"MSG_MORE", MSG_MORE},
    {"MSG_NOSIGNAL", MSG_NOSIGNAL},
    {"NETLINK_ROUTE", NETLINK_ROUTE},
    {"SCM_CREDENTIALS", SCM_CREDENTIALS},
    {"PACKET_OTHERHOST", PACKET_OTHERHOST},
    {"PACKET_OUTGOING", PACKET_OUTGOING},
    {"PACKET_TX_TIMESTAMP", PACKET_TX_TIMESTAMP},
    // These are younger than many libraries' headers, or the kernel's own: linux/socket.h, asm-generic/socket.h.
    {"SCM_PIDFD", 4},
    {"SCM_SECURITY", 3},
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__arm__) || defined(__riscv)
    {"SCM_DEVMEM_DMABUF", 79},
    {"SCM_DEVMEM_LINEAR", 78},
    {"SCM_TIMESTAMPING_OPT_STATS", 54},
    {"SCM_TIMESTAMPING_PKTINFO", 58},
    {"SCM_TS_OPT_ID", 81},
#endif
    {"SOL_MPTCP", 284},
    {"SOL_NETLINK", SOL_NETLINK},
    {"SOL_PACKET", SOL_PACKET},
    {"SOL_RAW", SOL_RAW},
    // linux/tls.h, linux/socket.h.
    {"SOL_TLS", 282},
    {"TLS_GET_RECORD_TYPE", 2},
    {"TLS_SET_RECORD_TYPE", 1},
#endif
    {"SCM_RIGHTS", SCM_RIGHTS},
    {"SCM_TIMESTAMP", SCM_TIMESTAMP},
#if defined(SCM_TIMESTAMPNS)
    {"SCM_TIMESTAMPNS", SCM_TIMESTAMPNS},
    {"SCM_TIMESTAMPING", SCM_TIMESTAMPING},
#endif
};

// Functions, since the list below has some hundred names: the wrapper's code for each would be a third of the addon.
void Set(napi_env env, napi_value object, const char* name, int value) {
  napi_value number = nullptr;
  napi_create_int32(env, value, &number);
  napi_set_named_property(env, object, name, number);
}

[[maybe_unused]] void SetNull(napi_env env, napi_value object, const char* name) {
  napi_value null = nullptr;
  napi_get_null(env, &null);
  napi_set_named_property(env, object, name, null);
}

}  // namespace

void InitConstants(Napi::Env env, Napi::Object exports) {
  Napi::Object constants = Napi::Object::New(env);
  for (const Constant& constant : kConstants) Set(env, constants, constant.name, constant.value);
#define CONSTANT(name, value) Set(env, constants, name, static_cast<int>(value));
#define MISSING(name) SetNull(env, constants, name);
#include "constants.gen.inc"
#undef CONSTANT
#undef MISSING
  exports.Set("constants", constants);
}

}  // namespace sockwise

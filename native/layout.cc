#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#if defined(__linux__)
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#endif

#include <cstddef>

#include "calls.h"

namespace sockwise {
namespace {

struct Fact {
  const char* name;
  size_t value;
};

// What TypeScript needs to write and read these structures. The family field is left out: see sa_family below.
const Fact kFacts[] = {
    {"sizeof sockaddr_in", sizeof(sockaddr_in)},
    {"sockaddr_in.sin_port", offsetof(sockaddr_in, sin_port)},
    {"sockaddr_in.sin_addr", offsetof(sockaddr_in, sin_addr)},
    {"sizeof sockaddr_in6", sizeof(sockaddr_in6)},
    {"sockaddr_in6.sin6_port", offsetof(sockaddr_in6, sin6_port)},
    {"sockaddr_in6.sin6_flowinfo", offsetof(sockaddr_in6, sin6_flowinfo)},
    {"sockaddr_in6.sin6_addr", offsetof(sockaddr_in6, sin6_addr)},
    {"sockaddr_in6.sin6_scope_id", offsetof(sockaddr_in6, sin6_scope_id)},
    {"sizeof sockaddr_un", sizeof(sockaddr_un)},
    {"sockaddr_un.sun_path", offsetof(sockaddr_un, sun_path)},
    // BSDs keep a length byte first, so that the family is one byte at offset 1.
    {"sockaddr.sa_family", offsetof(sockaddr, sa_family)},
    {"sizeof sa_family_t", sizeof(sa_family_t)},
#if defined(__linux__)
    {"sizeof sockaddr_nl", sizeof(sockaddr_nl)},
    {"sockaddr_nl.nl_pid", offsetof(sockaddr_nl, nl_pid)},
    {"sockaddr_nl.nl_groups", offsetof(sockaddr_nl, nl_groups)},
    {"sizeof sockaddr_ll", sizeof(sockaddr_ll)},
    {"sockaddr_ll.sll_protocol", offsetof(sockaddr_ll, sll_protocol)},
    {"sockaddr_ll.sll_ifindex", offsetof(sockaddr_ll, sll_ifindex)},
    {"sockaddr_ll.sll_pkttype", offsetof(sockaddr_ll, sll_pkttype)},
    {"sockaddr_ll.sll_halen", offsetof(sockaddr_ll, sll_halen)},
    {"sockaddr_ll.sll_addr", offsetof(sockaddr_ll, sll_addr)},
    {"sizeof sockaddr_vm", sizeof(sockaddr_vm)},
    {"sockaddr_vm.svm_port", offsetof(sockaddr_vm, svm_port)},
    {"sockaddr_vm.svm_cid", offsetof(sockaddr_vm, svm_cid)},
#endif
    {"sizeof cmsghdr", sizeof(cmsghdr)},
    {"cmsghdr.cmsg_level", offsetof(cmsghdr, cmsg_level)},
    {"cmsghdr.cmsg_type", offsetof(cmsghdr, cmsg_type)},
    {"CMSG_SPACE 1 - CMSG_SPACE 0", CMSG_SPACE(1) - CMSG_SPACE(0)},
    {"sizeof timeval", sizeof(timeval)},
    {"timeval.tv_usec", offsetof(timeval, tv_usec)},
};

}  // namespace

void InitLayout(Napi::Env env, Napi::Object exports) {
  Napi::Object layout = Napi::Object::New(env);
  for (const Fact& fact : kFacts) layout.Set(fact.name, static_cast<double>(fact.value));
  exports.Set("layout", layout);
}

}  // namespace sockwise

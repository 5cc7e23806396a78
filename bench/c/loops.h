#ifndef SOCKWISE_BENCH_LOOPS_H_
#define SOCKWISE_BENCH_LOOPS_H_

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

// A loop makes its system calls `count` times and returns the nanoseconds that took,
// by the clock. Its sockets are made before.
typedef uint64_t (*LoopFunction)(long count);

struct Loop {
  const char* name;
  LoopFunction run;
  clockid_t clock;
};

uint64_t Now(void);

// A failed call would be measured as a fast one.
static inline int Must(int result, const char* call) {
  if (result >= 0) return result;
  perror(call);
  exit(1);
}

static inline int TcpSocket(void) {
  return Must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
}

static inline struct sockaddr_in Loopback(void) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

uint64_t SetReuseAddr(long count);
uint64_t GetReuseAddr(long count);
uint64_t SetNoDelay(long count);
uint64_t GetNoDelay(long count);
uint64_t SetLinger(long count);
uint64_t GetLinger(long count);
uint64_t GetTcpInfo(long count);
uint64_t GetReceiveBuffer(long count);
uint64_t SetTenOptions(long count);
uint64_t ListenCycle(long count);
uint64_t ConnectCycle(long count);
uint64_t ListSockets(long count);
uint64_t UdpEcho(long count);
uint64_t UdpBatch(long count);
uint64_t UdpSegment(long count);
uint64_t Stream64K(long count);
uint64_t PassDescriptor(long count);
uint64_t PingPong(long count);
uint64_t UnixPingPong(long count);
uint64_t SeqpacketPingPong(long count);
uint64_t AcceptClose(long count);
uint64_t Wake(long count);
uint64_t WaitAgain(long count);

#endif  // SOCKWISE_BENCH_LOOPS_H_

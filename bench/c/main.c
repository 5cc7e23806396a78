// Reads lines `name count`, runs that loop, answers with the nanoseconds it took.
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loops.h"

static const struct Loop kLoops[] = {
    {"set-reuseaddr", SetReuseAddr, CLOCK_MONOTONIC},
    {"get-reuseaddr", GetReuseAddr, CLOCK_MONOTONIC},
    {"set-nodelay", SetNoDelay, CLOCK_MONOTONIC},
    {"get-nodelay", GetNoDelay, CLOCK_MONOTONIC},
    {"set-linger", SetLinger, CLOCK_MONOTONIC},
    {"get-linger", GetLinger, CLOCK_MONOTONIC},
    {"get-tcp-info", GetTcpInfo, CLOCK_MONOTONIC},
    {"get-rcvbuf", GetReceiveBuffer, CLOCK_MONOTONIC},
    {"set-ten-options", SetTenOptions, CLOCK_MONOTONIC},
    {"listen-cycle", ListenCycle, CLOCK_MONOTONIC},
    {"connect-cycle", ConnectCycle, CLOCK_MONOTONIC},
    {"list-sockets", ListSockets, CLOCK_MONOTONIC},
    {"udp-echo", UdpEcho, CLOCK_PROCESS_CPUTIME_ID},
    {"udp-batch", UdpBatch, CLOCK_PROCESS_CPUTIME_ID},
    {"udp-segment", UdpSegment, CLOCK_PROCESS_CPUTIME_ID},
    {"stream-64k", Stream64K, CLOCK_PROCESS_CPUTIME_ID},
    {"pass-descriptor", PassDescriptor, CLOCK_PROCESS_CPUTIME_ID},
    {"ping-pong", PingPong, CLOCK_PROCESS_CPUTIME_ID},
    {"unix-ping-pong", UnixPingPong, CLOCK_PROCESS_CPUTIME_ID},
    {"seqpacket-ping-pong", SeqpacketPingPong, CLOCK_PROCESS_CPUTIME_ID},
    {"accept-close", AcceptClose, CLOCK_PROCESS_CPUTIME_ID},
    {"wake", Wake, CLOCK_PROCESS_CPUTIME_ID},
    {"wait-again", WaitAgain, CLOCK_PROCESS_CPUTIME_ID},
};

static clockid_t measured = CLOCK_MONOTONIC;

uint64_t Now(void) {
  struct timespec now;
  clock_gettime(measured, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void* Sleep(void* unused) {
  for (;;) pause();
  return unused;
}

int main(void) {
  // Node has threads, and with a second thread each descriptor look-up takes and drops a reference on the file
  // (fs/file.c, __fget_light): a C process without one would be about a tenth faster for a reason Node cannot have.
  pthread_t thread;
  if (pthread_create(&thread, NULL, Sleep, NULL) != 0) return 1;

  char name[64];
  long count = 0;
  while (scanf("%63s %ld", name, &count) == 2) {
    const struct Loop* found = NULL;
    for (size_t i = 0; i < sizeof kLoops / sizeof *kLoops; ++i) {
      if (strcmp(kLoops[i].name, name) == 0) found = &kLoops[i];
    }
    if (found == NULL) return 2;
    measured = found->clock;
    printf("%llu\n", (unsigned long long)found->run(count));
    fflush(stdout);
  }
  return 0;
}

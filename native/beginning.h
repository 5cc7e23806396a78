#ifndef SOCKWISE_BEGINNING_H_
#define SOCKWISE_BEGINNING_H_

#include <pthread.h>

#include <ctime>

namespace sockwise {

// Tells one thread that another has come as far. Whoever is done with it last deletes it. Not std::promise: that is
// code of the C++ library, which the addon does not need on the machine it runs on; nor is the timed wait of
// condition_variable.
class Beginning {
 public:
  void Tell() {
    pthread_mutex_lock(&mutex_);
    told_ = true;
    pthread_cond_signal(&changed_);
    Leave();
  }

  // Gives up after a second: where too many calls block already, the thread comes later.
  void Await() {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    ++until.tv_sec;
    pthread_mutex_lock(&mutex_);
    while (!told_ && pthread_cond_timedwait(&changed_, &mutex_, &until) == 0) {
    }
    Leave();
  }

 private:
  // With the lock held.
  void Leave() {
    const bool last = --holders_ == 0;
    pthread_mutex_unlock(&mutex_);
    if (last) delete this;
  }

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
  bool told_ = false;
  int holders_ = 2;
};

}  // namespace sockwise

#endif  // SOCKWISE_BEGINNING_H_

// What the addon uses of libc++ beyond its headers. The whole of it would be 270 kB a binary, most of that exceptions, locales
// and a demangler that nothing here can reach, and minutes to compile. Prebuilt addons are linked with this instead; what is
// missing here shows as an undefined symbol, which scripts/prebuild.mjs refuses.
#include <pthread.h>
#include <time.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>

// Without exceptions, operator new cannot report that there is no memory.
void* operator new(size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace {

pthread_mutex_t guard_mutex = PTHREAD_MUTEX_INITIALIZER;

}  // namespace

// Static variables of functions, Itanium C++ ABI 3.3.3. No initializer here makes another static variable, so that one mutex may
// be held while one runs.
extern "C" {

int __cxa_guard_acquire(uint64_t* guard) {
  pthread_mutex_lock(&guard_mutex);
  if (*reinterpret_cast<char*>(guard) == 0) return 1;
  pthread_mutex_unlock(&guard_mutex);
  return 0;
}

void __cxa_guard_release(uint64_t* guard) {
  __atomic_store_n(reinterpret_cast<char*>(guard), 1, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&guard_mutex);
}

void __cxa_pure_virtual() { std::abort(); }

}  // extern "C"

_LIBCPP_BEGIN_NAMESPACE_STD

[[noreturn]] void __libcpp_verbose_abort(const char*, ...) { std::abort(); }

[[noreturn]] void __throw_system_error(int, const char*) { std::abort(); }

#ifndef _LIBCPP_HAS_TRIVIAL_MUTEX_DESTRUCTION
mutex::~mutex() noexcept { pthread_mutex_destroy(&__m_); }
#endif
void mutex::lock() { pthread_mutex_lock(&__m_); }
void mutex::unlock() noexcept { pthread_mutex_unlock(&__m_); }

condition_variable::~condition_variable() { pthread_cond_destroy(&__cv_); }
void condition_variable::notify_one() noexcept { pthread_cond_signal(&__cv_); }
void condition_variable::notify_all() noexcept { pthread_cond_broadcast(&__cv_); }
void condition_variable::wait(unique_lock<mutex>& lock) noexcept {
  pthread_cond_wait(&__cv_, lock.mutex()->native_handle());
}

namespace chrono {

steady_clock::time_point steady_clock::now() noexcept {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time_point(seconds(time.tv_sec) + nanoseconds(time.tv_nsec));
}

}  // namespace chrono

string to_string(int value) { return value < 0 ? "-" + to_string(0u - value) : to_string(static_cast<unsigned>(value)); }

string to_string(unsigned value) {
  char digits[10];
  size_t first = sizeof digits;
  do digits[--first] = static_cast<char>('0' + value % 10);
  while ((value /= 10) > 0);
  return string(digits + first, sizeof digits - first);
}

template class basic_string<char>;

_LIBCPP_END_NAMESPACE_STD

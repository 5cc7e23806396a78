#ifndef SOCKWISE_NAPI_SAFE_H_
#define SOCKWISE_NAPI_SAFE_H_

// In a worker that is being terminated no JavaScript can run and nothing can be thrown. Without this, the wrappers
// answer that with abort(), for the whole process: a worker stopped while it loads the addon is enough.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>

#endif  // SOCKWISE_NAPI_SAFE_H_

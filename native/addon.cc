#include "calls.h"
#include "environment.h"
#include "napi_safe.h"

namespace sockwise {
namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Deletes itself when the environment goes.
  Environment* environment = new Environment(env);
  exports.Set("scratch", Napi::Value(env, environment->ScratchValue()));
  exports.Set("events", Napi::Value(env, environment->EventsValue()));
  InitConstants(env, exports);
  InitErrors(env, exports);
  InitLayout(env, exports);
  InitOptions(env, exports, environment);
  InitSystemCalls(env, exports, environment);
  InitTransfer(env, exports, environment);
  InitRaw(env, exports, environment);
  InitProcess(env, exports, environment);
  return exports;
}

}  // namespace
}  // namespace sockwise

static Napi::Object InitAddon(Napi::Env env, Napi::Object exports) { return sockwise::Init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, InitAddon)

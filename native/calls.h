#ifndef SOCKWISE_CALLS_H_
#define SOCKWISE_CALLS_H_

#include "napi_safe.h"

namespace sockwise {

class Environment;

// Each file of calls puts its own on the exports.
void InitConstants(Napi::Env env, Napi::Object exports);
void InitErrors(Napi::Env env, Napi::Object exports);
void InitLayout(Napi::Env env, Napi::Object exports);
void InitOptions(napi_env env, napi_value exports, Environment* environment);
void InitSystemCalls(Napi::Env env, Napi::Object exports, Environment* environment);
void InitTransfer(napi_env env, napi_value exports, Environment* environment);
void InitRaw(Napi::Env env, Napi::Object exports, Environment* environment);
void InitProcess(Napi::Env env, Napi::Object exports, Environment* environment);

// Puts a function on the exports that finds its Environment in info.Data().
template <Napi::Value (*Call)(const Napi::CallbackInfo&)>
void Export(Napi::Object exports, const char* name, Environment* environment) {
  exports.Set(name, Napi::Function::New<Call>(exports.Env(), name, environment));
}

}  // namespace sockwise

#endif  // SOCKWISE_CALLS_H_

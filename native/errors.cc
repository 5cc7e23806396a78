#include <cerrno>
#include <cstring>

#include "arguments.h"
#include "calls.h"

namespace sockwise {
namespace {

// strerror(3).
Napi::Value StrErrorCall(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), strerror(Int(info, 0)));
}

}  // namespace

// The errors that os.constants.errno of Node lacks, where the system has them.
void InitErrors(Napi::Env env, Napi::Object exports) {
  Napi::Object errnos = Napi::Object::New(env);
#if defined(EADV)
  errnos.Set("EADV", EADV);
#endif
#if defined(EBADE)
  errnos.Set("EBADE", EBADE);
#endif
#if defined(EBADFD)
  errnos.Set("EBADFD", EBADFD);
#endif
#if defined(EBADR)
  errnos.Set("EBADR", EBADR);
#endif
#if defined(EBADRQC)
  errnos.Set("EBADRQC", EBADRQC);
#endif
#if defined(EBADSLT)
  errnos.Set("EBADSLT", EBADSLT);
#endif
#if defined(EBFONT)
  errnos.Set("EBFONT", EBFONT);
#endif
#if defined(ECHRNG)
  errnos.Set("ECHRNG", ECHRNG);
#endif
#if defined(ECOMM)
  errnos.Set("ECOMM", ECOMM);
#endif
#if defined(EDOTDOT)
  errnos.Set("EDOTDOT", EDOTDOT);
#endif
#if defined(EHWPOISON)
  errnos.Set("EHWPOISON", EHWPOISON);
#endif
#if defined(EISNAM)
  errnos.Set("EISNAM", EISNAM);
#endif
#if defined(EKEYEXPIRED)
  errnos.Set("EKEYEXPIRED", EKEYEXPIRED);
#endif
#if defined(EKEYREJECTED)
  errnos.Set("EKEYREJECTED", EKEYREJECTED);
#endif
#if defined(EKEYREVOKED)
  errnos.Set("EKEYREVOKED", EKEYREVOKED);
#endif
#if defined(EL2HLT)
  errnos.Set("EL2HLT", EL2HLT);
#endif
#if defined(EL2NSYNC)
  errnos.Set("EL2NSYNC", EL2NSYNC);
#endif
#if defined(EL3HLT)
  errnos.Set("EL3HLT", EL3HLT);
#endif
#if defined(EL3RST)
  errnos.Set("EL3RST", EL3RST);
#endif
#if defined(ELIBACC)
  errnos.Set("ELIBACC", ELIBACC);
#endif
#if defined(ELIBBAD)
  errnos.Set("ELIBBAD", ELIBBAD);
#endif
#if defined(ELIBEXEC)
  errnos.Set("ELIBEXEC", ELIBEXEC);
#endif
#if defined(ELIBMAX)
  errnos.Set("ELIBMAX", ELIBMAX);
#endif
#if defined(ELIBSCN)
  errnos.Set("ELIBSCN", ELIBSCN);
#endif
#if defined(ELNRNG)
  errnos.Set("ELNRNG", ELNRNG);
#endif
#if defined(EMEDIUMTYPE)
  errnos.Set("EMEDIUMTYPE", EMEDIUMTYPE);
#endif
#if defined(ENAVAIL)
  errnos.Set("ENAVAIL", ENAVAIL);
#endif
#if defined(ENOANO)
  errnos.Set("ENOANO", ENOANO);
#endif
#if defined(ENOCSI)
  errnos.Set("ENOCSI", ENOCSI);
#endif
#if defined(ENOKEY)
  errnos.Set("ENOKEY", ENOKEY);
#endif
#if defined(ENOMEDIUM)
  errnos.Set("ENOMEDIUM", ENOMEDIUM);
#endif
#if defined(ENOPKG)
  errnos.Set("ENOPKG", ENOPKG);
#endif
#if defined(ENOTBLK)
  errnos.Set("ENOTBLK", ENOTBLK);
#endif
#if defined(ENOTNAM)
  errnos.Set("ENOTNAM", ENOTNAM);
#endif
#if defined(ENOTRECOVERABLE)
  errnos.Set("ENOTRECOVERABLE", ENOTRECOVERABLE);
#endif
#if defined(ENOTUNIQ)
  errnos.Set("ENOTUNIQ", ENOTUNIQ);
#endif
#if defined(EOWNERDEAD)
  errnos.Set("EOWNERDEAD", EOWNERDEAD);
#endif
#if defined(EPFNOSUPPORT)
  errnos.Set("EPFNOSUPPORT", EPFNOSUPPORT);
#endif
#if defined(EREMCHG)
  errnos.Set("EREMCHG", EREMCHG);
#endif
#if defined(EREMOTE)
  errnos.Set("EREMOTE", EREMOTE);
#endif
#if defined(ERESTART)
  errnos.Set("ERESTART", ERESTART);
#endif
#if defined(ERFKILL)
  errnos.Set("ERFKILL", ERFKILL);
#endif
#if defined(ESRMNT)
  errnos.Set("ESRMNT", ESRMNT);
#endif
#if defined(ESTRPIPE)
  errnos.Set("ESTRPIPE", ESTRPIPE);
#endif
#if defined(ETOOMANYREFS)
  errnos.Set("ETOOMANYREFS", ETOOMANYREFS);
#endif
#if defined(EUCLEAN)
  errnos.Set("EUCLEAN", EUCLEAN);
#endif
#if defined(EUSERS)
  errnos.Set("EUSERS", EUSERS);
#endif
#if defined(EXFULL)
  errnos.Set("EXFULL", EXFULL);
#endif
  exports.Set("errnos", errnos);
  exports.Set("strerror", Napi::Function::New<StrErrorCall>(env, "strerror"));
}

}  // namespace sockwise

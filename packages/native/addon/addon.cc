// The module that Node loads: what runs, and the lists of bindings.
#include "bindings/arguments.h"
#include "bindings/bindings.h"
#include "isa.h"
#include "pool.h"

#if !defined(_WIN32)
#include <dlfcn.h>
#else
#include <windows.h>
#endif

namespace {

using namespace tessera;

napi_value text(napi_env env, const char* value) {
  napi_value out;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &out);
  return out;
}

/** info() -> [name of the set in use, number of threads, why AMX is refused or "", names of all sets] */
napi_value info(napi_env env, napi_callback_info) {
  napi_value out, sets, number;
  napi_create_array(env, &out);
  napi_create_array(env, &sets);
  napi_set_element(env, out, 0, text(env, kernels().name));
  napi_create_double(env, double(Pool::shared().threads()), &number);
  napi_set_element(env, out, 1, number);
  napi_set_element(env, out, 2, text(env, amx_refusal()));
  uint32_t i = 0;
  for (const Kernels* const* set = available_kernels(); *set; set++) napi_set_element(env, sets, i++, text(env, (*set)->name));
  napi_set_element(env, out, 3, sets);
  return out;
}

napi_value use_isa(napi_env env, napi_callback_info call) {
  Args args(env, call, "useIsa");
  const std::string name = args.text();
  if (!args.ok) return nullptr;
  napi_value out;
  napi_get_boolean(env, use_kernels(name.c_str()), &out);
  return out;
}

napi_value use_threads(napi_env env, napi_callback_info call) {
  Args args(env, call, "useThreads");
  const size_t threads = args.size("threads");
  if (args.ok) Pool::shared().set_threads(threads);
  return nullptr;
}

const Binding machine_bindings[] = {{"info", info}, {"useIsa", use_isa}, {"useThreads", use_threads}, {}};

/** The pool's threads run code of this library, which must stay loaded when the last worker that loaded it ends. */
void stay_loaded() {
#if defined(_WIN32)
  HMODULE module;
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCSTR>(&stay_loaded), &module);
#else
  Dl_info here;
  if (dladdr(reinterpret_cast<void*>(&stay_loaded), &here)) dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
#endif
}

}  // namespace

NAPI_MODULE_INIT() {
  stay_loaded();
  for (const Binding* list : {machine_bindings, linear_bindings, attention_bindings, row_bindings, elementwise_bindings,
                              movement_bindings, tnt_bindings, update_bindings, window_bindings, convolution_bindings,
                              batch_norm_bindings, depthwise_bindings, group_norm_bindings}) {
    for (const Binding* binding = list; binding->name; binding++) {
      napi_value value;
      if (napi_create_function(env, binding->name, NAPI_AUTO_LENGTH, binding->call, nullptr, &value) != napi_ok ||
          napi_set_named_property(env, exports, binding->name, value) != napi_ok)
        return nullptr;
    }
  }
  return exports;
}

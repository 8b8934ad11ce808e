// Reads a call's arguments. Every array must be as long as the sizes say before a kernel runs: a wrong call throws. A longer one
// is another shape's, and what is written to it would leave its last use at its end.
#pragma once
#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "../kernels.h"
#include "../sizes.h"

namespace tessera {

/** The arguments of a call, one after the other. After the first that is wrong an exception waits, and `ok` is false. */
class Args {
 public:
  Args(napi_env env, napi_callback_info info, const char* name);

  double number(const char* what);
  /** A whole number from 0 to 2^31. */
  size_t size(const char* what);
  size_t below(size_t limit, const char* what);
  bool flag();
  std::string text();

  float* floats(size_t length, const char* what) { return static_cast<float*>(array(napi_float32_array, length, what)); }
  uint8_t* bytes(size_t length, const char* what) { return static_cast<uint8_t*>(array(napi_uint8_array, length, what)); }
  int32_t* integers(size_t length, const char* what) {
    return static_cast<int32_t*>(array(napi_int32_array, length, what));
  }
  /** A part of an array: what lies beyond it is not looked at. */
  float* floats_within(size_t least, const char* what) {
    return static_cast<float*>(array(napi_float32_array, least, what, true));
  }
  /** Of memory for floats, so there may be one more. */
  uint16_t* halves_within(size_t least, const char* what) {
    return static_cast<uint16_t*>(array(napi_uint16_array, least, what, true));
  }

  /** Undefined and null are no array. */
  bool absent();
  float* floats_or_null(size_t length, const char* what) { return absent() ? nullptr : floats(length, what); }
  uint8_t* bytes_or_null(size_t length, const char* what) { return absent() ? nullptr : bytes(length, what); }

  /** Panels of [k, n]: a Float32Array, or a Uint16Array of bfloat16. */
  Result panels(size_t k, size_t n);
  /** A matrix [count, k]: a Float32Array of rows, or a Uint16Array of tile rows. */
  Result rows(size_t count, size_t k, const char* what);

  /** Throws `native NAME: expected …`, unless something was wrong before. */
  void fail(const std::string& expected);

  bool ok = true;

 private:
  static constexpr size_t kMost = 32;

  bool halves_next();
  void* array(napi_typedarray_type wanted, size_t length, const char* what, bool within = false);

  napi_env env_;
  const char* name_;
  napi_value values_[kMost] = {};
  size_t size_ = kMost;
  size_t next_ = 0;
};

}  // namespace tessera

#include "arguments.h"

#include "../isa.h"
#include "../ops.h"

namespace tessera {

Args::Args(napi_env env, napi_callback_info info, const char* name) : env_(env), name_(name) {
  ok = napi_get_cb_info(env, info, &size_, values_, nullptr, nullptr) == napi_ok;
}

double Args::number(const char* what) {
  double value = 0;
  if (ok && (next_ >= size_ || napi_get_value_double(env_, values_[next_], &value) != napi_ok))
    fail(std::string("a number for ") + what);
  next_++;
  return value;
}

size_t Args::size(const char* what) {
  const double value = number(what);
  if (ok && !(value >= 0 && value <= 2147483648.0 && value == double(size_t(value))))
    fail(std::string("a whole number from 0 to 2^31 for ") + what + ", got " + std::to_string(value));
  return ok ? size_t(value) : 0;
}

size_t Args::below(size_t limit, const char* what) {
  const size_t value = size(what);
  if (ok && value >= limit)
    fail(std::string(what) + " below " + std::to_string(limit) + ", got " + std::to_string(value));
  return ok ? value : 0;
}

bool Args::flag() {
  bool value = false;
  if (ok && (next_ >= size_ || napi_get_value_bool(env_, values_[next_], &value) != napi_ok)) fail("true or false");
  next_++;
  return value;
}

std::string Args::text() {
  char buffer[64] = {};
  size_t length = 0;
  if (ok && (next_ >= size_ || napi_get_value_string_utf8(env_, values_[next_], buffer, sizeof buffer, &length) != napi_ok))
    fail("a string");
  next_++;
  return buffer;
}

bool Args::absent() {
  napi_valuetype type = napi_undefined;
  if (ok && next_ < size_) napi_typeof(env_, values_[next_], &type);
  if (type != napi_undefined && type != napi_null) return false;
  next_++;
  return true;
}

bool Args::halves_next() {
  napi_typedarray_type type = napi_float32_array;
  if (ok && next_ < size_) napi_get_typedarray_info(env_, values_[next_], &type, nullptr, nullptr, nullptr, nullptr);
  return type == napi_uint16_array;
}

Result Args::panels(size_t k, size_t n) {
  const Format format = halves_next() ? Format::bf16 : Format::f32;
  const napi_typedarray_type kind = format == Format::bf16 ? napi_uint16_array : napi_float32_array;
  return {array(kind, packed_size(k, n, format), "packed"), format, panels_of(format)};
}

Result Args::rows(size_t count, size_t k, const char* what) {
  if (!halves_next()) return {floats(times(count, k), what)};
  if (!kernels().tiles) fail(std::string("rows of floats for ") + what + ", as there are no tile registers");
  return {halves_within(blocks_size(count, k), what), Format::bf16, Layout::tile_rows};
}

void Args::fail(const std::string& expected) {
  if (!ok) return;
  ok = false;
  napi_throw_type_error(env_, "ERR_TESSERA_NATIVE", (std::string("native ") + name_ + ": expected " + expected).c_str());
}

void* Args::array(napi_typedarray_type wanted, size_t length, const char* what, bool within) {
  napi_typedarray_type type = napi_int8_array;
  size_t given = 0;
  void* data = nullptr;
  if (ok && (next_ >= size_ || napi_get_typedarray_info(env_, values_[next_], &type, &given, &data, nullptr, nullptr) != napi_ok ||
             type != wanted))
    fail(std::string("a typed array of the right kind for ") + what);
  if (ok && (within ? given < length : given != length))
    fail(std::string(within ? "at least " : "") + std::to_string(length) + " values in " + what + ", got " + std::to_string(given));
  next_++;
  return ok ? data : nullptr;
}

}  // namespace tessera

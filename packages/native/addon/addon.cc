// What JavaScript sees. Every size is compared with the arrays' lengths before a kernel runs: a wrong call throws.
#include <node_api.h>

#include <cstring>
#include <string>

#include "isa.h"
#include "ops.h"
#include "pool.h"

#if !defined(_WIN32)
#include <dlfcn.h>
#else
#include <windows.h>
#endif

namespace {

using namespace tessera;

/** Product of sizes that sticks at the largest number rather than wrap round. */
template <class... Sizes>
size_t times(size_t first, Sizes... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return first;
  } else {
    const size_t other = times(size_t(rest)...);
    return first != 0 && other > SIZE_MAX / first ? SIZE_MAX : first * other;
  }
}

/** The arguments of a call, one after the other. After the first that is wrong an exception waits, and `ok` is false. */
class Args {
 public:
  Args(napi_env env, napi_callback_info info, const char* name) : env_(env), name_(name) {
    size_ = kMost;
    ok = napi_get_cb_info(env, info, &size_, values_, nullptr, nullptr) == napi_ok;
  }

  double number(const char* what) {
    double value = 0;
    if (ok && (next_ >= size_ || napi_get_value_double(env_, values_[next_], &value) != napi_ok))
      fail(std::string("a number for ") + what);
    next_++;
    return value;
  }

  /** A whole number from 0 to 2^31. */
  size_t size(const char* what) {
    const double value = number(what);
    if (ok && !(value >= 0 && value <= 2147483648.0 && value == double(size_t(value))))
      fail(std::string("a whole number from 0 to 2^31 for ") + what + ", got " + std::to_string(value));
    return ok ? size_t(value) : 0;
  }

  size_t below(size_t limit, const char* what) {
    const size_t value = size(what);
    if (ok && value >= limit)
      fail(std::string(what) + " below " + std::to_string(limit) + ", got " + std::to_string(value));
    return ok ? value : 0;
  }

  bool flag() {
    bool value = false;
    if (ok && (next_ >= size_ || napi_get_value_bool(env_, values_[next_], &value) != napi_ok)) fail("true or false");
    next_++;
    return value;
  }

  std::string text() {
    char buffer[64] = {};
    size_t length = 0;
    if (ok && (next_ >= size_ || napi_get_value_string_utf8(env_, values_[next_], buffer, sizeof buffer, &length) != napi_ok))
      fail("a string");
    next_++;
    return buffer;
  }

  float* floats(size_t least, const char* what) { return static_cast<float*>(array(napi_float32_array, least, what)); }
  uint8_t* bytes(size_t least, const char* what) { return static_cast<uint8_t*>(array(napi_uint8_array, least, what)); }

  /** Undefined and null are no array. */
  bool absent() {
    napi_valuetype type = napi_undefined;
    if (ok && next_ < size_) napi_typeof(env_, values_[next_], &type);
    if (type != napi_undefined && type != napi_null) return false;
    next_++;
    return true;
  }
  float* floats_or_null(size_t least, const char* what) { return absent() ? nullptr : floats(least, what); }
  uint8_t* bytes_or_null(size_t least, const char* what) { return absent() ? nullptr : bytes(least, what); }

  /** Float32Array, or Uint16Array of bfloat16. */
  void panels(size_t least, float*& b, uint16_t*& b16) {
    napi_typedarray_type type = napi_float32_array;
    if (ok && next_ < size_) napi_get_typedarray_info(env_, values_[next_], &type, nullptr, nullptr, nullptr, nullptr);
    if (type == napi_uint16_array) b16 = static_cast<uint16_t*>(array(napi_uint16_array, least, "packed"));
    else b = floats(least, "packed");
  }

  bool ok = true;

 private:
  static constexpr size_t kMost = 24;

  void* array(napi_typedarray_type wanted, size_t least, const char* what) {
    napi_typedarray_type type = napi_int8_array;
    size_t length = 0;
    void* data = nullptr;
    if (ok && (next_ >= size_ || napi_get_typedarray_info(env_, values_[next_], &type, &length, &data, nullptr, nullptr) != napi_ok ||
               type != wanted))
      fail(std::string("a typed array of the right kind for ") + what);
    if (ok && length < least)
      fail(std::string("at least ") + std::to_string(least) + " values in " + what + ", got " + std::to_string(length));
    next_++;
    return ok ? data : nullptr;
  }

  void fail(const std::string& expected) {
    ok = false;
    napi_throw_type_error(env_, "ERR_TESSERA_NATIVE", (std::string("native ") + name_ + ": expected " + expected).c_str());
  }

  napi_env env_;
  const char* name_;
  napi_value values_[kMost] = {};
  size_t size_ = 0;
  size_t next_ = 0;
};

napi_value text(napi_env env, const char* value) {
  napi_value out;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &out);
  return out;
}

/** info() -> [name of the set in use, number of threads, columns of a panel, names of all sets] */
napi_value info(napi_env env, napi_callback_info) {
  napi_value out, sets, number;
  napi_create_array(env, &out);
  napi_create_array(env, &sets);
  napi_set_element(env, out, 0, text(env, kernels().name));
  napi_create_double(env, double(Pool::shared().threads()), &number);
  napi_set_element(env, out, 1, number);
  napi_create_double(env, double(kernels().panel), &number);
  napi_set_element(env, out, 2, number);
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

/** pack(k, n, transposed, from, packed) */
napi_value pack_panels(napi_env env, napi_callback_info call) {
  Args args(env, call, "pack");
  const size_t k = args.size("k"), n = args.size("n");
  const bool transposed = args.flag();
  const float* from = args.floats(times(k, n), "from");
  float* b = nullptr;
  uint16_t* b16 = nullptr;
  args.panels(packed_size(k, n), b, b16);
  if (args.ok) pack(from, transposed, k, n, b, b16);
  return nullptr;
}

/** linear(m, n, k, activation, x, packed, bias, scale, residual, out) */
napi_value linear(napi_env env, napi_callback_info call) {
  Args args(env, call, "linear");
  Product p;
  p.m = args.size("m");
  p.n = p.ldc = args.size("n");
  p.k = p.lda = args.size("k");
  p.epilogue.activation = Activation(args.below(kActivations, "activation"));
  p.a = args.floats(times(p.m, p.k), "x");
  float* b = nullptr;
  uint16_t* b16 = nullptr;
  args.panels(packed_size(p.k, p.n), b, b16);
  p.b = b;
  p.b16 = b16;
  p.epilogue.bias = args.floats_or_null(p.n, "bias");
  p.epilogue.scale = args.floats_or_null(p.n, "scale");
  p.epilogue.residual = args.floats_or_null(times(p.m, p.n), "residual");
  p.c = args.floats(times(p.m, p.n), "out");
  if (args.ok) product(p);
  return nullptr;
}

/** matmul(batch, m, n, k, transposedA, transposedB, repeatA, repeatB, a, b, out) */
napi_value matrix_product(napi_env env, napi_callback_info call) {
  Args args(env, call, "matmul");
  MatMul m = {};
  m.batch = args.size("batch");
  m.m = args.size("m");
  m.n = args.size("n");
  m.k = args.size("k");
  m.transposed_a = args.flag();
  m.transposed_b = args.flag();
  const bool repeat_a = args.flag(), repeat_b = args.flag();
  m.step_a = repeat_a ? 0 : times(m.m, m.k);
  m.step_b = repeat_b ? 0 : times(m.k, m.n);
  m.a = args.floats(times(repeat_a ? 1 : m.batch, m.m, m.k), "a");
  m.b = args.floats(times(repeat_b ? 1 : m.batch, m.k, m.n), "b");
  m.c = args.floats(times(m.batch, m.m, m.n), "out");
  if (args.ok) matmul(m);
  return nullptr;
}

/** Sizes and extras that all forms of attention begin with: batch, queries, keys, heads, width, scale, bias, biasHeads, mask,
 * maskBatches, maskQueries. */
Attention attention_of(Args& args) {
  Attention a = {};
  a.batch = args.size("batch");
  a.queries = args.size("queries");
  a.keys = args.size("keys");
  a.heads = args.size("heads");
  a.width = args.size("width");
  a.scale = float(args.number("scale"));
  a.bias_heads = args.size("biasHeads");
  a.mask_batches = args.size("maskBatches");
  a.mask_queries = args.size("maskQueries");
  const bool fits = (a.bias_heads <= 1 || a.bias_heads == a.heads) && (a.mask_batches <= 1 || a.mask_batches == a.batch) &&
                    (a.mask_queries <= 1 || a.mask_queries == a.queries);
  a.bias = args.floats_or_null(fits ? times(a.bias_heads, a.queries, a.keys) : SIZE_MAX, "bias");
  a.mask = args.bytes_or_null(fits ? times(a.mask_batches, a.mask_queries, a.keys) : SIZE_MAX, "mask");
  return a;
}

void lay_out(Attention& a, bool packed) {
  const size_t row = a.heads * a.width;
  a.q_row = a.k_row = a.v_row = packed ? 3 * row : row;
  a.q_batch = a.queries * a.q_row;
  a.k_batch = a.v_batch = a.keys * a.k_row;
  a.out_row = row;
  a.out_batch = a.queries * row;
}

/** attention(sizes…, q, k, v, out) */
napi_value attention_apart(napi_env env, napi_callback_info call) {
  Args args(env, call, "attention");
  Attention a = attention_of(args);
  a.q = args.floats(times(a.batch, a.queries, a.heads, a.width), "q");
  a.k = args.floats(times(a.batch, a.keys, a.heads, a.width), "k");
  a.v = args.floats(times(a.batch, a.keys, a.heads, a.width), "v");
  a.out = args.floats(times(a.batch, a.queries, a.heads, a.width), "out");
  if (!args.ok) return nullptr;
  lay_out(a, false);
  attention(a);
  return nullptr;
}

/** selfAttention(sizes…, qkv, out); as many keys as queries. */
napi_value attention_packed(napi_env env, napi_callback_info call) {
  Args args(env, call, "selfAttention");
  Attention a = attention_of(args);
  a.keys = a.queries;
  const float* qkv = args.floats(times(3, a.batch, a.queries, a.heads, a.width), "qkv");
  a.out = args.floats(times(a.batch, a.queries, a.heads, a.width), "out");
  if (!args.ok) return nullptr;
  lay_out(a, true);
  a.q = qkv;
  a.k = qkv + a.heads * a.width;
  a.v = qkv + 2 * a.heads * a.width;
  attention(a);
  return nullptr;
}

/** attentionGrad(sizes…, dy, q, k, v, dq, dk, dv, dbias); dbias has all heads. */
napi_value attention_grad_apart(napi_env env, napi_callback_info call) {
  Args args(env, call, "attentionGrad");
  AttentionGrad g = {};
  Attention& a = g.forward = attention_of(args);
  const size_t queries = times(a.batch, a.queries, a.heads, a.width), keys = times(a.batch, a.keys, a.heads, a.width);
  g.dy = args.floats(queries, "dy");
  a.q = args.floats(queries, "q");
  a.k = args.floats(keys, "k");
  a.v = args.floats(keys, "v");
  g.dq = args.floats(queries, "dq");
  g.dk = args.floats(keys, "dk");
  g.dv = args.floats(keys, "dv");
  g.dbias = args.floats_or_null(times(a.heads, a.queries, a.keys), "dbias");
  if (!args.ok) return nullptr;
  lay_out(a, false);
  g.dy_row = a.out_row;
  g.dy_batch = a.out_batch;
  attention_grad(g);
  return nullptr;
}

/** selfAttentionGrad(sizes…, dy, qkv, dqkv, dbias) */
napi_value attention_grad_packed(napi_env env, napi_callback_info call) {
  Args args(env, call, "selfAttentionGrad");
  AttentionGrad g = {};
  Attention& a = g.forward = attention_of(args);
  a.keys = a.queries;
  const size_t size = times(a.batch, a.queries, a.heads, a.width);
  g.dy = args.floats(size, "dy");
  const float* qkv = args.floats(times(3, size), "qkv");
  float* dqkv = args.floats(times(3, size), "dqkv");
  g.dbias = args.floats_or_null(times(a.heads, a.queries, a.keys), "dbias");
  if (!args.ok) return nullptr;
  lay_out(a, true);
  const size_t row = a.heads * a.width;
  a.q = qkv;
  a.k = qkv + row;
  a.v = qkv + 2 * row;
  g.dq = dqkv;
  g.dk = dqkv + row;
  g.dv = dqkv + 2 * row;
  g.dy_row = a.out_row;
  g.dy_batch = a.out_batch;
  attention_grad(g);
  return nullptr;
}

/** layerNorm(rows, width, epsilon, x, gamma, beta, out) */
napi_value layer_norm_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "layerNorm");
  LayerNorm n = {};
  n.rows = args.size("rows");
  n.width = args.size("width");
  n.epsilon = float(args.number("epsilon"));
  n.x = args.floats(times(n.rows, n.width), "x");
  n.gamma = args.floats(n.width, "gamma");
  n.beta = args.floats(n.width, "beta");
  n.y = args.floats(times(n.rows, n.width), "out");
  if (args.ok) layer_norm(n);
  return nullptr;
}

/** layerNormGrad(rows, width, epsilon, dy, x, gamma, dx, dgamma, dbeta) */
napi_value layer_norm_grad_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "layerNormGrad");
  LayerNormGrad g = {};
  const size_t rows = args.size("rows");
  g.width = args.size("width");
  g.epsilon = float(args.number("epsilon"));
  g.dy = args.floats(times(rows, g.width), "dy");
  g.x = args.floats(times(rows, g.width), "x");
  g.gamma = args.floats(g.width, "gamma");
  g.dx = args.floats(times(rows, g.width), "dx");
  g.dgamma = args.floats(g.width, "dgamma");
  g.dbeta = args.floats(g.width, "dbeta");
  if (args.ok) layer_norm_grad(g, rows);
  return nullptr;
}

/** activate(count, activation, x, out) */
napi_value activate_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "activate");
  const size_t count = args.size("count");
  const Activation activation = Activation(args.below(kActivations, "activation"));
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) activate(activation, x, out, count);
  return nullptr;
}

/** activateGrad(count, activation, dy, x, out) */
napi_value activate_grad_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "activateGrad");
  const size_t count = args.size("count");
  const Activation activation = Activation(args.below(kActivations, "activation"));
  const float* dy = args.floats(count, "dy");
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) activate_grad(activation, dy, x, out, count);
  return nullptr;
}

/** binary(op, rows, width, stepA, rowA, stepB, rowB, a, b, out): value (r, i) of a lies at r · rowA + i · stepA. */
napi_value binary_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "binary");
  const Binary op = Binary(args.below(kBinaries, "op"));
  const size_t rows = args.size("rows"), width = args.size("width");
  const size_t step_a = args.below(2, "stepA"), row_a = args.size("rowA");
  const size_t step_b = args.below(2, "stepB"), row_b = args.size("rowB");
  const bool empty = rows == 0 || width == 0;
  const auto reach = [&](size_t step, size_t row) {
    return empty ? 0 : times(rows - 1, row) + times(width - 1, step) + 1;
  };
  const float* a = args.floats(reach(step_a, row_a), "a");
  const float* b = args.floats(reach(step_b, row_b), "b");
  float* out = args.floats(times(rows, width), "out");
  if (args.ok && !empty) binary(op, a, step_a, b, step_b, out, rows, width, row_a, row_b);
  return nullptr;
}

/** unary(op, count, x, out) */
napi_value unary_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "unary");
  const Unary op = Unary(args.below(kUnaries, "op"));
  const size_t count = args.size("count");
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) unary(op, x, out, count);
  return nullptr;
}

/** f(rows, width, x, out), out of as many values as `out_size` says. */
template <class F, class Size>
void on_rows(Args& args, const F& f, const Size& out_size) {
  const size_t rows = args.size("rows"), width = args.size("width");
  const float* x = args.floats(times(rows, width), "x");
  float* out = args.floats(out_size(rows, width), "out");
  if (args.ok) f(x, out, rows, width);
}

napi_value softmax_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "softmax");
  on_rows(args, softmax, [](size_t rows, size_t width) { return times(rows, width); });
  return nullptr;
}

napi_value sum_over_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "sumRows");
  on_rows(args, sum_rows, [](size_t, size_t width) { return width; });
  return nullptr;
}

napi_value sum_over_columns(napi_env env, napi_callback_info call) {
  Args args(env, call, "sumColumns");
  on_rows(args, sum_columns, [](size_t rows, size_t) { return rows; });
  return nullptr;
}

/** swapAxes(batch, rows, columns, inner, x, out) */
napi_value swap_two_axes(napi_env env, napi_callback_info call) {
  Args args(env, call, "swapAxes");
  const size_t batch = args.size("batch"), rows = args.size("rows"), columns = args.size("columns");
  const size_t inner = args.size("inner");
  const size_t size = times(batch, rows, columns, inner);
  const float* x = args.floats(size, "x");
  float* out = args.floats(size, "out");
  if (args.ok && size > 0) swap_axes(x, out, batch, rows, columns, inner);
  return nullptr;
}

/** copyRuns(pieces, run, fromX, stepX, fromOut, stepOut, x, out) */
napi_value copy_pieces(napi_env env, napi_callback_info call) {
  Args args(env, call, "copyRuns");
  const size_t pieces = args.size("pieces"), run = args.size("run");
  const size_t from_x = args.size("fromX"), step_x = args.size("stepX");
  const size_t from_out = args.size("fromOut"), step_out = args.size("stepOut");
  const bool empty = pieces == 0 || run == 0;
  const auto reach = [&](size_t from, size_t step) { return empty ? 0 : from + times(pieces - 1, step) + run; };
  const float* x = args.floats(reach(from_x, step_x), "x");
  float* out = args.floats(reach(from_out, step_out), "out");
  if (args.ok && !empty && step_out < run && pieces > 1) {
    napi_throw_type_error(env, "ERR_TESSERA_NATIVE", "native copyRuns: expected steps of at least a run in out");
    return nullptr;
  }
  if (args.ok && !empty) copy_runs(x + from_x, step_x, out + from_out, step_out, pieces, run);
  return nullptr;
}

/** patchify(batch, h, w, c, patch, stride and padding of rows, then of columns, image, out) */
napi_value patchify_images(napi_env env, napi_callback_info call) {
  Args args(env, call, "patchify");
  Patchify p = {};
  p.batch = args.size("batch");
  p.height = args.size("height");
  p.width = args.size("width");
  p.channels = args.size("channels");
  for (int axis = 0; axis < 2; axis++) {
    p.patch[axis] = args.size("patch");
    p.stride[axis] = args.size("stride");
    p.padding[axis] = args.size("padding");
    const size_t length = (axis == 0 ? p.height : p.width) + 2 * p.padding[axis];
    p.grid[axis] = p.stride[axis] == 0 || length < p.patch[axis] ? 0 : (length - p.patch[axis]) / p.stride[axis] + 1;
  }
  p.image = args.floats(times(p.batch, p.height, p.width, p.channels), "image");
  p.out = args.floats(times(times(p.batch, p.grid[0], p.grid[1]), times(p.patch[0], p.patch[1], p.channels)), "out");
  if (args.ok) patchify(p);
  return nullptr;
}

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
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"info", info},
                   {"useIsa", use_isa},
                   {"useThreads", use_threads},
                   {"pack", pack_panels},
                   {"linear", linear},
                   {"matmul", matrix_product},
                   {"attention", attention_apart},
                   {"selfAttention", attention_packed},
                   {"attentionGrad", attention_grad_apart},
                   {"selfAttentionGrad", attention_grad_packed},
                   {"layerNorm", layer_norm_rows},
                   {"layerNormGrad", layer_norm_grad_rows},
                   {"activate", activate_values},
                   {"activateGrad", activate_grad_values},
                   {"binary", binary_values},
                   {"unary", unary_values},
                   {"softmax", softmax_rows},
                   {"sumRows", sum_over_rows},
                   {"sumColumns", sum_over_columns},
                   {"swapAxes", swap_two_axes},
                   {"copyRuns", copy_pieces},
                   {"patchify", patchify_images}};
  for (const auto& function : functions) {
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value) != napi_ok ||
        napi_set_named_property(env, exports, function.name, value) != napi_ok)
      return nullptr;
  }
  return exports;
}

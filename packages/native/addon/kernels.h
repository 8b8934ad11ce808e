// What an instruction set offers: one table of functions, filled by a unit of its own with its own compiler flags.
// Only plain structs here, nothing that a compiler could inline into a unit for lesser processors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "numbers.h"

namespace tessera {

/** How the values of a matrix lie. */
enum class Layout : int {
  /** Row-major. */
  rows,
  /** Panels of `Kernels::panel` columns: [panel][k][column], zeros after the last. */
  panels,
  /** What tile registers load, rows and panels in blocks: see `TileKernels`. */
  tile_rows,
  tile_panels
};

/** A matrix that is read. */
struct Operand {
  const void* data = nullptr;
  Format format = Format::f32;
  Layout layout = Layout::rows;
  /** What the values of each row are to be multiplied by, in formats that need it, or of each column of panels; else null. */
  const float* scales = nullptr;
};

/** A matrix that is written. */
struct Result {
  void* data = nullptr;
  Format format = Format::f32;
  Layout layout = Layout::rows;
  float* scales = nullptr;
};

// Static, so that each unit has functions of its own.
static inline Operand operand_of(const Result& r) { return {r.data, r.format, r.layout, r.scales}; }
static inline const float* floats(const Operand& o) { return static_cast<const float*>(o.data); }
static inline const uint16_t* halves(const Operand& o) { return static_cast<const uint16_t*>(o.data); }
static inline float* floats(const Result& r) { return static_cast<float*>(r.data); }
static inline uint16_t* halves(const Result& r) { return static_cast<uint16_t*>(r.data); }
static inline size_t bytes_of(Format format) { return format == Format::bf16 ? sizeof(uint16_t) : sizeof(float); }

/** What follows a product while its tile is in the first cache: residual + scale · act(sum + bias). */
struct Epilogue {
  const float* bias = nullptr;
  const float* scale = nullptr;
  /** Rows as far apart as the output's. */
  const float* residual = nullptr;
  Activation activation = Activation::none;
};

/** c [m, n] = a [m, k] · b [k, n] */
struct Product {
  /** In rows `lda` values apart, or in tile rows. */
  Operand a;
  size_t lda = 0;
  /** In panels, or in tile panels. */
  Operand b;
  size_t m = 0, n = 0, k = 0;
  /** In rows `ldc` values apart; or, by tile registers and without a residual, in the tile rows that another product takes as a. */
  Result c;
  size_t ldc = 0;
  /** Adds to c. Not for tile registers. */
  bool accumulate = false;
  Epilogue epilogue = {};
};

/** softmax(q kᵀ · scale + bias) v. Rows of q are `q_row` floats apart, batches `q_batch`, and so on; heads are `width` apart. */
struct Attention {
  const float *q, *k, *v;
  size_t q_row, k_row, v_row, q_batch, k_batch, v_batch;
  size_t batch, heads, width, queries, keys;
  float scale;
  /** [bias_heads: h or 1][n][m] */
  const float* bias;
  size_t bias_heads;
  /** 0 where a query may not look; [mask_batches: b or 1][mask_queries: n or 1][m] */
  const uint8_t* mask;
  size_t mask_batches, mask_queries;
  float* out;
  size_t out_row, out_batch;
  /** What products may round their factors to, where that is faster. */
  Format format;
};

/** Gradients of `Attention` by its inputs, laid out as they are. dbias is [heads][n][m], summed over the batch. */
struct AttentionGrad {
  Attention forward;
  const float* dy;
  size_t dy_row, dy_batch;
  float *dq, *dk, *dv, *dbias;
};

struct LayerNorm {
  const float *x, *gamma, *beta;
  float* y;
  size_t rows, width;
  float epsilon;
};

/** dgamma and dbeta get the sums over the given rows. */
struct LayerNormGrad {
  const float *dy, *x, *gamma;
  float *dx, *dgamma, *dbeta;
  size_t width;
  float epsilon;
};

/** A layer norm's weights. */
struct NormWeights {
  const float *gamma, *beta;
};

/** A linear layer's weights: [out, in] in row-major order, and a bias or null. */
struct LinearWeights {
  const float *weight, *bias;
};

/**
 * The inner transformer of a TNT block on words [patches][words][width]: x + attention(norm(x)), then + MLP(norm(·)), to
 * `out`; then normalised to `normal`, a patch's words together or, in the legacy form, each by itself.
 */
struct TntInner {
  size_t patches, words, width, heads, hidden;
  float epsilon;
  Activation activation;
  bool legacy;
  const float* x;
  NormWeights norm_in, norm_mlp, norm_joined;
  /** qk: queries, then keys. */
  LinearWeights qk, v, proj, fc1, fc2;
  float *out, *normal;
};

/** Windows on images [batch][height][width][channels]; arrays are of rows and columns. Outside of an image is nothing. */
struct Windows {
  size_t batch, height, width, channels;
  size_t size[2], stride[2], padding[2], dilation[2];
  /** Number of windows. */
  size_t grid[2];
};

/** The largest value or the mean of each window, a channel by itself: out [batch][grid][grid][channels]. */
struct Pooling {
  Windows windows;
  bool average;
  const float* x;
  float* out;
};

/** Gradient of the largest values by x: dy [batch][grid][grid][channels], each to the first of the largest in its window. */
struct MaxPoolGrad {
  Windows windows;
  const float *dy, *x;
  float* dx;
};

/** Windows in steps of 1, each channel by itself: act(Σ x · filter + bias); filter [size][size][channels], bias may be null. */
struct Depthwise {
  Windows windows;
  Activation activation;
  const float *x, *filter, *bias;
  float* out;
};

/**
 * Rows of channels: act((x − μ) · scale + shift) with scale = γ / √(σ² + ε) and shift = β. Not x · scale + (β − μ scale), whose two
 * terms take digits from each other where μ is many times σ.
 */
struct BatchNorm {
  size_t width;
  Activation activation;
  const float *x, *mean, *scale, *shift;
  float* y;
};

/** Its gradient, in two passes over rows. */
struct BatchNormGrad {
  BatchNorm forward;
  const float* inverse;
  const float* dy;
  /** dy times the activation's slope; dy itself where there is no activation. */
  float* inner;
  /** What the second pass multiplies (x − μ) by and adds: dx = inner · scale + (x − μ) · tilt + lift. */
  const float *tilt, *lift;
  float* dx;
};

/** A step of gradient descent; `velocity` is null without momentum. What is new may lie where the old does. */
struct SgdUpdate {
  const float *weight, *gradient, *velocity;
  float *new_weight, *new_velocity;
  float scale, decay, momentum, take, rate;
  bool nesterov;
};

/**
 * A step of Adam: weight · shrink − rate · mean · first / (√variance · root + epsilon), with moments of
 * scale · gradient + joining · weight. What is new may lie where the old does.
 */
struct AdamUpdate {
  const float *weight, *gradient, *mean, *variance;
  float *new_weight, *new_mean, *new_variance;
  float scale, joining, shrink, keep1, take1, keep2, take2, first, root, epsilon, rate;
};

/** A step of Muon on a matrix of `rows` by `columns`. What is new may lie where the old does. */
struct MuonUpdate {
  const float *weight, *gradient, *momentum;
  float *new_weight, *new_momentum;
  size_t rows, columns;
  float scale, keep, take, shrink, rate;
  bool nesterov;
};

/** Products by tile registers go in blocks of so many rows, columns and values of k. */
constexpr size_t kTileBlock = 32;

/**
 * Products of bfloat16 in tile registers. Tile rows are [row block][k block][two tiles of 16 rows of 32 values]; tile panels,
 * which `Kernels::pack` makes in that format, are [panel][k block][two tiles of 16 columns, each 16 pairs of rows interleaved].
 * What lies beyond m, n and k is 0.
 */
struct TileKernels {
  /** Rows of a, `lda` apart, rounded to bfloat16: [rows, k] -> blocks */
  void (*pack_rows)(const float* a, size_t lda, size_t rows, size_t k, uint16_t* blocks);
  /** Rows [row, row_end), whose blocks are given, of panels [first, last). */
  void (*product)(const Product& product, const uint16_t* blocks, size_t row, size_t row_end, size_t first, size_t last,
                  float* scratch);
  /** Floats of scratch that `product` needs. */
  size_t (*product_scratch)(size_t rows, size_t k);
};

struct Kernels {
  const char* name;
  /** Columns of a panel. */
  size_t panel;
  /** Panels [first, last) of b [k, n], or of its transpose [n, k], rows `ldb` apart, each value in the panels' format. */
  void (*pack)(const float* b, size_t ldb, bool transposed, size_t k, size_t n, const Result& panels, size_t first,
               size_t last);
  /** Rows [row, row_end) of panels [first, last). */
  void (*product)(const Product& product, size_t row, size_t row_end, size_t first, size_t last, float* scratch);
  /** Floats of scratch that `product` needs. */
  size_t (*product_scratch)(size_t rows, size_t k);
  /** Queries [query, query_end) of one head of one sequence. */
  void (*attention)(const Attention& attention, size_t batch, size_t head, size_t query, size_t query_end,
                    float* scratch);
  size_t (*attention_scratch)(const Attention& attention);
  /** One head of one sequence; adds to dbias. */
  void (*attention_grad)(const AttentionGrad& grad, size_t batch, size_t head, float* scratch);
  size_t (*attention_grad_scratch)(const AttentionGrad& grad);
  void (*layer_norm)(const LayerNorm& norm, size_t row, size_t row_end);
  void (*layer_norm_grad)(const LayerNormGrad& grad, size_t row, size_t row_end);
  /** Patches [patch, patch_end). */
  void (*tnt_inner)(const TntInner& inner, size_t patch, size_t patch_end, float* scratch);
  size_t (*tnt_inner_scratch)(const TntInner& inner);
  void (*activate)(Activation activation, const float* x, float* y, size_t count);
  void (*activate_grad)(Activation activation, const float* dy, const float* x, float* dx, size_t count);
  /** y = a op b; a step of 0 repeats the first value. */
  void (*binary)(Binary op, const float* a, size_t step_a, const float* b, size_t step_b, float* y, size_t count);
  void (*unary)(Unary op, const float* x, float* y, size_t count);
  /** Softmax of rows, each `width` long. */
  void (*softmax)(const float* x, float* y, size_t rows, size_t width);
  /** Sum over the rows, columns [first, last): x [rows, width] -> [width] */
  void (*sum_rows)(const float* x, float* y, size_t rows, size_t width, size_t first, size_t last);
  /** Sum of each row: x [rows, width] -> [rows] */
  void (*sum_columns)(const float* x, float* y, size_t rows, size_t width);
  /** Largest of each row, NaN where there is one: x [rows, width] -> [rows] */
  void (*max_columns)(const float* x, float* y, size_t rows, size_t width);
  /** −Σ p log softmax(x) of each row: x and p [rows, width] -> [rows] */
  void (*cross_entropy)(const float* x, const float* p, float* y, size_t rows, size_t width);
  /** dx = dy (softmax(x) Σp − p), a dy each row */
  void (*cross_entropy_grad)(const float* dy, const float* x, const float* p, float* dx, size_t rows, size_t width);
  /** Values [first, last). */
  void (*sgd_update)(const SgdUpdate& update, size_t first, size_t last);
  void (*adam_update)(const AdamUpdate& update, size_t first, size_t last);
  /** Renews the moments of values [first, last); LAMB's direction, in which `joining` is the weight's share. */
  void (*lamb_direction)(const AdamUpdate& update, float* direction, size_t first, size_t last);
  /** y = share_a · a + share_b · b */
  void (*blend)(const float* a, float share_a, const float* b, float share_b, float* y, size_t count);
  /** y = a + share · (b − a) */
  void (*approach)(const float* a, const float* b, float share, float* y, size_t count);
  float (*sum_squares)(const float* x, size_t count);
  /** Windows [first, last). */
  void (*pool)(const Pooling& pooling, size_t first, size_t last);
  /** Of one image; dx is zeroed first. */
  void (*max_pool_grad)(const MaxPoolGrad& grad, size_t batch);
  /** Rows [row, row_end) of windows. */
  void (*depthwise)(const Depthwise& convolution, size_t row, size_t row_end);
  /** Σ dy · x of each tap over rows [row, row_end) of windows in steps of 1: [size][size][channels] */
  void (*depthwise_products)(const Windows& windows, const float* dy, const float* x, size_t row, size_t row_end, float* sums);
  /** Sums of x − centre and of its square over rows [row, row_end) of x [rows, width] -> [width] each. */
  void (*column_moments)(const float* x, const float* centre, size_t width, size_t row, size_t row_end, float* sums,
                         float* squares);
  void (*batch_norm)(const BatchNorm& norm, size_t row, size_t row_end);
  /** The first pass over rows [row, row_end): `inner`, its sums, and the sums of inner · (x − μ) · inverse, [width] each. */
  void (*batch_norm_sums)(const BatchNormGrad& grad, size_t row, size_t row_end, float* sums, float* products);
  void (*batch_norm_grad)(const BatchNormGrad& grad, size_t row, size_t row_end);
  /** out [columns, rows], its rows `ld_out` apart = transpose of x [rows, columns], its rows `ld_x` apart. */
  void (*transpose)(const float* x, size_t ld_x, float* out, size_t ld_out, size_t rows, size_t columns);
  /** Null where there are no tile registers; else panels of bfloat16 are tile panels. */
  const TileKernels* tiles = nullptr;
};

/** Null where the compiler could not make it. Whether the processor can run it is `detect`'s to say. */
const Kernels* kernels_amx();
const Kernels* kernels_avx512();
const Kernels* kernels_avx2();
const Kernels* kernels_neon();
const Kernels* kernels_portable();
#if TESSERA_EMULATED
/** AMX in software, for tests: upon the portable kernels and upon those of AVX-512 with BF16. */
const Kernels* kernels_amx_emulated();
const Kernels* kernels_amx_emulated_avx512();
#endif

}  // namespace tessera

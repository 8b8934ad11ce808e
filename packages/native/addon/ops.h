// Whole operations: how work is cut for the threads. Shapes have been checked.
#pragma once

#include "kernels.h"

namespace tessera {

/** How panels of a format lie for the set in use. */
Layout panels_of(Format format);

/** Values of a format that b [k, n] takes in panels. */
size_t packed_size(size_t k, size_t n, Format format = Format::f32);

/** The panels of b [k, n], or of the transpose of [n, k], in their format. They may lie anywhere. */
void pack(const float* from, bool transposed, size_t k, size_t n, Result panels);

/** bfloat16 values that [rows, k] takes in tile rows, which may lie anywhere. */
size_t blocks_size(size_t rows, size_t k);

/** Tile rows as rows of floats again. */
void unpack_rows(const uint16_t* blocks, size_t rows, size_t k, float* out);

/** c = epilogue(a · b) */
void product(const Product& product);

/** c [batch, m, n] = a · b with either side transposed; a step of 0 repeats a side for every batch. */
struct MatMul {
  const float *a, *b;
  bool transposed_a, transposed_b;
  size_t batch, m, n, k;
  size_t step_a, step_b;
  float* c;
};
void matmul(const MatMul& matmul);

void tnt_inner(const TntInner& inner);

/** out = tokens + [0, norm(joined)] for tokens [batch][1 + patches][width]; without `gamma`, + [0, joined]. */
struct TntMerge {
  size_t batch, patches, width;
  const float *tokens, *joined;
  NormWeights norm;
  float epsilon;
  float* out;
};
void tnt_merge(const TntMerge& merge);

void attention(const Attention& attention);
void attention_grad(const AttentionGrad& grad);

/**
 * Attention inside each window of a map [batch][rows][columns], of packed rows of q, k and v. The map is moved by `shift_rows` up and
 * `shift_columns` left around its border, and padded at the bottom and on the right, in either order.
 */
struct WindowAttention {
  size_t batch, rows, columns, heads, width;
  size_t window_rows, window_columns, shift_rows, shift_columns;
  bool pad_first;
  /** `masked` is added to the score of two tokens that only the shift brought together. */
  float scale, masked;
  const float* qkv;
  /** [heads][area][area] */
  const float* bias;
  /** A row for what pads the map; null for zeros. */
  const float* padding;
  /** [batch][rows][columns][heads · width] */
  float* out;
  Format format;
};
void window_attention(const WindowAttention& attention);

struct WindowAttentionGrad {
  WindowAttention forward;
  const float* dy;
  /** dpadding may be null. */
  float *dqkv, *dbias, *dpadding;
};
void window_attention_grad(const WindowAttentionGrad& grad);

void layer_norm(const LayerNorm& norm);
void layer_norm_grad(const LayerNormGrad& grad, size_t rows);
void activate(Activation activation, const float* x, float* y, size_t count);
void activate_grad(Activation activation, const float* dy, const float* x, float* dx, size_t count);
void binary(Binary op, const float* a, size_t step_a, const float* b, size_t step_b, float* y, size_t rows,
            size_t width, size_t row_a, size_t row_b);
void unary(Unary op, const float* x, float* y, size_t count);
void softmax(const float* x, float* y, size_t rows, size_t width);
/** x [batch, rows, width] -> [batch, width] */
void sum_rows(const float* x, float* y, size_t batch, size_t rows, size_t width);
void sum_columns(const float* x, float* y, size_t rows, size_t width);
void max_columns(const float* x, float* y, size_t rows, size_t width);

/** −Σ p log softmax(x) of each row: x and p [rows, width] -> [rows] */
void cross_entropy(const float* x, const float* p, float* y, size_t rows, size_t width);
/** dx = dy (softmax(x) Σp − p), a dy each row */
void cross_entropy_grad(const float* dy, const float* x, const float* p, float* dx, size_t rows, size_t width);

void sgd_update(const SgdUpdate& update, size_t count);
void adam_update(const AdamUpdate& update, size_t count);
/** How long a step of LAMB is: as its weight if `adapt`, but with `clip` not longer than Adam's. */
struct Trust {
  bool adapt, clip;
};
void lamb_update(const AdamUpdate& update, const Trust& trust, size_t count);
void muon_update(const MuonUpdate& update);
/** y = share_a · a + share_b · b */
void blend(const float* a, float share_a, const float* b, float share_b, float* y, size_t count);
/** y = a + share · (b − a) */
void approach(const float* a, const float* b, float share, float* y, size_t count);
/** The same to the bit whatever the number of threads. */
double sum_squares(const float* x, size_t count);

/** out[b][j][i][·] = x[b][i][j][·]: swaps two axes that lie beside each other. */
void swap_axes(const float* x, float* out, size_t batch, size_t rows, size_t columns, size_t inner);

/** Pieces of `run` values each, `step_x` apart in x, to places `step_out` apart in out: slices, splits, joins and pads. */
void copy_runs(const float* x, size_t step_x, float* out, size_t step_out, size_t pieces, size_t run);

/** out [batch][outer][count][inner] = x [batch][outer][indices[batch][·]][inner], x having `length` slices. Indices are in range. */
struct Gather {
  size_t batch, outer, length, inner, count;
  const float* x;
  const int32_t* indices;
  float* out;
};
void gather(const Gather& gather);

void pool(const Pooling& pooling);

/** Windows of x times a filter [size][size][channels][out_channels] -> out [batch][grid][grid][out_channels] */
struct Convolution {
  Windows windows;
  size_t out_channels;
  const float *x, *filter;
  float* out;
};
void convolve(const Convolution& convolution);

void max_pool_grad(const MaxPoolGrad& grad);

/** A convolution's weight [out][in][rows][columns] as panels that windows are multiplied with: k goes by row, column, input. */
void pack_convolution(const float* weight, size_t outs, size_t ins, size_t taps, float* panels);

/** Windows of images, each times the same panels [size · size · channels, n], to pixels of other images. */
struct WindowProduct {
  Windows windows;
  const float *x, *panels;
  size_t n = 0;
  Epilogue epilogue = {};
  float* out = nullptr;
  /** The window of row r and column s goes to row r · step + start of images of so many rows; columns alike. */
  size_t step[2] = {1, 1}, start[2] = {0, 0};
  /** 0: as many as there are windows. */
  size_t out_size[2] = {0, 0};
};
void multiply_windows(const WindowProduct& product);

/** Gradients of a convolution with a weight [outs][channels][size][size], by x and by the weight; dy has the grid's pixels. */
void convolution_grad_x(const Windows& windows, size_t outs, const float* dy, const float* weight, float* dx);
void convolution_grad_weight(const Windows& windows, size_t outs, const float* dy, const float* x, float* dweight);

/** `filter` as PyTorch has it: [channels][size][size] */
void depthwise(Depthwise convolution);
/** Its gradients by x and by the weight, for windows whose padding is below their size; dy has the grid's pixels. */
void depthwise_grad_x(const Windows& windows, const float* dy, const float* weight, float* dx);
void depthwise_grad_weight(const Windows& windows, const float* dy, const float* x, float* dweight);

/** Mean and biased variance of each column: x [rows, width] -> [width] each */
void batch_statistics(const float* x, size_t rows, size_t width, float* mean, float* variance);

/** act((x − μ) / √(σ² + ε) γ + β) for each column. */
struct ColumnNorm {
  size_t rows, width;
  float epsilon;
  Activation activation;
  const float *x, *mean, *variance, *gamma, *beta;
};
void batch_norm(const ColumnNorm& norm, float* y);
/** Its gradients; `of_batch`: the statistics are those of x. */
struct ColumnNormGrad {
  ColumnNorm forward;
  bool of_batch;
  const float* dy;
  float *dx, *dgamma, *dbeta;
};
void batch_norm_grad(const ColumnNormGrad& grad);

/** Pictures [batch][pixels][width]: act((x − μ) / √(σ² + ε) γ + β), statistics of a picture's group of neighbouring channels. */
struct GroupNorm {
  size_t batch, pixels, width, groups;
  float epsilon;
  Activation activation;
  const float *x, *gamma, *beta;
};
void group_norm(const GroupNorm& norm, float* y);
struct GroupNormGrad {
  GroupNorm forward;
  const float* dy;
  float *dx, *dgamma, *dbeta;
};
void group_norm_grad(const GroupNormGrad& grad);

/** Windows of images, each in the order channel, row, column: [batch][grid][grid][channels · size · size]. Their dilation is 1. */
void patchify(const Windows& windows, const float* image, float* out);
/** The transpose of it: every window is added where it came from. */
void patchify_grad(const Windows& windows, const float* dy, float* image);

}  // namespace tessera

// Attention inside windows: each thread takes a window's tokens from where they lie on the map, and puts what comes out back.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** In place of a token: padding. */
constexpr size_t kNone = SIZE_MAX;

/** How one axis is cut. */
struct Axis {
  size_t size, window, shift;
  bool pad_first;

  size_t windows() const { return parts(size, window); }
  size_t padded() const { return windows() * window; }

  /** What the padded and shifted map shows at a place. */
  size_t source(size_t at) const {
    if (!pad_first) return at < size ? (at + shift) % size : kNone;
    const size_t from = (at + shift) % padded();
    return from < size ? from : kNone;
  }

  /** Which of three strips a place lies in; the last two meet in a window by the shift alone. */
  size_t strip(size_t at) const {
    if (shift == 0 || at < padded() - window) return 0;
    return at < padded() - shift ? 1 : 2;
  }
};

/** The tokens of a window, and the strips that they come from. */
class Cut {
 public:
  explicit Cut(const WindowAttention& a)
      : down_{a.rows, a.window_rows, a.shift_rows, a.pad_first},
        across_{a.columns, a.window_columns, a.shift_columns, a.pad_first},
        columns_(a.columns) {}

  size_t windows() const { return down_.windows() * across_.windows(); }
  size_t area() const { return down_.window * across_.window; }

  void take(size_t window) {
    tokens.resize(area());
    strips.resize(area());
    const size_t top = window / across_.windows() * down_.window, left = window % across_.windows() * across_.window;
    for (size_t i = 0; i < area(); i++) {
      const size_t y = top + i / across_.window, x = left + i % across_.window;
      const size_t row = down_.source(y), column = across_.source(x);
      tokens[i] = row == kNone || column == kNone ? kNone : row * columns_ + column;
      strips[i] = 3 * down_.strip(y) + across_.strip(x);
    }
  }

  bool is_masked() const {
    return std::any_of(strips.begin(), strips.end(), [&](size_t strip) { return strip != strips[0]; });
  }

  std::vector<size_t> tokens, strips;

 private:
  Axis down_, across_;
  size_t columns_;
};

/** One head of one window, its values side by side in `room`. */
class Head {
 public:
  Head(const WindowAttention& a, size_t area, float* room) : a_(a), area_(area), size_(area * a.width), room_(room) {}

  /** Floats of `room`: q, k, v, their result, and the bias with the mask. */
  static size_t floats(const WindowAttention& a, size_t area) { return 4 * area * a.width + area * area; }

  Attention load(const Cut& cut, size_t picture, size_t head) {
    const size_t all = a_.heads * a_.width, first = picture * a_.rows * a_.columns;
    for (size_t i = 0; i < area_; i++) {
      const size_t token = cut.tokens[i];
      const float* row = token == kNone ? a_.padding : a_.qkv + (first + token) * 3 * all;
      for (size_t part = 0; part < 3; part++) {
        float* to = room_ + part * size_ + i * a_.width;
        if (row) std::copy_n(row + part * all + head * a_.width, a_.width, to);
        else std::fill_n(to, a_.width, 0.0f);
      }
    }
    Attention one = {};
    one.q = room_;
    one.k = room_ + size_;
    one.v = room_ + 2 * size_;
    one.q_row = one.k_row = one.v_row = one.out_row = one.width = a_.width;
    one.q_batch = one.k_batch = one.v_batch = one.out_batch = size_;
    one.batch = one.heads = one.bias_heads = 1;
    one.queries = one.keys = area_;
    one.scale = a_.scale;
    one.bias = bias(cut, head);
    one.out = room_ + 3 * size_;
    one.format = a_.format;
    return one;
  }

 private:
  const float* bias(const Cut& cut, size_t head) {
    const float* plain = a_.bias + head * area_ * area_;
    if (!cut.is_masked()) return plain;
    float* masked = room_ + 4 * size_;
    for (size_t query = 0; query < area_; query++)
      for (size_t key = 0; key < area_; key++)
        masked[query * area_ + key] =
            plain[query * area_ + key] + (cut.strips[query] == cut.strips[key] ? 0 : a_.masked);
    return masked;
  }

  const WindowAttention& a_;
  size_t area_, size_;
  float* room_;
};

/** Sizes of one head of one window, for its scratch. */
Attention sizes_of(const WindowAttention& a, size_t area) {
  Attention one = {};
  one.batch = one.heads = one.bias_heads = 1;
  one.queries = one.keys = area;
  one.q_row = one.k_row = one.v_row = one.out_row = one.width = a.width;
  one.bias = a.bias;
  one.format = a.format;
  return one;
}

/** Room before a kernel's own scratch, in whole lines. */
size_t lines(size_t floats) { return parts(floats, 16) * 16; }

bool is_empty(const WindowAttention& a) { return a.batch * a.rows * a.columns * a.heads * a.width == 0; }

}  // namespace

void window_attention(const WindowAttention& a) {
  if (is_empty(a)) return;
  const Kernels& kernel = kernels();
  const Cut whole(a);
  const size_t windows = whole.windows(), area = whole.area(), all = a.heads * a.width;
  const size_t own = lines(Head::floats(a, area)), floats = own + kernel.attention_scratch(sizes_of(a, area));
  const auto work = [&](size_t item) {
    const size_t picture = item / windows;
    Cut cut(a);
    cut.take(item % windows);
    float* room = scratch(floats);
    Head one(a, area, room);
    for (size_t head = 0; head < a.heads; head++) {
      const Attention attention = one.load(cut, picture, head);
      kernel.attention(attention, 0, 0, 0, area, room + own);
      for (size_t i = 0; i < area; i++) {
        if (cut.tokens[i] == kNone) continue;
        float* to = a.out + (picture * a.rows * a.columns + cut.tokens[i]) * all + head * a.width;
        std::copy_n(attention.out + i * a.width, a.width, to);
      }
    }
  };
  const size_t items = a.batch * windows;
  if (items * area * area * all < kSmallProduct)
    for (size_t item = 0; item < items; item++) work(item);
  else
    Pool::shared().run(items, work);
}

void window_attention_grad(const WindowAttentionGrad& g) {
  const WindowAttention& a = g.forward;
  const Cut whole(a);
  const size_t windows = whole.windows(), area = whole.area(), all = a.heads * a.width, size = area * a.width;
  std::fill_n(g.dbias, a.heads * area * area, 0.0f);
  if (g.dpadding) std::fill_n(g.dpadding, 3 * all, 0.0f);
  if (is_empty(a)) return;
  const Kernels& kernel = kernels();
  AttentionGrad sizes = {};
  sizes.forward = sizes_of(a, area);
  sizes.dbias = g.dbias;
  const size_t loaded = lines(Head::floats(a, area)), own = loaded + lines(4 * size);
  const size_t floats = own + kernel.attention_grad_scratch(sizes);
  // The gradients of bias and padding sum over all windows: a head belongs to one thread.
  Pool::shared().run(a.heads, [&](size_t head) {
    float* room = scratch(floats);
    float *dy = room + loaded, *slopes = dy + size;
    Head one(a, area, room);
    Cut cut(a);
    for (size_t item = 0; item < a.batch * windows; item++) {
      const size_t first = item / windows * a.rows * a.columns;
      cut.take(item % windows);
      AttentionGrad grad = {};
      grad.forward = one.load(cut, item / windows, head);
      for (size_t i = 0; i < area; i++) {
        if (cut.tokens[i] == kNone) std::fill_n(dy + i * a.width, a.width, 0.0f);
        else std::copy_n(g.dy + (first + cut.tokens[i]) * all + head * a.width, a.width, dy + i * a.width);
      }
      grad.dy = dy;
      grad.dy_row = a.width;
      grad.dy_batch = size;
      grad.dq = slopes;
      grad.dk = slopes + size;
      grad.dv = slopes + 2 * size;
      grad.dbias = g.dbias + head * area * area;
      kernel.attention_grad(grad, 0, 0, room + own);
      for (size_t i = 0; i < area; i++) {
        const bool outside = cut.tokens[i] == kNone;
        if (outside && !g.dpadding) continue;
        float* row = outside ? g.dpadding : g.dqkv + (first + cut.tokens[i]) * 3 * all;
        for (size_t part = 0; part < 3; part++) {
          const float* from = slopes + part * size + i * a.width;
          float* to = row + part * all + head * a.width;
          if (outside) std::transform(from, from + a.width, to, to, std::plus<float>());
          else std::copy_n(from, a.width, to);
        }
      }
    }
  });
}

}  // namespace tessera

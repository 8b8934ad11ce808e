// The table of the unit that includes this.
#pragma once
#include "batch_norm.h"
#include "cross_entropy.h"
#include "depthwise.h"
#include "elementwise.h"
#include "pooling.h"
#include "tnt_inner.h"
#include "updates.h"

namespace tessera {
namespace {

constexpr Kernels table(const char* name) {
  return {name,
          kPanel,
          pack,
          product,
          product_scratch,
          attention,
          attention_scratch,
          attention_grad,
          attention_grad_scratch,
          layer_norm,
          layer_norm_grad,
          tnt_inner,
          tnt_inner_scratch,
          activate,
          activate_grad,
          binary,
          unary,
          softmax,
          sum_rows,
          sum_columns,
          max_columns,
          cross_entropy,
          cross_entropy_grad,
          sgd_update,
          adam_update,
          lamb_direction,
          blend,
          approach,
          sum_squares,
          pool,
          max_pool_grad,
          depthwise,
          depthwise_products,
          column_moments,
          batch_norm,
          batch_norm_sums,
          batch_norm_grad,
          transpose};
}

}  // namespace
}  // namespace tessera

// The functions that JavaScript sees, a list a concept; each list ends with an empty entry.
#pragma once
#include <node_api.h>

namespace tessera {

struct Binding {
  const char* name;
  napi_callback call;
};

extern const Binding linear_bindings[], attention_bindings[], row_bindings[], elementwise_bindings[], movement_bindings[],
    tnt_bindings[], update_bindings[], window_bindings[], convolution_bindings[], batch_norm_bindings[],
    depthwise_bindings[], group_norm_bindings[];

}  // namespace tessera

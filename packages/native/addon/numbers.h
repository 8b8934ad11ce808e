// Numbers that JavaScript hands over. src/numbers.ts is made of this file by npm run numbers, so each enumeration stands in one
// line, without values of its own.
#pragma once

namespace tessera {

enum class Activation : int { none, gelu, gelu_tanh, quick_gelu, relu, silu };
constexpr int kActivations = 6;

/** y = a op b */
enum class Binary : int { add, sub, mul, div, squared_difference };
constexpr int kBinaries = 5;

enum class Unary : int { neg, square, sqrt, rsqrt, exp, relu, reciprocal, abs, tanh };
constexpr int kUnaries = 9;

/** How a value is kept. */
enum class Format : int { f32, bf16 };
constexpr int kFormats = 2;

}  // namespace tessera

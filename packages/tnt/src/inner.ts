import { type Tensor, type Tensor3D, engine, reshape } from "@tensorflow/tfjs-core";
import {
  type Context,
  type InputsOf,
  type LayerNorm,
  type Mlp,
  type Module,
  Sublayer,
  runOp,
  within,
} from "@tessera/core";
import type { TntAttention } from "./attention.ts";
import type { TntConfig } from "./config.ts";
import { tntInnerOp } from "./inner-op.ts";

/** The parts of a block that work on words. */
export interface InnerParts extends Module {
  readonly normIn: LayerNorm;
  readonly attnIn: TntAttention;
  readonly normMlpIn: LayerNorm;
  readonly mlpIn: Mlp;
  readonly norm1Proj: LayerNorm;
}

/**
 * The inner transformer of one block, on parts that are the block's.
 *
 * Op `tntInnerOp`: a patch fits into the fast memory of any device, so all of it can be one pass. It is asked at
 * inference only, when nobody looks at the parts; otherwise, and without the kernel, core's ops run one after the other.
 */
export class InnerTransformer {
  readonly #parts: InnerParts;
  readonly #config: TntConfig;
  readonly #dropPath: number;
  readonly #attnSublayer: Sublayer<InnerParts>;
  readonly #mlpSublayer: Sublayer<InnerParts>;

  constructor(parts: InnerParts, config: TntConfig, dropPath: number) {
    this.#parts = parts;
    this.#config = config;
    this.#dropPath = dropPath;
    this.#attnSublayer = new Sublayer(parts, { norm: "normIn", branch: "attnIn" }, { dropPath });
    this.#mlpSublayer = new Sublayer(parts, { norm: "normMlpIn", branch: "mlpIn" }, { dropPath });
  }

  /**
   * Words [b · patches, m, c] -> the words after attention and MLP, and the same words normalised to be joined,
   * [b · patches, m · c] or, in the legacy form, each by itself, [b · patches, m, c].
   */
  forward(words: Tensor3D, ctx: Context): [words: Tensor3D, normal: Tensor] {
    const { innerHeads: heads, epsilon = 1e-5, activation = "gelu", legacy = false, dropout = 0 } = this.#config;
    const compose = () => this.#compose(words, legacy, ctx);
    const dropping = ctx.training === true && dropout + this.#dropPath > 0;
    if (ctx.capture || dropping || engine().isTapeOn()) return compose();
    const attrs = { heads, epsilon, activation, legacy };
    return runOp(tntInnerOp, kernelInputs(words, this.#parts), attrs, compose);
  }

  /** Y′ = Y + MSA(LN(Y)), Y″ = Y′ + MLP(LN(Y′)): Han et al. 2021, section 2.2; then the norm before Vec(Y″). */
  #compose(words: Tensor3D, legacy: boolean, ctx: Context): [Tensor3D, Tensor] {
    const mixed = this.#attnSublayer.forward(words, ctx);
    const done = this.#mlpSublayer.forward(mixed, ctx);
    const [patches, m, c] = done.shape;
    const joined: Tensor = legacy ? done : reshape(done, [patches, m * c]);
    return [done, this.#parts.norm1Proj.forward(joined, within(ctx, "norm1_proj"))];
  }
}

/** The parameters by their path in the block; `x` are the words. */
function kernelInputs(
  x: Tensor3D,
  { normIn, attnIn, normMlpIn, mlpIn, norm1Proj }: InnerParts,
): InputsOf<typeof tntInnerOp> {
  const { qk, v, proj } = attnIn;
  const biases = { ...(qk.bias && v.bias && { "attn_in.qk.bias": qk.bias.value, "attn_in.v.bias": v.bias.value }) };
  return {
    x,
    "norm_in.weight": normIn.weight.value,
    "norm_in.bias": normIn.bias.value,
    "attn_in.qk.weight": qk.weight.value,
    "attn_in.v.weight": v.weight.value,
    ...biases,
    "attn_in.proj.weight": proj.weight.value,
    "attn_in.proj.bias": proj.bias!.value,
    "norm_mlp_in.weight": normMlpIn.weight.value,
    "norm_mlp_in.bias": normMlpIn.bias.value,
    "mlp_in.fc1.weight": mlpIn.fc1.weight.value,
    "mlp_in.fc1.bias": mlpIn.fc1.bias!.value,
    "mlp_in.fc2.weight": mlpIn.fc2.weight.value,
    "mlp_in.fc2.bias": mlpIn.fc2.bias!.value,
    "norm1_proj.weight": norm1Proj.weight.value,
    "norm1_proj.bias": norm1Proj.bias.value,
  } as InputsOf<typeof tntInnerOp>;
}

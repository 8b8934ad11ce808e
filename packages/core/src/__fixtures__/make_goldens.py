"""Writes layers.safetensors beside this file: reference values of timm and PyTorch for core's layers.

    python make_goldens.py

Needs numpy, torch, timm and safetensors. Where this torchvision lacks compiled operators, put a module `timm_stub` that
declares them on PYTHONPATH. Names are `CASE/input`, `CASE/weights/PATH`, `CASE/output`, `CASE/probe`, `CASE/dinput` and
`CASE/grads/PATH`; gradients are those of sum(output * probe). Computed in float64, stored in float32.
"""
import math, os
try:
    import timm_stub  # noqa: F401
except ImportError:
    pass
import numpy as np
import timm
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from timm.layers import GluMlp, RelPosBias, RotaryEmbeddingCat, apply_rot_embed_cat, set_fused_attn
from timm.layers import pos_embed_rel
from torch import nn

set_fused_attn(False)
torch.set_default_dtype(torch.float64)
g = torch.Generator().manual_seed(20261122)
out = {}


def rand(*shape, scale=1.0):
    return torch.randn(*shape, generator=g) * scale


def case(name, inputs, weights, forward):
    """Runs forward(inputs, weights), both dicts of leaves, and stores values and gradients."""
    leaves = {f"{name}/{k}": v.requires_grad_() for k, v in inputs.items()} | {f"{name}/weights/{k}": v.requires_grad_() for k, v in weights.items()}
    y = forward(inputs, weights)
    probe = rand(*y.shape)
    (y * probe).sum().backward()
    out.update({k: v for k, v in leaves.items()} | {f"{name}/output": y, f"{name}/probe": probe})
    out.update({f"{name}/d{k}": v.grad for k, v in inputs.items()} | {f"{name}/grads/{k}": v.grad for k, v in weights.items()})


def linear_weights(**layers):
    """{name: (in, out)} -> weights and biases."""
    w = {}
    for name, (i, o) in layers.items():
        w[f"{name}.weight"], w[f"{name}.bias"] = rand(o, i, scale=i**-0.5), rand(o, scale=0.3)
    return w


def lin(w, name, x):
    return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def heads_of(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(-3, -2)


def mlps():
    glu = GluMlp(8, hidden_features=12, act_layer=nn.SiLU, gate_last=False)  # timm's SwiGLUPacked, hidden 6
    case("swiglu", {"input": rand(2, 3, 8)}, linear_weights(fc1=(8, 12), fc2=(6, 8)), lambda i, w: torch.func.functional_call(glu, w, i["input"]))
    norm = nn.RMSNorm(8, eps=1e-6)
    case("rms_norm", {"input": rand(2, 3, 8)}, {"weight": 1 + rand(8, scale=0.2)}, lambda i, w: torch.func.functional_call(norm, w, i["input"]))


def post_norm():
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", layer_norm_eps=1e-6, batch_first=True, norm_first=False)
    names = {"attn.qkv.weight": "self_attn.in_proj_weight", "attn.qkv.bias": "self_attn.in_proj_bias", "attn.proj.weight": "self_attn.out_proj.weight",
             "attn.proj.bias": "self_attn.out_proj.bias", "mlp.fc1.weight": "linear1.weight", "mlp.fc1.bias": "linear1.bias", "mlp.fc2.weight": "linear2.weight",
             "mlp.fc2.bias": "linear2.bias", "norm1.weight": "norm1.weight", "norm1.bias": "norm1.bias", "norm2.weight": "norm2.weight", "norm2.bias": "norm2.bias"}
    w = linear_weights(**{"attn.qkv": (8, 24), "attn.proj": (8, 8), "mlp.fc1": (8, 16), "mlp.fc2": (16, 8)})
    for n in ("norm1", "norm2"):
        w[f"{n}.weight"], w[f"{n}.bias"] = 1 + rand(8, scale=0.2), rand(8, scale=0.3)
    case("post_norm", {"input": rand(2, 5, 8)}, w, lambda i, w: torch.func.functional_call(layer, {names[k]: v for k, v in w.items()}, i["input"]))


def attentions():
    mask = torch.rand(2, 4, 3, generator=g) > 0.4
    mask[..., 0] = True
    out["cross/mask"] = mask.to(torch.float32)

    def cross(i, w):
        q = heads_of(lin(w, "q", i["input"]), 2)
        k, v = (heads_of(part, 2) for part in lin(w, "kv", i["memory"]).chunk(2, -1))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None])
        return lin(w, "proj", y.transpose(1, 2).flatten(2))

    case("cross", {"input": rand(2, 4, 8), "memory": rand(2, 3, 6)}, linear_weights(q=(8, 8), kv=(6, 16), proj=(8, 8)), cross)

    def self_attention(mask=None, bias=None, turn=lambda q: q):
        def forward(i, w):
            q, k, v = (heads_of(part, 2) for part in lin(w, "qkv", i["input"]).chunk(3, -1))
            y = F.scaled_dot_product_attention(turn(q), turn(k), v, attn_mask=bias(w) if bias else mask)
            return lin(w, "proj", y.transpose(1, 2).flatten(2))
        return forward

    causal = torch.ones(5, 5).tril().bool()
    case("causal", {"input": rand(2, 5, 8)}, linear_weights(qkv=(8, 24), proj=(8, 8)), self_attention(mask=causal))
    for prefix in (0, 1):
        window = (2, 3)
        module = RelPosBias(window, 2, prefix_tokens=prefix)
        path = "rel_pos.relative_position_bias_table"
        weights = linear_weights(qkv=(8, 24), proj=(8, 8)) | {path: rand(*module.relative_position_bias_table.shape)}
        bias = lambda w: w[path][module.relative_position_index].view(module.bias_shape).permute(2, 0, 1).unsqueeze(0)
        case(f"relative{prefix}", {"input": rand(2, 6 + prefix, 8)}, weights, self_attention(bias=bias))
    for name, reference in (("rotary", None), ("rotary_reference", [4, 6])):
        rope = RotaryEmbeddingCat(8, in_pixels=False, feat_shape=[2, 3], ref_feat_shape=reference)
        rope._init_buffers()
        embed = rope.get_embed().to(torch.float64)
        turn = lambda q: torch.cat([q[:, :, :1], apply_rot_embed_cat(q[:, :, 1:], embed)], 2)
        case(name, {"input": rand(2, 7, 16)}, linear_weights(qkv=(16, 48), proj=(16, 16)), self_attention(turn=turn))


def convolutions():
    cases = {"plain": ((8, 12), (4, 4), (4, 4), (0, 0)), "overlap": ((9, 13), (7, 7), (4, 4), (3, 3)), "rectangle": ((8, 15), (3, 5), (2, 5), (1, 0)),
             "apart": ((11, 10), (2, 2), (3, 4), (0, 0)), "cut": ((10, 11), (4, 3), (4, 3), (0, 0)), "coprime": ((7, 9), (3, 4), (2, 3), (1, 2))}
    for name, (size, patch, stride, padding) in cases.items():
        w = {"proj.weight": rand(4, 3, *patch, scale=0.3), "proj.bias": rand(4, scale=0.3)}
        case(f"conv_{name}", {"input": rand(2, *size, 3)}, w, lambda i, w: F.conv2d(i["input"].permute(0, 3, 1, 2), w["proj.weight"], w["proj.bias"], stride, padding).flatten(2).transpose(1, 2))
        out[f"conv_{name}/geometry"] = torch.tensor([*size, *patch, *stride, *padding])


def relative_tables():
    table = rand(25 + 3, 2)
    out["table/stored"] = table
    for name, (h, w) in {"4x4": (4, 4), "5x3": (5, 3), "2x2": (2, 2)}.items():
        size = (2 * h - 1, 2 * w - 1)
        image = table[:25].t().reshape(1, 2, 5, 5)
        swin = F.interpolate(image, size, mode="bicubic", align_corners=False).reshape(2, -1).t()
        out[f"table/swin/{name}"] = torch.cat([swin, table[25:]])
    pos_embed_rel._USE_SCIPY = False
    torch.set_default_dtype(torch.float32)  # timm's interpolator is float32
    for name, (h, w) in {"4x4": (4, 4), "6x5": (6, 5)}.items():
        shape = ((2 * h - 1) * (2 * w - 1) + 3, 2)
        out[f"table/geometric/{name}"] = pos_embed_rel.resize_rel_pos_bias_table(table.float(), (h, w), shape)
    torch.set_default_dtype(torch.float64)


def fixed_positions():
    def quarter(h, w, width, last):
        omega = 1.0 / 10000 ** (np.arange(width // 4) / last)
        y, x = (np.einsum("m,d->md", axis.flatten(), omega) for axis in np.mgrid[:h, :w])
        return np.concatenate([np.sin(x), np.cos(x), np.sin(y), np.cos(y)], 1)

    out["sincos2d/mae"] = torch.tensor(quarter(2, 3, 16, 4))  # He et al.: omega /= embed_dim / 2 of the half
    out["sincos2d/moco"] = torch.tensor(quarter(2, 3, 16, 3))  # big_vision posemb_sincos_2d
    position, channel = np.mgrid[:7, :8]
    angle = position / 10000 ** (2 * (channel // 2) / 8)
    out["sincos1d"] = torch.tensor(np.where(channel % 2 == 0, np.sin(angle), np.cos(angle)))


def losses():
    logits, soft = rand(4, 5), torch.softmax(rand(4, 5), -1)
    case("loss_soft_smooth", {"input": logits}, {}, lambda i, w: F.cross_entropy(i["input"], soft, label_smoothing=0.1, reduction="none"))
    out["loss_soft_smooth/labels"] = soft


def patch_kernels():
    """FlexiViT's pseudo-inverse resize: the kernel that answers to a resized patch as the old one to the patch itself."""
    kernel = rand(2, 3, 4, 4)
    out["kernel/stored"] = kernel
    for mode, antialias in (("bilinear", False), ("bicubic", True)):
        for size in ((6, 6), (3, 5), (2, 2)):
            basis = torch.eye(16).reshape(16, 1, 4, 4)
            resized = F.interpolate(basis, size, mode=mode, align_corners=False, antialias=antialias).flatten(1)  # [old, new]
            new = torch.linalg.pinv(resized) @ kernel.reshape(6, 16).t()
            out[f"kernel/{mode}{'_antialias' if antialias else ''}/{size[0]}x{size[1]}"] = new.t().reshape(2, 3, *size)


for make in (mlps, post_norm, attentions, convolutions, relative_tables, fixed_positions, losses, patch_kernels):
    make()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.safetensors")
tensors = {k: v.detach().to(torch.float32 if v.is_floating_point() else v.dtype).contiguous().clone() for k, v in out.items()}
save_file(tensors, path, metadata={"reference": f"timm {timm.__version__}, torch {torch.__version__}, numpy {np.__version__}"})
print(f"{len(tensors)} tensors, {os.path.getsize(path) / 1e3:.0f} kB")

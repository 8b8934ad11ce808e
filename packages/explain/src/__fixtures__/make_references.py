"""Writes references.json: what attention maps, rollout, relevance and attributions are of the tiny ViT of packages/vit, computed with
PyTorch in float64, apart from our code: python make_references.py VIT_SAFETENSORS references.json
"""
import json
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

torch.set_default_dtype(torch.float64)
source, out = sys.argv[1:]
tensors = {k: v.double() for k, v in load_file(source).items() if v.is_floating_point()}
w = {k.removeprefix("weights/"): v for k, v in tensors.items() if k.startswith("weights/")}
images = tensors["input"]
heads, depth, patch, classes = 3, 3, 8, 10
TARGET = 4


def forward(x, taps=None):
    """The logits; taps collect attention weights and the input of the last block's attention, with gradients kept."""
    taps = {} if taps is None else taps
    x = F.conv2d(x, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=patch).flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(len(x), -1, -1), x], 1) + w["pos_embed"]
    for i in range(depth):
        p = f"blocks.{i}."
        y = F.layer_norm(x, x.shape[-1:], w[p + "norm1.weight"], w[p + "norm1.bias"], 1e-6)
        taps[p + "norm1"] = y
        q, k, v = F.linear(y, w[p + "attn.qkv.weight"], w[p + "attn.qkv.bias"]).chunk(3, 2)
        q, k, v = (t.unflatten(2, (heads, -1)).transpose(1, 2) for t in (q, k, v))
        a = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(-1)
        taps[p + "attn.weights"] = a
        y = (a @ v).transpose(1, 2).flatten(2)
        x = x + F.linear(y, w[p + "attn.proj.weight"], w[p + "attn.proj.bias"])
        y = F.layer_norm(x, x.shape[-1:], w[p + "norm2.weight"], w[p + "norm2.bias"], 1e-6)
        y = F.gelu(F.linear(y, w[p + "mlp.fc1.weight"], w[p + "mlp.fc1.bias"]))
        x = x + F.linear(y, w[p + "mlp.fc2.weight"], w[p + "mlp.fc2.bias"])
        taps[p[:-1]] = x
    x = F.layer_norm(x, x.shape[-1:], w["norm.weight"], w["norm.bias"], 1e-6)
    return F.linear(x[:, 0], w["head.weight"], w["head.bias"])


def rollout(maps, identity=True, fusion="mean", discard=0.0):
    """Abnar and Zuidema 2020; heads fused; the smallest weights of a map left out, but for those to the class token."""
    total = None
    for a in maps:
        a = {"mean": a.mean(1), "max": a.amax(1), "min": a.amin(1)}[fusion]
        if discard:
            flat = a.flatten(1)
            drop = flat.argsort(dim=1, stable=True)[:, : int(flat.shape[1] * discard)]
            for row, indices in zip(flat, drop):
                row[indices[indices % a.shape[-1] != 0]] = 0
            a = flat.view_as(a)
        if identity:
            a = a + torch.eye(a.shape[-1])
        a = a / a.sum(-1, keepdim=True)
        total = a if total is None else a @ total
    return total[:, 0, 1:]


def listed(t):
    return [[float(f"{x:.9g}") for x in row] for row in t.flatten(1).tolist()]


taps = {}
logits = forward(images, taps)
assert torch.allclose(logits, tensors["logits"], atol=1e-5)
maps = [taps[f"blocks.{i}.attn.weights"] for i in range(depth)]

x = images.clone().requires_grad_()
taps = {}
answer = forward(x, taps)
for t in taps.values():
    t.retain_grad()
answer[:, TARGET].sum().backward()

# Chefer et al. 2021, "Generic Attention-model Explainability", equations 5 and 6.
relevance = torch.eye(17).expand(len(x), -1, -1)
gradient_maps = []
for i in range(depth):
    a = taps[f"blocks.{i}.attn.weights"]
    cam = (a.grad * a).clamp(min=0)
    relevance = relevance + cam.mean(1) @ relevance
    gradient_maps.append(cam)
# Rollout of maps that are weighted by their gradients.
weighted = rollout(gradient_maps)
# Grad-CAM on the tokens that go into the last block's attention.
tokens = taps["blocks.2.norm1"]
alpha = tokens.grad[:, 1:].mean(1, keepdim=True)
cam = (tokens[:, 1:] * alpha).sum(-1).clamp(min=0)

# Integrated gradients (Sundararajan et al. 2017) from zeros, by the midpoints of 8 steps; signed sums over channels and a patch.
total = torch.zeros_like(images)
for step in range(8):
    z = (images * (step + 0.5) / 8).requires_grad_()
    (g,) = torch.autograd.grad(forward(z)[:, TARGET].sum(), z)
    total += g / 8
attribution = (images * total).sum(1)
integrated = attribution.unflatten(2, (4, 8)).unflatten(1, (4, 8)).sum((2, 4))

# Occlusion: how much the class loses when a patch is grey (0).
lost = []
for r in range(4):
    for c in range(4):
        z = images.clone()
        z[:, :, 8 * r : 8 * r + 8, 8 * c : 8 * c + 8] = 0
        lost.append(logits[:, TARGET] - forward(z)[:, TARGET])

# Mean attention distance in pixels of each head, patches only, rows renormalised to them.
rows, columns = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
centres = torch.stack([rows, columns], -1).flatten(0, 1).double() * patch
between = torch.cdist(centres, centres)
distances = []
for a in maps:
    p = a[:, :, 1:, 1:]
    p = p / p.sum(-1, keepdim=True)
    distances.append((p * between).sum(-1).mean((0, 2)))

position = w["pos_embed"][0, 1:]
similarity = F.cosine_similarity(position[:, None], position[None], dim=-1)

json.dump(
    {
        "target": TARGET,
        "rollout": listed(rollout(maps)),
        "rollout_raw": listed(rollout(maps, identity=False)),
        "rollout_max_discard": listed(rollout(maps, fusion="max", discard=0.5)),
        "relevance": listed(relevance[:, 0, 1:]),
        "gradient_rollout": listed(weighted),
        "grad_cam": listed(cam),
        "integrated": listed(integrated),
        "occlusion": listed(torch.stack(lost, 1)),
        "distance": listed(torch.stack(distances)),
        "similarity": listed(similarity),
    },
    open(out, "w"),
)

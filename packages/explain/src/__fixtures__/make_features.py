"""Writes features.json: what the head says after each block (logit lens) and how alike the class token is to its end, of the tiny ViT of
packages/vit, computed with NumPy in float64, apart from our code: python make_features.py VIT_SAFETENSORS features.json
"""
import json
import math
import struct
import sys

import numpy as np

source, out = sys.argv[1:]
raw = open(source, "rb").read()
(length,) = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8 : 8 + length])
data = raw[8 + length :]
w = {}
for name, entry in header.items():
    if name != "__metadata__" and entry["dtype"] in ("F32", "F64"):
        kind = np.float32 if entry["dtype"] == "F32" else np.float64
        a, b = entry["data_offsets"]
        w[name.removeprefix("weights/")] = np.frombuffer(data[a:b], kind).reshape(entry["shape"]).astype(np.float64)
HEADS, DEPTH, PATCH = 3, 3, 8
erf = np.vectorize(math.erf)


def norm(x, name):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6) * w[name + ".weight"] + w[name + ".bias"]


def linear(x, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


images = w["input"]
b, c, h, _ = images.shape
g = h // PATCH
patches = images.reshape(b, c, g, PATCH, g, PATCH).transpose(0, 2, 4, 1, 3, 5).reshape(b, g * g, -1)
kernel = w["patch_embed.proj.weight"]
x = patches @ kernel.reshape(len(kernel), -1).T + w["patch_embed.proj.bias"]
x = np.concatenate([np.repeat(w["cls_token"], b, 0), x], 1) + w["pos_embed"]
views, tokens = [], []
for i in range(DEPTH):
    p = f"blocks.{i}."
    qkv = linear(norm(x, p + "norm1"), p + "attn.qkv")
    q, k, v = (t.reshape(b, -1, HEADS, t.shape[-1] // HEADS).transpose(0, 2, 1, 3) for t in np.split(qkv, 3, 2))
    scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    x = x + linear((weights @ v).transpose(0, 2, 1, 3).reshape(x.shape), p + "attn.proj")
    y = linear(norm(x, p + "norm2"), p + "mlp.fc1")
    x = x + linear(y * 0.5 * (1 + erf(y / math.sqrt(2))), p + "mlp.fc2")
    views.append(linear(norm(x, "norm")[:, 0], "head"))
    tokens.append(x[0, 0])


def cosine(s, t):
    return float(s @ t / np.linalg.norm(s) / np.linalg.norm(t))


if "logits" in w:
    assert np.allclose(views[-1], w["logits"], atol=1e-4), np.abs(views[-1] - w["logits"]).max()
result = {
    "lens": [view.round(7).tolist() for view in views],
    "toLast": [cosine(t, tokens[-1]) for t in tokens],
    "toPrevious": [1.0] + [cosine(t, s) for s, t in zip(tokens, tokens[1:])],
    "length": [float(np.linalg.norm(t)) for t in tokens],
}
json.dump(result, open(out, "w"))

"""PyTorch as a contender: the protocol of contender.mjs. torch_contender.py fp32|bf16 WIDTH DEPTH HEADS BATCH THREADS"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

kind, *numbers = sys.argv[1:]
width, depth, heads, batch, threads = map(int, numbers)
torch.set_num_threads(threads)
dtype = torch.bfloat16 if kind == "bf16" else torch.float32


def normal(*shape):
    return (torch.randn(*shape) * 0.02).to(dtype)


conv, conv_bias = normal(width, 3, 16, 16), normal(width)
cls, pos = normal(1, 1, width), normal(1, 197, width)
blocks = [
    {
        "n1": (normal(width), normal(width)), "qkv": (normal(3 * width, width), normal(3 * width)),
        "proj": (normal(width, width), normal(width)), "n2": (normal(width), normal(width)),
        "fc1": (normal(4 * width, width), normal(4 * width)), "fc2": (normal(width, 4 * width), normal(width)),
    }
    for _ in range(depth)
]
last, head = (normal(width), normal(width)), (normal(1000, width), normal(1000))
image = torch.rand(batch, 3, 224, 224).to(dtype)


@torch.inference_mode()
def forward():
    x = F.conv2d(image, conv, conv_bias, stride=16).flatten(2).transpose(1, 2)
    x = torch.cat([cls.expand(batch, -1, -1), x], 1) + pos
    for p in blocks:
        qkv = F.linear(F.layer_norm(x, (width,), *p["n1"], 1e-6), *p["qkv"])
        q, k, v = qkv.reshape(batch, 197, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, 197, width)
        x = x + F.linear(y, *p["proj"])
        y = F.gelu(F.linear(F.layer_norm(x, (width,), *p["n2"], 1e-6), *p["fc1"]))
        x = x + F.linear(y, *p["fc2"])
    return F.linear(F.layer_norm(x, (width,), *last, 1e-6)[:, 0], *head)


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


forward()
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    ms, used = [], []
    for _ in range(int(line)):
        before, start = cpu(), time.perf_counter()
        forward()
        ms.append((time.perf_counter() - start) * 1000)
        used.append(cpu() - before)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "cpu": used, "rssMB": rss}), flush=True)

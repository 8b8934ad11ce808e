"""PyTorch as a contender, by the protocol of turns.mjs: pytorch.py [cuda-][train-]fp32|bf16|fp16 MODEL_JSON BATCH THREADS

Eager, as users run it, with random weights: timm's ViT and TNT, and our hybrid, written out, and the other families by timm
itself. With `train`, a run is a training step: forward, backward, gradients clipped to a length of 1, AdamW; bf16 then means
autocast, as users train.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

kind, model_json, *numbers = sys.argv[1:]
model = json.loads(model_json)
batch, threads = map(int, numbers)
device = "cuda" if kind.startswith("cuda-") else "cpu"
trains = "train" in kind
computed = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[kind.split("-")[-1]]
dtype = torch.float32 if trains else computed
width, depth, heads = (model.get(name) for name in ("width", "depth", "heads"))
side, patch, classes = model.get("imageSize", 224), model.get("patchSize", 16), model.get("classes", 1000)
hidden = model.get("mlpDim", 4 * (width or 0))
parameters = []
torch.set_num_threads(threads)
torch.manual_seed(0)


def normal(*shape):
    """A parameter."""
    parameters.append((torch.randn(*shape) * 0.02).to(device, dtype).requires_grad_(trains))
    return parameters[-1]


def dense(out, inputs, bias=True):
    return normal(out, inputs), normal(out) if bias else None


def norm_weights(size):
    return normal(size), normal(size)


def norm(x, weights):
    return F.layer_norm(x, (x.shape[-1],), *weights, 1e-6)


def attend(q, k, v, count):
    """[b, n, d] each -> [b, n, d]"""
    q, k, v = (x.unflatten(2, (count, -1)).transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def mlp_weights(size, inside=None):
    inside = inside or 4 * size
    return {"norm": norm_weights(size), "fc1": dense(inside, size), "fc2": dense(size, inside)}


def mlp(x, p):
    return x + F.linear(F.gelu(F.linear(norm(x, p["norm"]), *p["fc1"])), *p["fc2"])


def patches_of():
    kernel, bias = normal(width, 3, patch, patch), normal(width)
    return (side // patch) ** 2, lambda image: F.conv2d(image, kernel, bias, stride=patch)


def convolutions():
    """A whitening, which is not trained, and two groups of convolutions with batch norm."""
    whiten, bias = torch.randn(24, 3, 2, 2, device=device), normal(24)
    layers = [(normal(out, inputs, 3, 3), torch.zeros(out), torch.ones(out), *norm_weights(out))
              for inputs, out in ((24, 64), (64, 64), (64, 256), (256, 256))]
    proj, shift = normal(width, 256, 1, 1), normal(width)

    def start(image):
        x = F.gelu(F.conv2d(image, whiten, bias))
        for i, (kernel, mean, variance, *affine) in enumerate(layers):
            x = F.conv2d(x, kernel, padding=1)
            x = F.gelu(F.batch_norm(F.max_pool2d(x, 2) if i % 2 == 0 else x, mean, variance, *affine, training=trains))
        return F.conv2d(x, proj, shift)

    return 7 * 7, start


def vit(start=patches_of):
    count, embed = start()
    cls, pos = normal(1, 1, width), normal(1, 1 + count, width)
    blocks = [
        {"norm": norm_weights(width), "qkv": dense(3 * width, width), "proj": dense(width, width),
         "mlp": mlp_weights(width, hidden)}
        for _ in range(depth)
    ]

    def tokens(image):
        x = embed(image).flatten(2).transpose(1, 2)
        x = torch.cat([cls.expand(batch, -1, -1), x], 1) + pos
        for p in blocks:
            q, k, v = F.linear(norm(x, p["norm"]), *p["qkv"]).chunk(3, 2)
            x = x + F.linear(attend(q, k, v, heads), *p["proj"])
            x = mlp(x, p["mlp"])
        return x

    return tokens


def tnt():
    inner, inner_heads, words, patches = 24, 4, 16, 196
    joined = inner * words

    def attention_weights(size):
        return {"norm": norm_weights(size), "qk": dense(2 * size, size, False), "v": dense(size, size, False),
                "proj": dense(size, size)}

    def attention(x, p, count):
        y = norm(x, p["norm"])
        q, k = F.linear(y, *p["qk"]).chunk(2, 2)
        return x + F.linear(attend(q, k, F.linear(y, *p["v"]), count), *p["proj"])

    kernel, bias, pixel_pos = normal(inner, 3, 7, 7), normal(inner), normal(1, inner, 4, 4)
    cls, pos = normal(1, 1, width), normal(1, 1 + patches, width)
    first = {"norm1": norm_weights(joined), "proj": dense(width, joined), "norm2": norm_weights(width)}
    blocks = [
        {"attn_in": attention_weights(inner), "mlp_in": mlp_weights(inner), "norm1": norm_weights(joined),
         "proj": dense(width, joined, False), "norm2": norm_weights(width), "attn": attention_weights(width),
         "mlp": mlp_weights(width)}
        for _ in range(depth)
    ]

    def tokens_from(pixels, p):
        y = F.linear(norm(pixels.reshape(batch, patches, joined), p["norm1"]), *p["proj"])
        return norm(y, p["norm2"])

    def tokens(image):
        tiles = image.unflatten(3, (14, 16)).unflatten(2, (14, 16)).permute(0, 2, 4, 1, 3, 5).flatten(0, 2)
        pixels = F.conv2d(tiles, kernel, bias, stride=4, padding=3) + pixel_pos
        pixels = pixels.flatten(2).transpose(1, 2)  # [b * patches, words, inner]
        x = torch.cat([cls.expand(batch, -1, -1), tokens_from(pixels, first)], 1) + pos
        for p in blocks:
            pixels = mlp(attention(pixels, p["attn_in"], inner_heads), p["mlp_in"])
            x = torch.cat([x[:, :1], x[:, 1:] + tokens_from(pixels, p)], 1)
            x = mlp(attention(x, p["attn"], heads), p["mlp"])
        return x

    return tokens


def classifier():
    """Images to logits."""
    if model["family"] == "timm":
        import timm

        net = timm.create_model(model["name"], num_classes=classes).to(device, dtype).train(trains)
        parameters.extend(net.parameters())
        return net
    tokens = {"vit": vit, "tnt": tnt, "hybrid": lambda: vit(convolutions)}[model["family"]]()
    last, head = norm_weights(width), dense(classes, width)
    return lambda image: F.linear(norm(tokens(image)[:, 0], last), *head)


if device == "cuda" and not torch.cuda.is_available():
    sys.exit("RuntimeError: torch finds no CUDA device")
classify = classifier()
image = torch.rand(batch, 3, side, side).to(device, dtype)


@torch.inference_mode()
def record():
    return classify(image)


def forward():
    """To logits that Python can read."""
    return record().float().cpu()


def training():
    labels = torch.arange(batch, device=device) % classes
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.05)

    def step():
        optimizer.zero_grad()
        with torch.autocast(device, computed, enabled=computed != dtype):
            loss = F.cross_entropy(classify(image).float(), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.detach()

    return step


run = training() if trains else forward


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def queued(runs):
    """Forwards given to the GPU one after the other and waited for once, and the time to give one."""
    give = []
    start = time.perf_counter()
    for _ in range(runs):
        before = time.perf_counter()
        logits = record()
        give.append((time.perf_counter() - before) * 1000)
    logits.cpu()
    return {"js": give, "queued": [(time.perf_counter() - start) * 1000 / runs]}


if not run().isfinite().all():
    sys.exit("RuntimeError: expected finite logits or loss")
facts = {"torch": torch.__version__}
if device == "cuda":
    facts.update(device=torch.cuda.get_device_name(), cuda=torch.version.cuda, tf32=torch.backends.cuda.matmul.allow_tf32)
print(json.dumps(facts), flush=True)
for line in sys.stdin:
    samples = {"ms": [], "cpu": []}
    for _ in range(int(line)):
        before, start = cpu(), time.perf_counter()
        run()
        samples["ms"].append((time.perf_counter() - start) * 1000)
        samples["cpu"].append(cpu() - before)
    if device == "cuda" and not trains:
        samples.update(queued(int(line)))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"samples": samples, "rssMB": rss}), flush=True)

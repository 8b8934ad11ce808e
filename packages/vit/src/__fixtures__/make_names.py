"""Writes names.safetensors, here and in the package of TNT: tiny models under everybody's names (`CASE/in/NAME`) and under timm's (`CASE/out/NAME`).

timm's own loaders convert Google's, Meta's and Huawei's files. For Hugging Face and torchvision the conversion is checked
here by running both models: their outputs agree. Run with timm 1.0.29, transformers 5.18.0, torchvision 0.28, torch 2.13.
"""
import os, sys, tempfile
import numpy as np, torch
import timm, torchvision
from safetensors.torch import load_file, save_file
from timm.layers import SwiGLUPacked
from timm.models import tnt
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
import transformers as hf

D, HEADS, MLP, DEPTH, IMAGE, PATCH, CLASSES = 8, 2, 16, 2, 4, 2, 3
base = dict(img_size=IMAGE, patch_size=PATCH, embed_dim=D, depth=DEPTH, num_heads=HEADS, num_classes=CLASSES, mlp_ratio=MLP / D)
out = {}
torch.manual_seed(0)
x = torch.randn(2, 3, IMAGE, IMAGE)


def randomised(m):
    with torch.no_grad():
        for p in m.parameters():
            p.copy_(torch.randn_like(p) * 0.3 + (p.ndim == 1))
    return m.eval()


def put(case, theirs, ours):
    for k, v in theirs.items():
        out[f"{case}/in/{k}"] = torch.as_tensor(v).detach().clone().contiguous()
    for k, v in ours.items():
        out[f"{case}/out/{k}"] = v.detach().clone().contiguous()


def google(case, prefix="", new=False, scan=False, pool=False, **model):
    rng = np.random.default_rng(0)
    r = lambda *s: rng.standard_normal(s).astype(np.float32)
    d, n = D // HEADS, {}
    def attention(p, lead=()):
        for q in ("query", "key", "value"):
            n[f"{p}/{q}/kernel"], n[f"{p}/{q}/bias"] = r(*lead, D, HEADS, d), r(*lead, HEADS, d)
        n[f"{p}/out/kernel"], n[f"{p}/out/bias"] = r(*lead, HEADS, d, D), r(*lead, D)
    def norm(p, lead=()):
        n[f"{p}/scale"], n[f"{p}/bias"] = r(*lead, D), r(*lead, D)
    def mlp(p, lead=()):
        for name, a, b in (("Dense_0", D, MLP), ("Dense_1", MLP, D)):
            n[f"{p}/{name}/kernel"], n[f"{p}/{name}/bias"] = r(*lead, a, b), r(*lead, b)
    n["embedding/kernel"], n["embedding/bias"] = r(PATCH, PATCH, 3, D), r(D)
    if not pool:
        n["cls"] = r(1, 1, D)
    tokens = (IMAGE // PATCH) ** 2 + (not new)
    n["pos_embedding" if new else "Transformer/posembed_input/pos_embedding"] = r(1, tokens, D)
    a, l, m = (0, 1, 0) if new else (1, 2, 3)
    for p, lead in [("Transformer/encoderblock", (DEPTH,))] if scan else [(f"Transformer/encoderblock_{i}", ()) for i in range(DEPTH)]:
        norm(f"{p}/LayerNorm_0", lead); attention(f"{p}/MultiHeadDotProductAttention_{a}", lead)
        norm(f"{p}/LayerNorm_{l}", lead); mlp(f"{p}/MlpBlock_{m}", lead)
    norm("Transformer/encoder_norm")
    if pool:
        n["MAPHead_0/probe"] = r(1, 1, D)
        attention("MAPHead_0/MultiHeadDotProductAttention_0"); norm("MAPHead_0/LayerNorm_0"); mlp("MAPHead_0/MlpBlock_0")
    n["head/kernel"], n["head/bias"] = r(D, CLASSES), r(CLASSES)
    n = {prefix + k: v for k, v in n.items()}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/x.npz", **n)
        model = VisionTransformer(**base, **model)
        model.load_pretrained(f"{folder}/x.npz")
    put(case, n, model.state_dict())


google("google_original")
google("google_big_vision", prefix="params/", new=True, no_embed_class=True)
google("google_scan", prefix="opt/target/", new=True, scan=True, no_embed_class=True)
google("google_attention_pool", new=True, pool=True, class_token=False, global_pool="map")


def checked(case, theirs, run, ours, forward):
    """Renames here, by hand, and lets the outputs say whether that was right."""
    sd = randomised(theirs).state_dict()
    names = {}
    for k in sd:
        t = k.split(".", 1)[1] if k.split(".")[0] in ("vit", "deit", "dinov2", "dinov2_with_registers") else k
        t = t.replace("layers.encoder_layer_", "layer.").replace("encoder.layer.", "blocks.").replace("layers.", "blocks.")
        for a, b in (("embeddings.cls_token", "cls_token"), ("class_token", "cls_token"), ("embeddings.distillation_token", "dist_token"),
                     ("embeddings.register_tokens", "reg_token"), ("embeddings.position_embeddings", "pos_embed"), ("encoder.pos_embedding", "pos_embed"),
                     ("embeddings.patch_embeddings.projection", "patch_embed.proj"), ("conv_proj", "patch_embed.proj"),
                     ("self_attention.in_proj_", "attn.qkv."), ("self_attention.out_proj", "attn.proj"), ("ln_1", "norm1"), ("ln_2", "norm2"), ("mlp.0", "mlp.fc1"), ("mlp.3", "mlp.fc2"), ("encoder.ln", "norm"), ("heads.head", "head"),
                     ("layernorm_before", "norm1"), ("layernorm_after", "norm2"), ("attention.output.dense", "attn.proj"), ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
                     ("weights_in", "fc1"), ("weights_out", "fc2"), ("layer_scale1.lambda1", "ls1.gamma"), ("layer_scale2.lambda1", "ls2.gamma"),
                     ("cls_classifier", "head"), ("distillation_classifier", "head_dist"), ("classifier", "head"), ("layernorm", "norm")):
            if a in t:
                t = t.replace(a, b)
                break
        names[t] = sd[k]
    new = {}
    for k, v in names.items():
        if any(s in k for s in ("mask_token", "pooler", "decoder")):
            continue
        if "attention.attention." in k:
            if ".query." in k:
                new[k.replace("attention.attention.query", "attn.qkv")] = torch.cat([names[k.replace(".query.", q)] for q in (".query.", ".key.", ".value.")])
        else:
            new[k] = v
    if "reg_token" in new:
        new["cls_token"], new["pos_embed"] = new["cls_token"] + new["pos_embed"][:, :1], new["pos_embed"][:, 1:]
    ours.load_state_dict(new, strict=True)
    ours.eval()
    with torch.no_grad():
        assert (run(theirs, x) - forward(ours)).abs().max() < 1e-5, case
    put(case, sd, new)


def on_disk(model):
    """The names in the file, which are not those in memory."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(f"{folder}/model.safetensors")


class Files(torch.nn.Module):
    """A Hugging Face model whose state dict is its file."""
    def __init__(self, m):
        super().__init__()
        self.m = m
    def state_dict(self):
        return on_disk(self.m)


h = dict(hidden_size=D, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=IMAGE, patch_size=PATCH, layer_norm_eps=1e-6)
h1, h2 = dict(h, intermediate_size=MLP), dict(h, mlp_ratio=MLP // D)
bare = dict(base, num_classes=0)
logits, hidden = (lambda m, x: m.m(x).logits), (lambda m, x: m.m(x).last_hidden_state)
full, features = (lambda m: m(x)), (lambda m: m.forward_features(x))
checked("huggingface_vit", Files(hf.ViTForImageClassification(hf.ViTConfig(**h1, num_labels=CLASSES))), logits, VisionTransformer(**base), full)
checked("huggingface_vit_bare", Files(hf.ViTModel(hf.ViTConfig(**h1))), hidden, VisionTransformer(**bare), features)
checked("huggingface_deit", Files(hf.DeiTForImageClassificationWithTeacher(hf.DeiTConfig(**h1, num_labels=CLASSES))), logits, VisionTransformerDistilled(**base), full)
checked("huggingface_dinov2", Files(hf.Dinov2Model(hf.Dinov2Config(**h2))), hidden, VisionTransformer(**bare, init_values=1.0), features)
checked("huggingface_dinov2_registers", Files(hf.Dinov2WithRegistersModel(hf.Dinov2WithRegistersConfig(**h2))), hidden,
        VisionTransformer(**bare, init_values=1.0, reg_tokens=4, no_embed_class=True), features)
gated = hf.Dinov2Model(hf.Dinov2Config(**h2, use_swiglu_ffn=True))
wide = on_disk(gated)["encoder.layer.0.mlp.weights_in.weight"].shape[0] / D
checked("huggingface_dinov2_swiglu", Files(gated), hidden, VisionTransformer(**{**bare, "mlp_ratio": wide}, init_values=1.0, mlp_layer=SwiGLUPacked, act_layer=torch.nn.SiLU), features)
mae = hf.ViTMAEForPreTraining(hf.ViTMAEConfig(**h1, mask_ratio=0.0, decoder_hidden_size=8, decoder_num_hidden_layers=1, decoder_num_attention_heads=2, decoder_intermediate_size=8))
order = torch.arange((IMAGE // PATCH) ** 2).float()[None].repeat(2, 1)
checked("huggingface_mae", Files(mae), lambda m, x: m.m.vit(x, noise=order).last_hidden_state, VisionTransformer(**bare), features)
checked("torchvision", torchvision.models.VisionTransformer(IMAGE, PATCH, DEPTH, HEADS, D, MLP, num_classes=CLASSES), lambda m, x: m(x), VisionTransformer(**base), full)

m = randomised(VisionTransformer(**bare, init_values=1.0, reg_tokens=4, no_embed_class=True, mlp_layer=SwiGLUPacked, act_layer=torch.nn.SiLU))
sd = {k.replace("mlp.fc1", "mlp.w12").replace("mlp.fc2", "mlp.w3").replace("reg_token", "register_tokens"): v for k, v in m.state_dict().items()}
sd |= {"pos_embed": torch.randn(1, 5, D), "mask_token": torch.randn(1, D)}
put("dinov2_registers", sd, checkpoint_filter_fn(dict(sd), m))
sd.pop("register_tokens")
put("dinov2", sd, checkpoint_filter_fn(dict(sd), m))
m = randomised(VisionTransformer(**base, init_values=1.0, no_embed_class=True))
sd = {k.replace("ls1.gamma", "gamma_1").replace("ls2.gamma", "gamma_2"): v for k, v in m.state_dict().items()}
put("deit3", sd, checkpoint_filter_fn(dict(sd), m, adapt_layer_scale=True))
m = randomised(tnt.TNT(img_size=16, patch_size=8, embed_dim=8, inner_dim=4, depth=2, num_heads_inner=2, num_heads_outer=2, num_classes=CLASSES))
renames = (("patch_pos", "outer_pos"), ("pixel_pos", "inner_pos"), ("pixel_embed", "patch_embed"), ("norm1_proj", "proj_norm1"), ("norm2_proj", "proj_norm2"), ("norm_mlp_in", "inner_norm2"),
           ("norm_in", "inner_norm1"), ("attn_in", "inner_attn"), ("mlp_in", "inner_mlp"), ("norm_out", "outer_norm1"), ("attn_out", "outer_attn"), ("norm_mlp", "outer_norm2"), (".mlp.", ".outer_mlp."))
sd = {}
for k, v in m.state_dict().items():
    a, b = next(((a, b) for a, b in renames if a in k), ("", ""))
    k = k.replace(a, b)
    sd[k] = v.flatten(2).transpose(1, 2) if k == "inner_pos" else v
sd["outer_tokens"] = torch.zeros(1, 4, 8)
theirs = tnt.checkpoint_filter_fn(dict(sd), m)
m.load_state_dict(theirs, strict=True)
put("tnt", sd, theirs)

here = os.path.dirname(os.path.abspath(__file__))
for folder, wanted in ((here, lambda k: not k.startswith("tnt/")), (os.path.join(here, "../../../tnt/src/__fixtures__"), lambda k: k.startswith("tnt/"))):
    save_file({k: v for k, v in out.items() if wanted(k)}, os.path.join(folder, "names.safetensors"))
print(len(out), sum(v.numel() for v in out.values()) * 4)

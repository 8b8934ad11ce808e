"""Writes huggingface.safetensors: tiny models of transformers with random weights, as their files hold them (`CASE/NAME`),
an input and what they make of it (`CASE/input`, `CASE/output`); each config.json is in the metadata.

    PYTHONPATH=../shared/reference python packages/pipeline/src/__fixtures__/make_huggingface.py

Made with transformers 5.18.0 and torch 2.13.
"""
import json, os, tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import timm_stub  # noqa: F401
import torch, transformers as hf
from safetensors.torch import load_file, save_file

torch.manual_seed(5)
sizes = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4)
mlp, labels = dict(intermediate_size=16), dict(id2label={i: f"label {i}" for i in range(3)})
x = torch.randn(2, 3, 8, 8)
tensors, configs = {"input": x}, {}


def put(case, model, run=lambda m: m(x).logits):
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p) * 0.3 + (p.ndim == 1))
        output = run(model.eval())
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        configs[case] = json.loads(Path(folder, "config.json").read_text())
        for name, value in load_file(f"{folder}/model.safetensors").items():
            tensors[f"{case}/{name}"] = value
    tensors[f"{case}/output"] = output.contiguous()


first = lambda m: m(x).last_hidden_state[:, 0]
put("vit", hf.ViTForImageClassification(hf.ViTConfig(**sizes, **mlp, **labels)))
put("vit_options", hf.ViTForImageClassification(hf.ViTConfig(**sizes, **mlp, **labels, hidden_act="gelu_new", qkv_bias=False, layer_norm_eps=1e-3)))
put("vit_features", hf.ViTModel(hf.ViTConfig(**sizes, **mlp)), first)
put("deit", hf.DeiTForImageClassification(hf.DeiTConfig(**sizes, **mlp, **labels)))
put("deit_teacher", hf.DeiTForImageClassificationWithTeacher(hf.DeiTConfig(**sizes, **mlp, **labels)))
put("dinov2", hf.Dinov2Model(hf.Dinov2Config(**sizes, mlp_ratio=2)), first)
put("dinov2_swiglu", hf.Dinov2Model(hf.Dinov2Config(**sizes, mlp_ratio=4, use_swiglu_ffn=True)), first)
put("dinov2_registers", hf.Dinov2WithRegistersModel(hf.Dinov2WithRegistersConfig(**sizes, mlp_ratio=2, num_register_tokens=3)), first)
mae = hf.ViTMAEConfig(**sizes, **mlp, mask_ratio=0.0, decoder_hidden_size=8, decoder_num_hidden_layers=1, decoder_num_attention_heads=2, decoder_intermediate_size=8)
put("vit_mae", hf.ViTMAEForPreTraining(mae), lambda m: m.vit(x, noise=torch.arange(4.0)[None].repeat(2, 1)).last_hidden_state[:, 0])
save_file(tensors, Path(__file__).parent / "huggingface.safetensors", {"configs": json.dumps(configs)})

"""Writes the images beside this file and what the Python references make of them.

    PYTHONPATH=../shared/reference python packages/data/src/__fixtures__/make_fixtures.py

Made with Pillow 12.3, torch 2.13, torchvision 0.28, timm 1.0.29, transformers 5.18. Every picture comes from a formula.
- images/*: one file for each way of storing a picture; decoded.json: each as exif_transpose(...).convert("RGB"), its CRC-32, in base64 where decoders differ
- framing.json: for each configuration and picture size [width, height, resized width, resized height, CRC-32 of the uint8 result]
- normalised.json: float32 results, base64
"""
import timm_stub  # noqa: F401
import base64, json, os, struct, zlib
import numpy as np
import torch
from PIL import Image, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification
from timm.data import create_transform
from timm.data.config import resolve_data_config
import transformers

here = os.path.dirname(os.path.abspath(__file__))
images = os.path.join(here, "images")
os.makedirs(images, exist_ok=True)


def path(name):
    return os.path.join(images, name)


def base64_of(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def noise(width, height):
    """The bytes of pictures in framing.json; framing.test.ts has the same formula."""
    i = np.arange(width * height * 3, dtype=np.uint64)
    return Image.fromarray(((i * 2654435761 % 2**32) >> 24).astype(np.uint8).reshape(height, width, 3))


# ---- image files ---------------------------------------------------------------------------------------------------

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, array, bits, colour, extra=b""):
    """A PNG of a kind that Pillow does not write."""
    h, w = array.shape[:2]
    raw = b"".join(b"\0" + row.tobytes() for row in array)
    with open(path(name), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, 0)) + extra)
        f.write(chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def profile():
    """A colour profile far from sRGB: green and blue exchanged, gamma 1."""
    fixed = lambda v: struct.pack(">i", round(v * 65536))
    xyz = lambda *v: b"XYZ \0\0\0\0" + b"".join(map(fixed, v))
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78), b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.4361, 0.2225, 0.0139), b"bXYZ": xyz(0.3851, 0.7169, 0.0971), b"gXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += tag + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = at + len(body)
    head = struct.pack(">I4xI4s4s4s12x4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp") + bytes(28)
    head += fixed(0.9642) + fixed(1) + fixed(0.8249) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def lossy(name):
    """What some decoder may do otherwise, so that the difference is of interest."""
    return name.endswith((".jpg", ".avif", ".webp")) or "16" in name


def make_images():
    W, H = 20, 14
    y, x = np.mgrid[0:H, 0:W]
    rgb = np.stack([x * 255 // (W - 1), y * 255 // (H - 1), (x * 7 + y * 13) % 256], -1).astype(np.uint8)
    alpha = ((x * 9 + y * 25) % 256).astype(np.uint8)
    alpha[:3] = 0
    rgba = np.dstack([rgb, alpha])
    wide = (x * 3277 + y * 4681 + 77) % 65536
    im, im_a = Image.fromarray(rgb), Image.fromarray(rgba)
    smooth = Image.fromarray(np.stack([127 + 100 * np.sin(x / 5), 127 + 100 * np.cos(y / 4), 127 + 60 * np.sin((x + y) / 6)], -1).astype(np.uint8))
    grey = im.convert("L")
    def exif(orientation):
        e = Image.Exif()
        e[274] = orientation
        return e
    # PNG
    im.save(path("rgb.png")); im_a.save(path("alpha.png")); grey.save(path("grey.png")); im.convert("1").save(path("bits1.png"))
    Image.fromarray(np.dstack([rgb[..., 2], alpha]), "LA").save(path("grey-alpha.png"))
    im.quantize(16).save(path("palette.png"), transparency=bytes([0, 60, 120] + [255] * 13))
    im.save(path("transparent-colour.png"), transparency=(0, 0, 0)); im.save(path("exif6.png"), exif=exif(6))
    be = lambda a: a.astype(">u2")
    wide3 = np.stack([wide, wide[::-1], (wide * 3) % 65536], -1)
    png("rgb16.png", be(wide3), 16, 2); png("alpha16.png", be(np.dstack([wide3, wide[:, ::-1]])), 16, 6)
    png("grey16.png", be(wide % 700), 16, 0); png("grey16-transparent.png", be(wide % 700), 16, 0, chunk(b"tRNS", b"\0\x4d"))
    png("grey-alpha16.png", be(np.dstack([wide, wide[::-1]])), 16, 4)
    png("gamma.png", rgb, 8, 2, chunk(b"gAMA", struct.pack(">I", 100000)))
    for name in ("profile.png", "profile.jpg", "profile.webp", "profile.tif"):
        im.save(path(name), icc_profile=profile(), **({"lossless": True} if name.endswith("webp") else {}))
    # JPEG
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        im.save(path(f"{name}.jpg"), quality=88, subsampling=sampling)
    im.crop((0, 0, 19, 13)).save(path("odd-progressive.jpg"), quality=70, progressive=True)
    grey.save(path("grey.jpg"), quality=90)
    ink = Image.fromarray(np.dstack([rgb, 255 - alpha]), "CMYK")
    ink.save(path("cmyk.jpg"), quality=90)
    jpeg = open(path("cmyk.jpg"), "rb").read()
    at = 2
    while jpeg[at + 1] != 0xEE:
        at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    end = at + 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    open(path("cmyk-without-adobe.jpg"), "wb").write(jpeg[:at] + jpeg[end:])
    for o in range(2, 9):
        smooth.save(path(f"exif{o}.jpg"), quality=85, exif=exif(o))
    rgb_jpeg = open(path("444.jpg"), "rb").read()
    open(path("stray-bytes.jpg"), "wb").write(rgb_jpeg[:20] + b"\1\2\3" + rgb_jpeg[20:] + b"more")
    # others
    im.save(path("lossless.webp"), lossless=True, exif=exif(8)); im.save(path("lossy.webp"), quality=80)
    im_a.save(path("alpha.webp"), lossless=True, exact=True)
    im_a.save(path("animated.webp"), save_all=True, append_images=[im_a.transpose(0)], lossless=True, exact=True)
    smooth.save(path("444.avif"), quality=90, subsampling="4:4:4", speed=0); smooth.save(path("420.avif"), quality=90, speed=0)
    smooth.save(path("exif6.avif"), quality=90, subsampling="4:4:4", speed=0, exif=exif(6))
    few = im.quantize(16)
    few.save(path("palette.gif")); few.save(path("interlaced.gif"), interlace=1); few.save(path("transparent.gif"), transparency=3)
    Image.fromarray(np.full((90, 90), 7, np.uint8)).save(path("flat.gif")); Image.fromarray(np.random.default_rng(0).integers(0, 256, (72, 72), dtype=np.uint8)).save(path("noise.gif"))
    few.save(path("animated.gif"), save_all=True, append_images=[im.transpose(0).quantize(16)])
    for name, transparent, screen in (("inset", 3, (30, 25)), ("inset-opaque", None, (30, 25)), ("overhang", 3, (18, 12))):
        few.save(path(f"{name}.gif"), **({} if transparent is None else {"transparency": transparent}))
        g = bytearray(open(path(f"{name}.gif"), "rb").read())
        at = g.rindex(b"\x2c\0\0\0\0\x14\0\x0e\0")
        g[6:10] = struct.pack("<HH", *screen); g[at + 1:at + 5] = struct.pack("<HH", 5, 7)
        open(path(f"{name}.gif"), "wb").write(g)
    im.save(path("rgb.tif")); im.save(path("lzw.tif"), compression="tiff_lzw"); im_a.save(path("alpha.tif")); ink.save(path("cmyk.tif"))
    Image.fromarray((wide % 700).astype(np.uint16)).save(path("grey16.tif")); im.convert("1").save(path("bits1.tif"), compression="group4")
    few.save(path("palette.tif")); im.save(path("exif7.tif"), exif=exif(7))
    im.resize((1, 1)).save(path("one-pixel.png")); Image.new("RGB", (30000, 20), (9, 90, 200)).save(path("wide.png"))
    decoded = {}
    for name in sorted(os.listdir(images)):
        if name == "wide.png":
            continue
        with Image.open(path(name)) as file:
            r = ImageOps.exif_transpose(file).convert("RGB")
        a = np.asarray(r)
        decoded[name] = dict(width=r.width, height=r.height, crc32=zlib.crc32(a.tobytes()), **(dict(rgb=base64_of(a)) if lossy(name) else {}))
    write("decoded.json", decoded)


def write(name, rows):
    items = rows.items() if isinstance(rows, dict) else None
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in items] if items else [json.dumps(r) for r in rows]
    left, right = "{}" if items else "[]"
    with open(os.path.join(here, name), "w") as f:
        f.write(left + "\n" + ",\n".join(lines) + "\n" + right + "\n")


# ---- framing and normalising ----------------------------------------------------------------------------------------

def timm_transform(config, normalize):
    return create_transform(**resolve_data_config(pretrained_cfg=config), normalize=normalize)


def torchvision_transform(config):
    interpolation = InterpolationMode(config.get("interpolation", "bilinear"))
    return ImageClassification(crop_size=config["cropSize"], resize_size=config.get("resizeSize", 256), interpolation=interpolation)


def transformers_processor(config, **more):
    kind = config.get("image_processor_type", config.get("feature_extractor_type", "ViTImageProcessor"))
    cls = getattr(transformers, kind.replace("FeatureExtractor", "ImageProcessor").replace("Fast", "") + "Pil")
    return cls(**{k: v for k, v in config.items() if not k.endswith("_type")}, **more)


def uint8_result(source, config, picture):
    """[h, w, 3] before normalising."""
    if source == "timm":
        return timm_transform(config, False)(picture).permute(1, 2, 0).numpy()
    if source == "torchvision":
        t = torchvision_transform(config)
        t.mean, t.std = [0.0] * 3, [1.0] * 3
        return (t(picture) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    p = transformers_processor(config, do_rescale=False, do_normalize=False)
    return np.asarray(p(picture, input_data_format="channels_last")["pixel_values"][0]).transpose(1, 2, 0).astype(np.uint8)


sizes = [(1, 1), (5, 3), (3, 5), (31, 32), (32, 32), (33, 47), (47, 33), (100, 37), (64, 64), (65, 131), (211, 7), (34, 35)]
square, oblong = [3, 32, 32], [3, 24, 41]
configurations = [
    *(("timm", dict(input_size=square, crop_pct=p)) for p in (0.875, 0.9, 0.95, 1.0, 0.51)),
    *(("timm", dict(input_size=[3, 33, 33], crop_pct=p, interpolation="bilinear")) for p in (0.875, 0.9, 0.96, 1.0)),
    *(("timm", dict(input_size=s, crop_pct=p, crop_mode=m)) for s in (square, oblong) for p in (0.9, 1.0) for m in ("squash", "border")),
    *(("timm", dict(input_size=oblong, crop_pct=p, interpolation="lanczos")) for p in (0.9, 1.0)),
    *(("timm", dict(input_size=square, crop_pct=0.9, interpolation=i)) for i in ("nearest", "box", "hamming", "lanczos")),
    ("timm", dict(input_size=square, crop_pct=0.8, crop_mode="border", mean=[0.5, 0.5, 0.5])),
    *(("torchvision", dict(resizeSize=r, cropSize=c)) for r, c in ((40, 32), (32, 32), (35, 32), (36, 33), (20, 33), (21, 32))),
    ("torchvision", dict(resizeSize=38, cropSize=32, interpolation="bicubic")),
    *(("transformers", dict(image_processor_type="ViTImageProcessor", size=dict(height=24, width=41), resample=r)) for r in range(6)),
    ("transformers", dict(size=32)),
    ("transformers", dict(feature_extractor_type="ViTFeatureExtractor", size=[24, 41])),
    ("transformers", dict(feature_extractor_type="DeiTFeatureExtractor", size=37, crop_size=32, resample=3)),
    ("transformers", dict(image_processor_type="DeiTImageProcessorFast", size=dict(height=20, width=45), crop_size=dict(height=33, width=32))),
    ("transformers", dict(image_processor_type="CLIPImageProcessor", size=37, crop_size=32)),
    *(("transformers", dict(image_processor_type="BitImageProcessor", size=dict(shortest_edge=s), crop_size=dict(height=c, width=c))) for s, c in ((37, 32), (36, 33), (20, 33), (21, 32))),
    ("transformers", dict(image_processor_type="BitImageProcessor", do_resize=False, crop_size=32)),
    ("transformers", dict(image_processor_type="PvtImageProcessor", size=33)),
    ("transformers", dict(image_processor_type="BeitImageProcessor", size=33)),
    ("transformers", dict(image_processor_type="SiglipImageProcessor", size=dict(height=33, width=31))),
]


def make_framing():
    resize, rows = Image.Image.resize, []
    for source, config in configurations:
        results = []
        for w, h in sizes:
            asked = [(w, h)]
            Image.Image.resize = lambda self, size, *a, **k: (asked.append(tuple(size)), resize(self, size, *a, **k))[1]
            try:
                a = uint8_result(source, config, noise(w, h))
            except ValueError as error:
                if "must be > 0" not in str(error):
                    raise
                continue  # Pillow refuses a side of zero
            finally:
                Image.Image.resize = resize
            results.append([w, h, *(int(v) for v in asked[-1]), zlib.crc32(np.ascontiguousarray(a).tobytes())])
        rows.append(dict(source=source, config=config, results=results))
    write("framing.json", rows)


def make_normalised():
    picture, rows = noise(37, 29), []
    for source, config in (
        ("timm", dict(input_size=[3, 9, 9])),
        ("timm", dict(input_size=[3, 9, 9], crop_mode="border", mean=[0.5, 0.4, 0.3], std=[0.25, 0.5, 0.3], crop_pct=0.8)),
        ("timm", dict(input_size=[3, 9, 9], mean=[0, 0, 0], std=[1, 1, 1])),
        ("torchvision", dict(resizeSize=11, cropSize=9)),
        ("transformers", dict(size=9)),
        ("transformers", dict(size=9, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])),
        ("transformers", dict(size=9, do_normalize=False, rescale_factor=0.01)),
        ("transformers", dict(size=9, do_rescale=False, image_mean=120, image_std=60)),
        ("transformers", dict(image_processor_type="CLIPImageProcessor", size=9, crop_size=9)),
        ("transformers", dict(image_processor_type="PvtImageProcessor", size=9)),
    ):
        if source == "timm":
            a = timm_transform(config, True)(picture).numpy()
        elif source == "torchvision":
            a = torchvision_transform(config)(picture).numpy()
        else:
            a = np.asarray(transformers_processor(config)(picture, input_data_format="channels_last")["pixel_values"][0])
        rows.append(dict(source=source, config=config, values=base64_of(a.transpose(1, 2, 0).astype("<f4"))))
    write("normalised.json", rows)


if __name__ == "__main__":
    make_images()
    make_framing()
    make_normalised()

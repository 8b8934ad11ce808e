"""Writes augmented.json: checksums of what Pillow makes of noise, by operation and argument.

    python packages/data/src/__fixtures__/make_augmented.py

Made with Pillow 12.3, alone. Each row: operation, width, height, argument, interpolation, CRC-32 of the uint8 result. The
operations are named as timm names them; "Hue" is torchvision's adjust_hue.
"""
import json, os, random, zlib
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
modes = dict(nearest=Image.NEAREST, bilinear=Image.BILINEAR, bicubic=Image.BICUBIC)
fill = (124, 116, 104)


def noise(width, height):
    """The picture of that name in pictures.ts."""
    return Image.frombytes("RGB", (width, height), bytes((i * 2654435761 & 0xFFFFFFFF) >> 24 for i in range(width * height * 3)))


def hue(image, factor):
    h, s, v = image.convert("HSV").split()
    turned = Image.frombytes("L", h.size, bytes(byte + int(factor * 255) & 255 for byte in h.tobytes()))
    return Image.merge("HSV", (turned, s, v)).convert("RGB")


def enhance(kind):
    return lambda image, factor: kind(image).enhance(factor)


def affine(matrix):
    return lambda image, a, mode: image.transform(image.size, Image.AFFINE, matrix(a), resample=modes[mode], fillcolor=fill)


plain = {"AutoContrast": ImageOps.autocontrast, "Equalize": ImageOps.equalize}
single = {
    "Color": (enhance(ImageEnhance.Color), (0, 2.5)),
    "Contrast": (enhance(ImageEnhance.Contrast), (0, 2.5)),
    "Brightness": (enhance(ImageEnhance.Brightness), (0, 2.5)),
    "Sharpness": (enhance(ImageEnhance.Sharpness), (0, 2.5)),
    "Solarize": (ImageOps.solarize, (0, 256)),
    "GaussianBlur": (lambda image, a: image.filter(ImageFilter.GaussianBlur(a)), (0.05, 6)),
    "Hue": (hue, (-0.5, 0.5)),
}
moved = {
    "Rotate": (lambda image, a, mode: image.rotate(a, resample=modes[mode], fillcolor=fill), (-180, 180)),
    "ShearX": (affine(lambda a: (1, a, 0, 0, 1, 0)), (-1, 1)),
    "ShearY": (affine(lambda a: (1, 0, 0, a, 1, 0)), (-1, 1)),
    "TranslateX": (affine(lambda a: (1, 0, a, 0, 1, 0)), (-20, 20)),
    "TranslateY": (affine(lambda a: (1, 0, 0, 0, 1, a)), (-20, 20)),
}

draws = random.Random(0)
rows = []
for width, height in [(1, 1), (2, 1), (1, 5), (3, 2), (7, 5), (32, 32), (33, 17)]:
    image = noise(width, height)
    row = lambda name, argument, mode, made: rows.append([name, width, height, argument, mode, zlib.crc32(made.tobytes())])
    for name, make in plain.items():
        row(name, None, None, make(image))
    for name, (make, limits) in single.items():
        argument = round(draws.uniform(*limits), 3)
        row(name, argument, None, make(image, argument))
    for name, (make, limits) in moved.items():
        for argument in (round(draws.uniform(*limits), 3), *((90, 180) if name == "Rotate" else (1, -1))):
            for mode in modes:
                row(name, argument, mode, make(image, argument, mode))

with open(os.path.join(here, "augmented.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]\n")

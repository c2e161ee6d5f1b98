"""Images of every type of PNG, with what scikit-image, SciPy and Pillow say about pairs of them: one JSON object per line.

The files are written here, so that every colour type, depth, filter, interlacing and kind of compressed block occurs; Pillow reads them back
where it can, as a second opinion about their pixels.
"""
import base64
import io
import json
import random
import struct
import sys
import zlib

import numpy as np
import scipy.fftpack
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def pack_row(samples, depth):
    if depth == 16:
        return samples.astype(">u2").tobytes()
    if depth == 8:
        return samples.astype(np.uint8).tobytes()
    bits = "".join(format(int(value), f"0{depth}b") for value in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def filtered(row, above, kind, back):
    out = bytearray([kind])
    for index, value in enumerate(row):
        left = row[index - back] if index >= back else 0
        up = above[index]
        corner = above[index - back] if index >= back else 0
        if kind == 0:
            guess = 0
        elif kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            estimate = left + up - corner
            distances = [abs(estimate - left), abs(estimate - up), abs(estimate - corner)]
            guess = (left, up, corner)[distances.index(min(distances))]
        out.append((value - guess) & 255)
    return bytes(out)


def png(samples, kind, depth, interlace, compress, palette=None, transparency=None):
    """A PNG of samples[height, width, channel]."""
    height, width, channels = samples.shape
    back = max(1, channels * depth // 8)
    raw = b""
    for x0, y0, dx, dy in PASSES if interlace else [(0, 0, 1, 1)]:
        part = samples[y0::dy, x0::dx]
        if part.size == 0:
            continue
        above = None
        for number, line in enumerate(part):
            row = pack_row(line.reshape(-1), depth)
            raw += filtered(row, above or bytes(len(row)), number % 5, back)
            above = row
    data = compress(raw)
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace))]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette.astype(np.uint8).tobytes()))
    if transparency is not None:
        parts.append(chunk(b"tRNS", transparency))
    parts.append(chunk(b"tEXt", b"Comment\0of the test"))
    # Cut anywhere.
    cut = random.randrange(len(data) + 1)
    parts += [chunk(b"IDAT", data[:cut]), chunk(b"IDAT", data[cut:]), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def compressor(level, strategy=zlib.Z_DEFAULT_STRATEGY):
    def compress(raw):
        engine = zlib.compressobj(level, zlib.DEFLATED, 15, 9, strategy)
        return engine.compress(raw) + engine.flush()

    return compress


COMPRESSORS = [compressor(0), compressor(1), compressor(9), compressor(6, zlib.Z_FIXED), compressor(6, zlib.Z_HUFFMAN_ONLY)]


def scaled(values, depth):
    most = 2**depth - 1
    return ((values.astype(np.int64) * 255 + most // 2) // most).astype(np.uint8)


def picture(rng, height, width, channels, most):
    """Soft shapes, so that all metrics are far from their ends."""
    y, x = np.mgrid[0:height, 0:width]
    layers = []
    for _ in range(channels):
        a, b, c = rng.uniform(0.02, 0.3, 3)
        wave = 0.5 + 0.25 * np.sin(a * x + b * y) + 0.25 * np.cos(c * x * y / 20)
        layers.append(np.clip(wave, 0, 1) * most)
    return np.stack(layers, axis=-1).round().astype(np.int64)


def noisy(rng, samples, most):
    return np.clip(samples + rng.normal(0, most * 0.06, samples.shape).round().astype(np.int64), 0, most)


def pixels(samples, kind, depth, palette, transparency):
    """What is compared: the channels that the image has, at 8 bits."""
    if kind == 3:
        colours = palette[samples[..., 0]].astype(np.uint8)
        if transparency is None:
            return colours
        alphas = np.full(len(palette), 255, np.uint8)
        alphas[: len(transparency)] = np.frombuffer(transparency, np.uint8)
        return np.dstack([colours, alphas[samples[..., 0]]])
    found = scaled(samples, depth)
    if transparency is None:
        return found
    key = np.array(struct.unpack(f">{len(transparency) // 2}H", transparency))
    alpha = np.where((samples == key).all(axis=-1), 0, 255).astype(np.uint8)
    return np.dstack([found, alpha])


def metrics(one, other):
    flat = one.shape[-1] == 1
    a, b = (one[..., 0], other[..., 0]) if flat else (one, other)
    axis = None if flat else -1
    small = min(a.shape[:2])
    out = {"psnr": float(peak_signal_noise_ratio(a, b, data_range=255)) if (a != b).any() else None}
    if small >= 7:
        out["ssim"] = float(structural_similarity(a, b, data_range=255, channel_axis=axis))
    if small >= 9:
        out["ssim9"] = float(structural_similarity(a, b, data_range=255, channel_axis=axis, win_size=9))
    if small >= 11:
        out["gaussian"] = float(structural_similarity(a, b, data_range=255, channel_axis=axis, gaussian_weights=True))
    return out


def bits(flags):
    return format(int("".join("1" if flag else "0" for flag in flags.flatten()), 2), "016x")


def hashes(data):
    """dHash and pHash as the package imagehash defines them."""
    gray = Image.open(io.BytesIO(data)).convert("L")
    small = np.asarray(gray.resize((9, 8), Image.LANCZOS))
    wave = np.asarray(gray.resize((32, 32), Image.LANCZOS)).astype(np.float64)
    low = scipy.fftpack.dct(scipy.fftpack.dct(wave, axis=0), axis=1)[:8, :8]
    return {"dhash": bits(small[:, 1:] > small[:, :-1]), "phash": bits(low > np.median(low))}


def main(seed):
    random.seed(seed)
    rng = np.random.default_rng(seed)
    kinds = [(0, depth) for depth in (1, 2, 4, 8, 16)] + [(3, depth) for depth in (1, 2, 4, 8)]
    kinds += [(kind, depth) for kind in (2, 4, 6) for depth in (8, 16)]
    number = 0
    for kind, depth in kinds:
        for interlace in (0, 1):
            for keyed in (False, True) if kind in (0, 2, 3) else (False,):
                number += 1
                height, width = (int(side) for side in rng.integers(1, 70, 2))
                if number % 3:
                    height, width = max(height, 24), max(width, 24)
                most = 2**depth - 1
                channels = CHANNELS[kind]
                palette = rng.integers(0, 256, (most + 1, 3)) if kind == 3 else None
                one = picture(rng, height, width, channels, most)
                other = noisy(rng, one, most)
                transparency = None
                if keyed and kind == 3:
                    transparency = bytes(rng.integers(0, 256, (most + 2) // 2).astype(np.uint8))
                elif keyed:
                    transparency = struct.pack(f">{channels}H", *one[0, 0])
                files = [
                    png(each, kind, depth, interlace, COMPRESSORS[(number + at) % len(COMPRESSORS)], palette, transparency)
                    for at, each in enumerate((one, other))
                ]
                eights = [pixels(each, kind, depth, palette, transparency) for each in (one, other)]
                if depth == 8 and transparency is None:
                    for data, known in zip(files, eights):
                        read = np.asarray(Image.open(io.BytesIO(data)).convert({0: "L", 2: "RGB", 3: "RGB", 4: "LA", 6: "RGBA"}[kind]))
                        assert (read.reshape(known.shape) == known).all(), "Pillow reads something else"
                record = {
                    "name": f"type {kind}, {depth} bits, {width} x {height}{', interlaced' if interlace else ''}{', transparent' if keyed else ''}",
                    "files": [base64.b64encode(data).decode() for data in files],
                    "metrics": metrics(*eights),
                }
                # Pillow clips 16 bits, and mixes transparency in.
                if depth != 16 and transparency is None:
                    record["hashes"] = [hashes(data) for data in files]
                print(json.dumps(record))
    for form in ("PNG", "JPEG", "WEBP"):
        for options in ({}, {"lossless": True}, {"progressive": True}):
            width, height = (int(side) for side in rng.integers(1, 400, 2))
            shape = (height, width, 4 if form == "WEBP" and options == {} else 3)
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, shape).astype(np.uint8)).save(buffer, form, **options)
            data = base64.b64encode(buffer.getvalue()).decode()
            print(json.dumps({"name": f"{form} {options}", "info": [form.lower(), width, height], "files": [data]}))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)

#!/usr/bin/env python3
"""Oracle vectors for stored weights: code books, quantisers and packing, computed with PyTorch and NumPy in float64 (written with Debian's python3-torch 1.13).

    python3 tests/oracles/weights.py > engine/src/test/resources/headroom/engine/compute/kernel/weights.json

Inputs are float32 numbers from a fixed seed, written with nine digits, so they are exact in JSON.
"""
import json
import numpy as np
import torch

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)

NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
       0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]
# the table of bitsandbytes, by code 0 to 15, before it is divided by 12
FP4 = [0, 0.0625, 8.0, 12.0, 4.0, 6.0, 2.0, 3.0, -0, -0.0625, -8.0, -12.0, -4.0, -6.0, -2.0, -3.0]


def normal_float(bits):
    """bitsandbytes' create_normal_map and LQ-LoRA's for other numbers of bits: quantiles by the inverse error function."""
    half = 2 ** (bits - 1)
    offset = 1 - 0.5 * (1 / (2 * 2 ** bits) + 1 / (2 * 2 ** bits - 2))
    quantile = lambda p: np.sqrt(2) * torch.erfinv(2 * torch.as_tensor(p) - 1).numpy()
    up = quantile(np.linspace(offset, 0.5, half + 1)[:-1])
    down = -quantile(np.linspace(offset, 0.5, half)[:-1])
    levels = np.sort(np.concatenate([up, down, [0.0]]))
    return levels / levels.max()


def pack(codes, bits):
    """A string of bits, the first code first, each code from its high bit: read off as bytes. For three bits this is what eight codes in three bytes come to."""
    ones = "".join(format(int(c), "0%db" % bits) for c in codes)
    return [int(ones[i:i + 8], 2) for i in range(0, len(ones), 8)]


def draw(*shape):
    x = np.float32(torch.randn(*shape).numpy())
    x[0, :8] = 0
    return x


W = draw(6, 64)


def flat(a):
    return [float("%.8g" % v) for v in np.asarray(a, dtype=np.float64).reshape(-1)]


def exact(a):
    return [float("%.9g" % v) for v in np.asarray(a).reshape(-1)]


def book(name, levels, bits, block):
    levels = np.asarray(levels, dtype=np.float64)
    rows = W.astype(np.float64).reshape(-1, block)
    scales = np.abs(rows).max(1)
    codes = np.abs(rows[:, :, None] / scales[:, None, None] - levels).argmin(2)
    return dict(name=name, bits=bits, block=block, levels=flat(levels), scales=exact(scales), bytes=pack(codes.reshape(-1), bits),
                back=flat(levels[codes] * scales[:, None]))


def integers(bits, group, symmetric, half):
    rows = W.astype(np.float64).reshape(-1, group)
    top = 2 ** (bits - 1) - 1 if symmetric else 2 ** bits - 1
    low, high = np.minimum(rows.min(1), 0), np.maximum(rows.max(1), 0)
    scales = np.abs(rows).max(1) / top if symmetric else (high - low) / top
    scales = np.float64(np.float16(np.float32(scales)) if half else np.float32(scales))
    if symmetric:
        q = np.clip(np.rint(rows / scales[:, None]), -top, top)
        return dict(bits=bits, group=group, symmetric=True, half=half, scales=exact(scales), bytes=pack((q + 2 ** (bits - 1)).reshape(-1), bits),
                    back=flat(q * scales[:, None]))
    z = np.clip(np.rint(-low / scales), 0, top)
    q = np.clip(np.rint(rows / scales[:, None]) + z[:, None], 0, top)
    return dict(bits=bits, group=group, symmetric=False, half=half, scales=exact(scales), zeros=[int(v) for v in z], bytes=pack(q.reshape(-1), bits),
                back=flat((q - z[:, None]) * scales[:, None]))


books = [book("nf%d" % b, NF4 if b == 4 else normal_float(b), b, 32) for b in (2, 3, 4, 8)] + [book("fp4", sorted(v / 12 for v in FP4), 4, 64)]
print(json.dumps(dict(shape=[6, 64], w=exact(W), nf4=flat(normal_float(4)), books=books,
                      integers=[integers(b, g, s, h) for b in (2, 3, 4, 8) for g in (16, 64) for s in (True, False) for h in (True, False)]), separators=(",", ":")))

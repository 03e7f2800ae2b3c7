#!/usr/bin/env python3
"""Oracle vectors for the LoRA family, computed by PyTorch's autograd in float64 (any version from 1.13 on; written with Debian's python3-torch).

    python3 tests/oracles/lora_family.py > engine/src/test/resources/headroom/engine/model/lora_family.json

Inputs are drawn from a fixed seed and rounded to multiples of 1/64, so that they are exact in JSON. The weight and its bias are frozen; everything else has a gradient.
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(12)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return (torch.round(torch.randn(*shape) * 64) / 64).requires_grad_(True)


def tensor(t):
    return dict(shape=list(t.shape), data=[float("%.15g" % v) for v in t.detach().reshape(-1).tolist()])


def entry(inputs, frozen, y, **more):
    dy = torch.round(torch.randn(*y.shape) * 64) / 64
    y.backward(dy)
    return dict(inputs={n: tensor(t) for n, t in inputs.items()}, frozen={n: tensor(t) for n, t in frozen.items()},
                gradients={n: tensor(t.grad) for n, t in inputs.items()}, y=tensor(y), dy=tensor(dy), **more)


N, IN, OUT, R = 6, 7, 5, 3


def lora(scale):
    x, a, b, w, c = draw(N, IN), draw(R, IN), draw(OUT, R), draw(OUT, IN), draw(OUT)
    return entry(dict(x=x, a=a, b=b), dict(w=w, c=c), F.linear(x, w, c) + scale * F.linear(F.linear(x, a), b), scale=scale)


def dora(scale, exact):
    """The definition: the changed weight whole, its rows divided by their norms and stretched by m. Detached: the norm is a constant of the backward pass."""
    x, a, b, m, w, c = draw(N, IN), draw(R, IN), draw(OUT, R), draw(OUT), draw(OUT, IN), draw(OUT)
    changed = w + scale * b @ a
    norm = changed.norm(dim=1)
    changed = changed * (m / (norm if exact else norm.detach()))[:, None]
    return entry(dict(x=x, a=a, b=b, m=m), dict(w=w, c=c), F.linear(x, changed, c), scale=scale, exact=exact)


def vera():
    x, d, l, w, c = draw(N, IN), draw(R), draw(OUT), draw(OUT, IN), draw(OUT)
    a, b = draw(R, IN), draw(OUT, R)
    return entry(dict(x=x, d=d, l=l), dict(w=w, c=c, turned=a.t().contiguous(), out=b), F.linear(x, w, c) + l * F.linear(d * F.linear(x, a), b))


def triplet(scale):
    x, a, e, b, w, c = draw(N, IN), draw(R, IN), draw(R), draw(OUT, R), draw(OUT, IN), draw(OUT)
    return entry(dict(x=x, a=a, e=e, b=b), dict(w=w, c=c), F.linear(x, w, c) + scale * x @ (b @ torch.diag(e) @ a).t(), scale=scale)


print(json.dumps(dict(lora=[lora(2.0), lora(0.25)], dora=[dora(2.0, False), dora(0.5, True)], vera=[vera()], triplet=[triplet(1.5)]), separators=(",", ":")))

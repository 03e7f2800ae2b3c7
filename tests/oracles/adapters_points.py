#!/usr/bin/env python3
"""Oracle vectors for adapters at points, computed by PyTorch's autograd in float64 (any version from 1.13 on; written with Debian's python3-torch).

    python3 tests/oracles/adapters_points.py > engine/src/test/resources/headroom/engine/model/adapters_points.json

Inputs are drawn from a fixed seed and rounded to multiples of 1/64, so that they are exact in JSON.
"""
import json
import math
import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return (torch.round(torch.randn(*shape) * 64) / 64).requires_grad_(True)


def entry(inputs, y, **more):
    dy = torch.round(torch.randn(*y.shape) * 64) / 64
    y.backward(dy)
    tensor = lambda t: dict(shape=list(t.shape), data=[float("%.15g" % v) for v in t.detach().reshape(-1).tolist()])
    return dict(inputs={n: tensor(t) for n, t in inputs.items()}, gradients={n: tensor(t.grad) for n, t in inputs.items()}, y=tensor(y), dy=tensor(dy), **more)


def gate():
    z, l = draw(7, 5), draw(5)
    return entry(dict(z=z, l=l), z * l)


def bottleneck(scale):
    h, down, b1, up, b2 = draw(6, 8), draw(3, 8), draw(3), draw(8, 3), draw(8)
    return entry(dict(h=h, down=down, b1=b1, up=up, b2=b2), h + scale * F.linear(F.silu(F.linear(h, down, b1)), up, b2), scale=scale)


def prefix(batch, length, heads, groups, width, p, lengths, causal):
    """Keys and values joined as [P; K], heads repeated for their group, one mask: the textbook form, of which the engine never makes the joined tensors."""
    q, k, v = draw(batch * length, heads * width), draw(batch * length, groups * width), draw(batch * length, groups * width)
    pk, pv = draw(p, groups * width), draw(p, groups * width)
    split = lambda x, n: x.view(-1, length, n, width).transpose(1, 2)
    front = lambda x: x.view(1, p, groups, width).transpose(1, 2).expand(batch, -1, -1, -1)
    spread = lambda x: x.repeat_interleave(heads // groups, 1)
    keys = spread(torch.cat([front(pk), split(k, groups)], 2))
    values = spread(torch.cat([front(pv), split(v, groups)], 2))
    scores = split(q, heads) @ keys.transpose(2, 3) / math.sqrt(width)
    hidden = torch.cat([torch.zeros(batch, p, dtype=torch.bool), torch.arange(length)[None, :] >= torch.tensor(lengths)[:, None]], 1)
    scores = scores.masked_fill(hidden[:, None, None, :], -math.inf)
    if causal:
        scores = scores.masked_fill(torch.ones(length, p + length).triu(p + 1).bool(), -math.inf)
    y = (torch.softmax(scores, -1) @ values).transpose(1, 2).reshape(batch * length, heads * width)
    return entry(dict(q=q, k=k, v=v, pk=pk, pv=pv), y, heads=heads, groups=groups, lengths=lengths, causal=causal)


print(json.dumps(dict(gate=gate(), bottleneck=[bottleneck(1.0), bottleneck(4.0)],
                      prefix=[prefix(2, 5, 4, 4, 3, 3, [5, 3], False), prefix(2, 5, 4, 2, 3, 2, [5, 5], True), prefix(2, 4, 3, 1, 4, 1, [4, 2], False)]), separators=(",", ":")))

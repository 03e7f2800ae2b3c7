#!/usr/bin/env python3
"""Oracle vectors for the kernels, computed by PyTorch's autograd in float64 (any version from 1.13 on; written with Debian's python3-torch).

    python3 tests/oracles/kernels.py > engine/src/test/resources/headroom/engine/compute/kernel/oracles.json

Inputs are drawn from a fixed seed and rounded to multiples of 1/64, so that they are exact in JSON and in float32.
"""
import json
import math
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return torch.round(torch.randn(*shape) * 64) / 64


def flat(t):
    return [float("%.12g" % v) for v in t.detach().reshape(-1).tolist()]


def attention(batch, length, heads, width, lengths, causal):
    n, d = batch * length, heads * width
    q, k, v, dy = draw(n, d), draw(n, d), draw(n, d), draw(n, d)
    for x in (q, k, v):
        x.requires_grad_(True)
    split = lambda x: x.view(batch, length, heads, width).transpose(1, 2)
    scores = split(q) @ split(k).transpose(2, 3) / math.sqrt(width)
    hidden = torch.arange(length)[None, :] >= torch.tensor(lengths)[:, None]
    scores = scores.masked_fill(hidden[:, None, None, :], -math.inf)
    if causal:
        scores = scores.masked_fill(torch.ones(length, length).triu(1).bool(), -math.inf)
    y = (torch.softmax(scores, -1) @ split(v)).transpose(1, 2).reshape(n, d)
    y.backward(dy)
    return dict(heads=heads, lengths=lengths, causal=causal, shape=[n, d], q=flat(q), k=flat(k), v=flat(v), dy=flat(dy), y=flat(y),
                dq=flat(q.grad), dk=flat(k.grad), dv=flat(v.grad))


def layer_norm():
    x, w, b, dy = draw(5, 12), draw(12), draw(12), draw(5, 12)
    for t in (x, w, b):
        t.requires_grad_(True)
    y = F.layer_norm(x, [12], w, b, 1e-12)
    y.backward(dy)
    return dict(shape=[5, 12], x=flat(x), w=flat(w), b=flat(b), dy=flat(dy), y=flat(y), dx=flat(x.grad), dw=flat(w.grad), db=flat(b.grad))


def gelu(approximate):
    x, dy = draw(40) * 2, draw(40)
    x.requires_grad_(True)
    y = F.gelu(x, approximate=approximate)
    y.backward(dy)
    return dict(shape=[40], x=flat(x), dy=flat(dy), y=flat(y), dx=flat(x.grad))


def cross_entropy():
    x = draw(7, 9) * 3
    x.requires_grad_(True)
    targets = torch.tensor([0, 8, -100, 3, 3, -100, 5])
    loss = F.cross_entropy(x, targets, ignore_index=-100, reduction="none")
    F.cross_entropy(x, targets, ignore_index=-100).backward()
    return dict(shape=[7, 9], x=flat(x), targets=targets.tolist(), loss=flat(loss), dx=flat(x.grad), counted=5)


def adamw():
    w = draw(30)
    start = flat(w)
    w.requires_grad_(True)
    optimizer = torch.optim.AdamW([w], lr=0.02, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.1)
    gradients, weights = [], []
    for _ in range(4):
        g = draw(30)
        w.grad = g.clone()
        optimizer.step()
        gradients.append(flat(g))
        weights.append(flat(w))
    state = optimizer.state[w]
    return dict(rate=0.02, beta1=0.9, beta2=0.98, eps=1e-6, decay=0.1, start=start, gradients=gradients, weights=weights, m=flat(state["exp_avg"]), v=flat(state["exp_avg_sq"]))


def nf4():
    levels = torch.tensor([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
                           0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
                           0.7229568362236023, 1.0])
    w = draw(192)
    w[64:70] = 0.0
    scales = w.view(-1, 64).abs().amax(1)
    codes = (w.view(-1, 64, 1) / scales[:, None, None] - levels).abs().argmin(2)
    packed = codes.view(-1, 2)
    return dict(w=flat(w), scales=flat(scales), bytes=(packed[:, 0] * 16 + packed[:, 1]).tolist(), back=flat(levels[codes] * scales[:, None]))


def rope():
    """Llama's half-split rotation written with complex numbers: pair (a, b) of a head turns by the angle of its position."""
    length, heads, width, theta = 6, 2, 8, 10000.0
    x = draw(2 * length, heads * width)
    angles = torch.outer(torch.arange(length) + 3.0, theta ** (-torch.arange(0, width, 2) / width))
    h = x.view(2, length, heads, 2, width // 2)
    turned = torch.complex(h[:, :, :, 0], h[:, :, :, 1]) * torch.polar(torch.ones_like(angles), angles)[None, :, None]
    y = torch.stack([turned.real, turned.imag], 3).reshape(2 * length, heads * width)
    return dict(first=3, length=length, heads=heads, width=width, theta=theta, shape=list(x.shape), x=flat(x), y=flat(y))


print(json.dumps(dict(attention=[attention(2, 5, 3, 4, [5, 3], False), attention(2, 6, 2, 8, [6, 6], True)], layerNorm=layer_norm(), gelu=gelu("none"),
                      geluTanh=gelu("tanh"), crossEntropy=cross_entropy(), adamw=adamw(), nf4=nf4(), rope=rope()), separators=(",", ":")))

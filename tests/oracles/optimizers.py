#!/usr/bin/env python3
"""Oracle vectors for the optimizer slot, computed in float64 by PyTorch's own optimizers where it has them, else by the formulas of the papers written out here.

    python3 tests/oracles/optimizers.py > engine/src/test/resources/headroom/engine/recipe/optimizer/oracles.json

Weights and gradients are drawn from a fixed seed and rounded to multiples of 1/64, so that they are exact in JSON and in float32. Each case has the weights after each step.
"""
import json
import math
import torch

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
STEPS = 5


def draw(*shape):
    return torch.round(torch.randn(*shape) * 64) / 64


def flat(t):
    return [float("%.14g" % v) for v in t.detach().reshape(-1).tolist()]


def case(shape, step, **knobs):
    """step(w, g, t, state) -> new w, t from 1."""
    w = draw(*shape)
    gradients = [draw(*shape) for _ in range(STEPS)]
    out = dict(shape=list(shape), start=flat(w), gradients=[flat(g) for g in gradients], weights=[], **knobs)
    state = {}
    for t, g in enumerate(gradients, 1):
        w = step(w.clone(), g.clone(), t, state)
        out["weights"].append(flat(w))
    return out


def torch_optimizer(shape, make, **knobs):
    p = torch.nn.Parameter(torch.zeros(*shape))
    optimizer = []

    def step(w, g, t, state):
        if t == 1:
            with torch.no_grad():
                p.copy_(w)
            optimizer.append(make([p]))
        p.grad = g
        optimizer[0].step()
        return p.detach().clone()

    return case(shape, step, **knobs)


def lion(shape, rate, beta1, beta2, decay):
    def step(w, g, t, s):
        m = s.get("m", torch.zeros_like(w))
        u = torch.sign(beta1 * m + (1 - beta1) * g)
        s["m"] = beta2 * m + (1 - beta2) * g
        return w * (1 - rate * decay) - rate * u

    return case(shape, step, rate=rate, beta1=beta1, beta2=beta2, decay=decay)


def rms(x):
    return math.sqrt((x * x).mean().item())


def adafactor(shape, rate, beta1, relative, scaled, decay):
    def step(w, g, t, s):
        beta = 1 - t ** -0.8
        q = g * g + 1e-30
        if len(shape) == 2:
            r = beta * s.get("r", torch.zeros(shape[0])) + (1 - beta) * q.mean(1)
            c = beta * s.get("c", torch.zeros(shape[1])) + (1 - beta) * q.mean(0)
            s["r"], s["c"] = r, c
            v = torch.outer(r, c) / r.mean()
        else:
            v = s["v"] = beta * s.get("v", torch.zeros(shape)) + (1 - beta) * q
        u = g / v.sqrt()
        u = u / max(1.0, rms(u) / 1.0)
        rho = min(rate, 1 / math.sqrt(t)) if relative else rate
        alpha = rho * max(1e-3, rms(w)) if scaled else rho
        u = alpha * u
        if beta1 > 0:
            s["m"] = u = beta1 * s.get("m", torch.zeros_like(w)) + (1 - beta1) * u
        return w * (1 - alpha * decay) - u

    return case(shape, step, rate=rate, beta1=beta1, relative=relative, scaled=scaled, decay=decay)


def galore(shape, rate, rank, refresh, scale, beta1, beta2, eps):
    """AdamW on the gradient projected on its leading singular vectors; eps before the bias correction. With one basis the signs of
    singular vectors cancel in the step."""
    left = shape[0] < shape[1]

    def step(w, g, t, s):
        if (t - 1) % refresh == 0:
            u, _, vh = torch.linalg.svd(g, full_matrices=False)
            s["p"] = u[:, :rank] if left else vh[:rank].t()
        r = s["p"].t() @ g if left else g @ s["p"]
        m = s["m"] = beta1 * s.get("m", torch.zeros_like(r)) + (1 - beta1) * r
        v = s["v"] = beta2 * s.get("v", torch.zeros_like(r)) + (1 - beta2) * r * r
        n = m / (v.sqrt() + eps) * math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
        return w - rate * scale * (s["p"] @ n if left else n @ s["p"].t())

    return case(shape, step, rate=rate, rank=rank, refresh=refresh, scale=scale, beta1=beta1, beta2=beta2, eps=eps)


def channel_scaling(shape, rate, alpha, growth, beta1, beta2, eps, whole):
    """APOLLO with the identity for its projection: Adam sees the whole gradient."""
    channels = 0 if shape[0] < shape[1] else 1

    def step(w, g, t, s):
        m = s["m"] = beta1 * s.get("m", torch.zeros_like(g)) + (1 - beta1) * g
        v = s["v"] = beta2 * s.get("v", torch.zeros_like(g)) + (1 - beta2) * g * g
        n = m / (v.sqrt() + eps)
        if whole:
            scaled = g * n.norm() / (g.norm() + 1e-8)
        else:
            scaled = g * n.norm(dim=channels, keepdim=True) / (g.norm(dim=channels, keepdim=True) + 1e-8)
        size = scaled.norm().item()
        if "last" in s and size > growth * s["last"]:
            scaled = scaled * growth * s["last"] / size
            size = growth * s["last"]
        s["last"] = size
        return w - rate * math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * math.sqrt(alpha) * scaled

    return case(shape, step, rate=rate, alpha=alpha, growth=growth, beta1=beta1, beta2=beta2, eps=eps, whole=whole)


def dynamic8():
    """One step of quantising: a block of 300 numbers in blocks of 256, by a search for the nearest level."""
    def book(signed):
        levels = [0.0, 1.0]
        for i in range(7):
            parts = 2 ** i if signed else 2 ** (i + 1)
            for k in range(parts):
                level = 10.0 ** (i - 6) * (0.1 + 0.9 * (k + 0.5) / parts)
                levels += [level, -level] if signed else [level]
        return torch.tensor(sorted(levels)).float().double()

    out = {}
    for name, signed in (("signed", True), ("unsigned", False)):
        x = draw(300)
        x = x * 10 ** torch.randint(-6, 1, (300,)).double()
        root = x.float()
        # what a second moment takes in: the square of a float32, rounded to float32
        x = (root if signed else root * root).double()
        levels = book(signed)
        codes, scales = [], []
        for block in x.split(256):
            c = block.abs().max()
            scales.append(c)
            codes += (block[:, None] / c - levels[None, :]).abs().argmin(1).tolist()
        out[name] = dict(gradient=[float(v) for v in root.double().tolist()], x=[float(v) for v in x.tolist()], codes=codes, scales=[float(c) for c in scales])
    return out


def main():
    adam = lambda **k: (lambda ps: torch.optim.AdamW(ps, **k))
    sgd = lambda **k: (lambda ps: torch.optim.SGD(ps, **k))
    print(json.dumps(dict(
        adamw=[torch_optimizer(s, adam(lr=0.1, betas=(0.9, 0.99), eps=1e-3, weight_decay=0.1), rate=0.1, beta1=0.9, beta2=0.99, eps=1e-3, decay=0.1) for s in ((5, 7), (13,))],
        sgd=[torch_optimizer(s, sgd(lr=0.1, momentum=mu, nesterov=n, weight_decay=0.1), rate=0.1, momentum=mu, nesterov=n, decay=0.1)
             for s in ((5, 7), (13,)) for mu, n in ((0.0, False), (0.9, False), (0.9, True))],
        lion=[lion(s, 0.1, 0.9, 0.99, 0.1) for s in ((5, 7), (13,))],
        adafactor=[adafactor(s, rate, b1, rel, sc, d) for s in ((5, 7), (7, 3), (13,))
                   for rate, b1, rel, sc, d in ((0.01, 0.0, True, True, 0.0), (0.1, 0.0, False, False, 0.1), (0.1, 0.9, False, True, 0.1))],
        galore=[galore(s, 0.1, 2, 100, 0.5, 0.9, 0.99, 1e-6) for s in ((5, 7), (7, 4))],
        channelScaling=[channel_scaling(s, 0.1, 4.0, 1.01, 0.9, 0.999, 1e-6, whole) for s in ((5, 7), (7, 4)) for whole in (False, True)],
        dynamic8=dynamic8())))


main()

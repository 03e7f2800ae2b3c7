#!/usr/bin/env python3
"""Oracle vectors for the forms of weight gradients and for choosing by magnitude, computed by PyTorch in float64 (written with Debian's python3-torch).

    python3 tests/oracles/supports.py > engine/src/test/resources/headroom/engine/tape/supports.json

Inputs are drawn from a fixed seed and rounded to multiples of 1/64, so that they are exact in JSON and in float32. The gradients come from autograd on the loss
sum(y * dy), one example at a time where a form is per example, and not from the products that the engine uses.
"""
import json
import torch

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
B, T, OUT, IN, V = 3, 4, 10, 14, 6


def draw(*shape):
    return torch.round(torch.randn(*shape) * 64) / 64


def flat(t):
    return [float("%.12g" % v) for v in t.detach().reshape(-1).tolist()]


def grads(forward, parameter, dy):
    """The gradient of the whole batch, and that of each example alone."""
    each = []
    for b in range(B):
        p = parameter.clone().requires_grad_(True)
        mask = torch.zeros(B * T, 1)
        mask[b * T:(b + 1) * T] = 1
        (forward(p) * dy * mask).sum().backward()
        each.append(p.grad)
    return sum(each), torch.stack([(g * g).sum() for g in each])


x, dy, w = draw(B * T, IN), draw(B * T, OUT), draw(OUT, IN)
g, per_example = grads(lambda p: x @ p.t(), w, dy)
columns, rows = [1, 4, 5, 13], [0, 3, 9]
picks = torch.stack([torch.randperm(IN)[:3].sort().values for _ in range(OUT)])
entries = torch.randperm(OUT * IN)[:17].sort().values
left, right = draw(OUT, 3), draw(IN, 2)
linear = dict(columns=columns, rows=rows, picks=picks.reshape(-1).tolist(), entries=entries.tolist(), g=flat(g), at_columns=flat(g[:, columns]), at_rows=flat(g[rows]),
              at_block=flat(g[2:7]), at_picks=flat(g.gather(1, picks)), at_entries=flat(g.reshape(-1)[entries]), left=flat(left), right=flat(right),
              project_left=flat(left.t() @ g), project_right=flat(g @ right), squares=flat((g * g).sum()), per_example=flat(per_example), upstream=flat((dy * dy).sum(1)))

ids = torch.randint(0, V, (B * T,))
table, te = grads(lambda p: p[ids], draw(V, OUT), dy)
bias, be = grads(lambda p: p.expand(B * T, OUT), draw(OUT), dy)
positions, pe = grads(lambda p: p.repeat(B, 1), draw(T, OUT), dy)

a = w.abs().reshape(-1)
order = torch.sort(a, stable=True)
large = torch.sort(-a, stable=True)
k = 60
magnitude = dict(k=k, kth=flat(order.values[k - 1]), small=order.indices[:k].sort().values.tolist(), large=large.indices[:k].sort().values.tolist(),
                 top=torch.sort(-w.abs(), dim=1, stable=True).indices[:, :3].sort(1).values.reshape(-1).tolist(),
                 bottom=torch.sort(w.abs(), dim=1, stable=True).indices[:, :3].sort(1).values.reshape(-1).tolist(),
                 within=int((a <= 0.5).sum()), columns=flat((w * w).sum(0)))

print(json.dumps(dict(batch=B, length=T, out=OUT, input=IN, vocabulary=V, x=flat(x), dy=flat(dy), w=flat(w), linear=linear, magnitude=magnitude, ids=ids.tolist(),
                      table=dict(g=flat(table), per_example=flat(te)), bias=dict(g=flat(bias), per_example=flat(be)),
                      positions=dict(g=flat(positions), per_example=flat(pe))), separators=(",", ":")))

#!/usr/bin/env python3
"""Oracle vectors for integers chosen by calibration inputs (GPTQ), computed with NumPy in float64 (written with Debian's python3-numpy).

    python3 tests/oracles/gptq.py > engine/src/test/resources/headroom/engine/compute/kernel/gptq.json

The sweep is written as its paper derives it, without a Cholesky factor: after each column the inverse of the Hessian is reduced by that column, and what is lost goes to the columns that are
left in the proportions of the reduced inverse. Inputs are multiples of 1/64, exact in JSON and in float32.
"""
import json
import numpy as np

DAMP = 0.01
random = np.random.RandomState(5)


def draw(*shape):
    return np.round(random.randn(*shape) * 64) / 64


def flat(x):
    return [float("%.12g" % v) for v in np.asarray(x, np.float64).reshape(-1)]


def range_of(rows, bits, symmetric):
    if symmetric:
        top = 2 ** (bits - 1) - 1
        s = np.abs(rows).max(1) / top
        return np.where(s == 0, 1, s), np.zeros(len(rows)), -top, top
    top = 2 ** bits - 1
    low, high = np.minimum(rows.min(1), 0), np.maximum(rows.max(1), 0)
    s = (high - low) / top
    s = np.where(s == 0, 1, s)
    return s, np.clip(np.rint(-low / s), 0, top), 0, top


def sweep(w, h, bits, group, symmetric):
    left, back = w.copy(), np.zeros_like(w)
    inverse = np.linalg.inv(h)
    for i in range(w.shape[1]):
        if i % group == 0:
            s, z, low, high = range_of(left[:, i:i + group], bits, symmetric)
        back[:, i] = (np.clip(np.rint(left[:, i] / s) + z, low, high) - z) * s
        lost = left[:, i] - back[:, i]
        left[:, i + 1:] -= np.outer(lost / inverse[i, i], inverse[i, i + 1:])
        # the column is settled: the inverse of what is left of the Hessian
        inverse = inverse - np.outer(inverse[:, i], inverse[i]) / inverse[i, i]
    return back


def rounded(w, bits, group, symmetric):
    rows = w.reshape(-1, group)
    s, z, low, high = range_of(rows, bits, symmetric)
    return ((np.clip(np.rint(rows / s[:, None]) + z[:, None], low, high) - z[:, None]) * s[:, None]).reshape(w.shape)


def output_error(w, back, x):
    return float(np.linalg.norm(x @ (w - back).T) / np.linalg.norm(x @ w.T))


W = draw(8, 32)
X = draw(80, 32) @ np.round(np.eye(32) * 8 + random.randn(32, 32) * 4) / 8
X = np.round(X * 64) / 64
H = 2 * X.T @ X
H += DAMP * np.mean(np.diag(H)) * np.eye(32)
cases = []
for bits in (2, 3, 4):
    for group in (16, 32):
        for symmetric in (True, False):
            back = sweep(W, H, bits, group, symmetric)
            cases.append(dict(bits=bits, group=group, symmetric=symmetric, back=flat(back), error=output_error(W, back, X), rounded=output_error(W, rounded(W, bits, group, symmetric), X)))
print(json.dumps(dict(rows=8, columns=32, inputs=80, damp=DAMP, w=flat(W), x=flat(X), cases=cases), separators=(",", ":")))

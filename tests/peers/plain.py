#!/usr/bin/env python3
"""The workloads of docs/performance.md in plain PyTorch, and the LoRA one with PEFT where it can be imported: what a person would write without Headroom.

    python3 tests/peers/plain.py [WORKLOAD ...] [--seconds 10] [--rows B] [--length T]

Needs a Python with torch 2.0 or newer; without one it says so and exits with 0, so that it can stand in any script. Weights are random: what is asked for is speed and memory.
One workload a process, as everywhere: peak memory is the process's own. Run it with LD_PRELOAD set to jemalloc (docs/decisions/0002) for the other half of the table.
"""
import argparse
import importlib.util
import json
import math
import statistics
import subprocess
import sys
import time

WORKLOADS = ["minilm-f32", "minilm-bf16", "decoder-full", "decoder-lora", "decoder-qlora", "decoder-mezo", "decoder-lora-peft"]

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.utils.checkpoint import checkpoint
except ImportError:
    print("no torch in this Python (%s): nothing to compare with, which is no failure" % sys.executable)
    sys.exit(0)
if int(torch.__version__.split(".")[0]) < 2:
    print("torch %s is older than 2.0: no fused attention, so no fair peer; nothing is run, which is no failure" % torch.__version__)
    sys.exit(0)

NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534,
       0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170036976941, 0.7229568362236023, 1.0]


class LoraLinear(nn.Module):
    """y = W x + (alpha / r) B A x with W frozen, plain or in NF4 codes (two a byte, blocks of 64) that are decoded whenever the layer is called."""

    def __init__(self, base, rank, alpha, coded):
        super().__init__()
        self.shape, self.scale, self.dtype = base.weight.shape, alpha / rank, base.weight.dtype
        if coded:
            w = base.weight.detach().float().view(-1, 64)
            scale = w.abs().amax(1)
            book = torch.tensor(NF4)
            i = torch.bucketize(w / scale[:, None], (book[1:] + book[:-1]) / 2).view(-1, 2)
            self.register_buffer("codes", (i[:, 0] * 16 + i[:, 1]).to(torch.uint8))
            self.register_buffer("scales", scale)
            self.register_buffer("book", book)
        else:
            self.weight = nn.Parameter(base.weight.detach(), requires_grad=False)
        self.a = nn.Parameter(torch.empty(rank, self.shape[1], dtype=self.dtype).uniform_(-1, 1) / math.sqrt(self.shape[1]))
        self.b = nn.Parameter(torch.zeros(self.shape[0], rank, dtype=self.dtype))

    def dense(self):
        if not hasattr(self, "codes"):
            return self.weight
        i = torch.stack([self.codes >> 4, self.codes & 15], 1).view(-1)
        w = self.book.index_select(0, i.int()).view(-1, 64) * self.scales[:, None]
        return w.view(self.shape).to(self.dtype)

    def forward(self, x):
        return F.linear(x, self.dense()) + F.linear(F.linear(x, self.a), self.b) * self.scale


class EncoderLayer(nn.Module):
    def __init__(self, d, heads, f):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (nn.Linear(d, d) for _ in range(4))
        self.up, self.down = nn.Linear(d, f), nn.Linear(f, d)
        self.norm1, self.norm2 = nn.LayerNorm(d, eps=1e-12), nn.LayerNorm(d, eps=1e-12)

    def forward(self, x):
        b, t, d = x.shape
        split = lambda y: y.view(b, t, self.heads, -1).transpose(1, 2)
        a = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(x)), split(self.v(x)))
        x = self.norm1(self.out(a.transpose(1, 2).reshape(b, t, d)) + x)
        return self.norm2(self.down(F.gelu(self.up(x))) + x)


class MiniLM(nn.Module):
    def __init__(self, d=384, layers=6, heads=12, f=1536, vocab=30522, positions=512):
        super().__init__()
        self.vocab = vocab
        self.tokens, self.positions, self.types = nn.Embedding(vocab, d), nn.Embedding(positions, d), nn.Embedding(2, d)
        self.norm = nn.LayerNorm(d, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(d, heads, f) for _ in range(layers))
        self.head = nn.Linear(d, 2)

    def loss(self, ids):
        x = self.tokens(ids) + self.types(torch.zeros_like(ids)) + self.positions(torch.arange(ids.shape[1]))
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x)
        return F.cross_entropy(self.head(x.mean(1)).float(), ids[:, 0] % 2)


class RmsNorm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        h = x.float()
        return self.weight * (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


class DecoderLayer(nn.Module):
    def __init__(self, d, heads, groups, f):
        super().__init__()
        self.heads, self.groups, w = heads, groups, d // heads
        self.norm1, self.norm2 = RmsNorm(d), RmsNorm(d)
        self.q, self.k, self.v, self.out = (nn.Linear(i, o, bias=False) for i, o in ((d, d), (d, groups * w), (d, groups * w), (d, d)))
        self.gate, self.up, self.down = nn.Linear(d, f, bias=False), nn.Linear(d, f, bias=False), nn.Linear(f, d, bias=False)

    def forward(self, x, cos, sin):
        b, t, d = x.shape
        split = lambda y, n: y.view(b, t, n, -1).transpose(1, 2)
        half = d // self.heads // 2
        turn = lambda y: y * cos + torch.cat([-y[..., half:], y[..., :half]], -1) * sin
        repeat = lambda y: y[:, :, None].expand(b, self.groups, self.heads // self.groups, t, 2 * half).reshape(b, self.heads, t, 2 * half)
        h = self.norm1(x)
        q, k, v = turn(split(self.q(h), self.heads)), repeat(turn(split(self.k(h), self.groups))), repeat(split(self.v(h), self.groups))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(a.transpose(1, 2).reshape(b, t, d))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class SmolLM2(nn.Module):
    """The shape of SmolLM2-135M; the head is the table."""

    def __init__(self, d=576, layers=30, heads=9, groups=3, f=1536, vocab=49152):
        super().__init__()
        self.vocab, self.width, self.checkpoints = vocab, d // heads, False
        self.tokens = nn.Embedding(vocab, d)
        self.layers = nn.ModuleList(DecoderLayer(d, heads, groups, f) for _ in range(layers))
        self.norm = RmsNorm(d)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02)

    def loss(self, ids):
        x = self.tokens(ids)
        angle = torch.arange(ids.shape[1])[:, None] * 100000.0 ** (-torch.arange(0, self.width, 2) / self.width)
        angle = torch.cat([angle, angle], 1)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        if self.checkpoints and torch.is_grad_enabled():
            x.requires_grad_()
        for layer in self.layers:
            x = checkpoint(layer, x, cos, sin, use_reentrant=False) if self.checkpoints and torch.is_grad_enabled() else layer(x, cos, sin)
        logits = F.linear(self.norm(x), self.tokens.weight).float()
        return F.cross_entropy(logits[:, :-1].reshape(-1, self.vocab), ids[:, 1:].reshape(-1))


def with_pairs(model, rank, alpha, coded):
    model.requires_grad_(False)
    for layer in model.layers:
        for name, site in list(layer.named_children()):
            if isinstance(site, nn.Linear):
                setattr(layer, name, LoraLinear(site, rank, alpha, coded))


class AdamWStep:
    """torch.optim.AdamW on float32 copies of what trains, as the recipe has it; in float32 on the weights themselves."""

    def __init__(self, parameters, rate, limit):
        self.live, self.limit = [p for p in parameters if p.requires_grad], limit
        self.copies = [p if p.dtype == torch.float32 else nn.Parameter(p.detach().float()) for p in self.live]
        self.optimizer = torch.optim.AdamW(self.copies, lr=rate, weight_decay=0.01)

    def __call__(self, loss):
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.live, self.limit)
        for p, c in zip(self.live, self.copies):
            if c is not p:
                c.grad, p.grad = p.grad.float(), None
        self.optimizer.step()
        self.optimizer.zero_grad()
        with torch.no_grad():
            for p, c in zip(self.live, self.copies):
                if c is not p:
                    p.copy_(c)


class MezoStep:
    """θ + εz, a loss, θ − εz, a loss, θ again and the step along z, in place; z is drawn anew each time."""

    def __init__(self, model, rate, epsilon=1e-3):
        self.model, self.rate, self.epsilon, self.number = model, rate, epsilon, 0

    def shift(self, c):
        torch.manual_seed(self.number)
        for p in self.model.parameters():
            p.add_(torch.normal(0.0, 1.0, p.shape, dtype=p.dtype), alpha=c)

    @torch.no_grad()
    def __call__(self, ids):
        self.number += 1
        self.shift(self.epsilon)
        plus = self.model.loss(ids)
        self.shift(-2 * self.epsilon)
        minus = self.model.loss(ids)
        self.shift(self.epsilon)
        self.shift(-self.rate * float(plus - minus) / (2 * self.epsilon))
        return float(plus)


def peft_model():
    """The same shape by transformers, with LoRA by PEFT; None where either cannot be imported."""
    if not (importlib.util.find_spec("peft") and importlib.util.find_spec("transformers")):
        return None
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM
    config = LlamaConfig(vocab_size=49152, hidden_size=576, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3, intermediate_size=1536, max_position_embeddings=8192,
                         rms_norm_eps=1e-5, rope_theta=100000.0, tie_word_embeddings=True)
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))
    model.vocab = 49152
    model.loss = lambda ids: model(input_ids=ids, labels=ids).loss
    return model


def prepared(name):
    """A model and a function that makes one step on ids and gives the loss."""
    encoder = name.startswith("minilm")
    if name.endswith("peft"):
        model = peft_model()
        if model is None:
            return None, None
    else:
        model = MiniLM() if encoder else SmolLM2()
        if not name.endswith("f32") and not name.endswith("mezo"):
            model = model.to(torch.bfloat16)
        if "lora" in name:
            with_pairs(model, 16, 32, "qlora" in name)
            model.checkpoints = "qlora" in name
    if name.endswith("mezo"):
        return model, MezoStep(model, 1e-4)
    step = AdamWStep(model.parameters(), 5e-5, 1.0)

    def train(ids):
        loss = model.loss(ids)
        step(loss)
        return float(loss)
    return model, train


def status(key):
    try:
        with open("/proc/self/status") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith(key + ":"))
    except (OSError, StopIteration):
        return 0


def faults():
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def measured(name, seconds, rows, length):
    start = status("VmRSS")
    model, train = prepared(name)
    if model is None:
        print("%s: no peft and transformers in this Python, left out" % name)
        return
    ids = torch.randint(0, model.vocab, (rows, length), generator=torch.Generator().manual_seed(1))
    first = train(ids)
    for _ in range(2):
        train(ids)
    times, before = [], faults()
    while len(times) < 3 or sum(times) < seconds and len(times) < 20:
        begin = time.perf_counter()
        train(ids)
        times.append(time.perf_counter() - begin)
    print(json.dumps(dict(workload=name, side="plain PyTorch " + torch.__version__, tokensPerSecond=rows * length / statistics.median(times), steps=len(times), processPeak=status("VmHWM"),
                          growth=status("VmHWM") - start, faults=(faults() - before) / len(times), loss=first)))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("workloads", nargs="*", default=WORKLOADS)
    p.add_argument("--seconds", type=float, default=10)
    p.add_argument("--rows", type=int, default=0)
    p.add_argument("--length", type=int, default=0)
    a = p.parse_args()
    if len(a.workloads) == 1:
        encoder = a.workloads[0].startswith("minilm")
        measured(a.workloads[0], a.seconds, a.rows or (32 if encoder else 4), a.length or (128 if encoder else 512))
        return
    for name in a.workloads:
        subprocess.run([sys.executable, __file__, name, "--seconds", str(a.seconds), "--rows", str(a.rows), "--length", str(a.length)], check=True)


if __name__ == "__main__":
    main()

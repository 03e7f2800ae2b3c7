# attention in bf16 by products of blocks that are large enough for the processor's own bf16 products: the scores of several heads and texts at a time, some 819,200.  b texts of T
# tokens: q, out [b·T, H·D]; k, v [b·T, K·D]; lse [b, H, T] and masks [b, T] in float32. A block is [m, n, z]: m key heads of all its texts, n rows of the query heads that read each, z keys.
# Its probabilities exist in bf16 alone: powers(q, k, shift) gives e^(q kᵀ + shift) from sums in float32, and what is to be added to a row of scores stands beside q and k as two more columns
  def narrow_rows(self: __torch__.Kernels, t: int, r: int, causal: bool) -> int:
    if causal and t > 256:
      return max(32, min(176, 819200 // (r * t)))
    return min(t, max(32, 819200 // (r * t)))
  def narrow_heads(self: __torch__.Kernels, t: int, r: int, kh: int, causal: bool) -> int:
    return min(kh, max(1, 819200 // (r * self.narrow_rows(t, r, causal) * t)))
  def narrow_texts(self: __torch__.Kernels, b: int, t: int, h: int, kh: int, causal: bool) -> int:
    if self.narrow_heads(t, h // kh, kh, causal) < kh:
      return 1
    return min(b, max(1, 819200 // (h * self.narrow_rows(t, h // kh, causal) * t)))
  # rows i to j of heads e to e + m of every text, a view [b, j-i, m, D]
  def heads_of(self: __torch__.Kernels, x: Tensor, b: int, i: int, j: int, e: int, m: int, d: int) -> Tensor:
    return torch.slice(torch.slice(torch.view(x, [b, x.shape[0] // b, x.shape[1] // d, d]), 1, i, j), 2, e, e + m)
  # the same with the r query heads of each key head one below the other [b m/r, r (j-i), D]
  def heads_below(self: __torch__.Kernels, x: Tensor, r: int) -> Tensor:
    b, n, m, d = x.shape[0], x.shape[1], x.shape[2], x.shape[3]
    return torch.contiguous(torch.reshape(torch.transpose(x, 1, 2), [b * m // r, r * n, d]))
  # and with the heads side by side [r (j-i), b m/r, D]
  def heads_beside(self: __torch__.Kernels, x: Tensor, r: int) -> Tensor:
    b, n, m, d = x.shape[0], x.shape[1], x.shape[2], x.shape[3]
    return torch.contiguous(torch.reshape(torch.permute(torch.reshape(x, [b, n, m // r, r, d]), [3, 1, 0, 2, 4]), [r * n, b * m // r, d]))
  # c [m, n] added to x [m, n, D] as two columns of x's type whose sum is nearer to it than one can be; what it is multiplied with has ones there
  def with_addend(self: __torch__.Kernels, x: Tensor, c: Tensor) -> Tensor:
    d = x.shape[2]
    y = torch.empty([x.shape[0], x.shape[1], d + 2], dtype=x.dtype)
    torch.copy_(torch.slice(y, 2, 0, d), x)
    torch.copy_(torch.select(y, 2, d), c)
    torch.copy_(torch.select(y, 2, d + 1), torch.sub(c, torch.select(y, 2, d)))
    return y
  def with_ones(self: __torch__.Kernels, x: Tensor) -> Tensor:
    d = x.shape[2]
    y = torch.ones([x.shape[0], x.shape[1], d + 2], dtype=x.dtype)
    torch.copy_(torch.slice(y, 2, 0, d), x)
    return y
  # e^(q kᵀ + shift) [m, n, z] by a product in float32.  q [n, m, D], k [m, z, D], shift [b, z] for each m/b of the heads
  def wide_powers(self: __torch__.Kernels, q: Tensor, k: Tensor, shift: Tensor) -> Tensor:
    m, n, z, b = k.shape[0], q.shape[0], k.shape[1], shift.shape[0]
    x = torch.view(torch.contiguous(torch.expand(torch.view(torch.to(shift, 6), [b, 1, 1, z]), [b, m // b, n, z])), [m, n, z])
    torch.baddbmm_(x, torch.transpose(torch.to(q, 6), 0, 1), torch.transpose(torch.to(k, 6), 1, 2))
    return torch.to(torch.exp_(x), q.dtype)
  # e^(q kᵀ + shift) with zeros where a causal query, of rows i to j, would see what comes after it
  def block_powers(self: __torch__.Kernels, q: Tensor, k: Tensor, shift: Tensor, r: int, i: int, j: int, causal: bool) -> Tensor:
    p = self.powers(q, k, shift)
    if causal:
      torch.mul_(torch.slice(torch.view(p, [p.shape[0] * r, j - i, p.shape[2]]), 2, i, j), torch.tril(torch.ones([j - i, j - i], dtype=p.dtype)))
    return p
  # Σ of each row in float32; rows are widened for it a few at a time
  def block_sums(self: __torch__.Kernels, p: Tensor) -> Tensor:
    m = p.shape[0]
    l, c = torch.empty([m, p.shape[1], 1], dtype=6), max(1, 262144 // (p.shape[1] * p.shape[2]))
    for s in range((m + c - 1) // c):
      i, j = s * c, min(m, s * c + c)
      torch.copy_(torch.slice(l, 0, i, j), torch.sum(torch.slice(p, 0, i, j), [2], True, dtype=6))
    return l
  # e^(score - 40), which holds unless scores are very large or all of a row's very small: then nothing is promised, and the answer is False
  def narrow_attention(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, masks: Tensor, h: int, kh: int, causal: bool) -> bool:
    b, t, d, r = masks.shape[0], masks.shape[1], q.shape[1] // h, h // kh
    rows, heads = self.narrow_rows(t, r, causal), self.narrow_heads(t, r, kh, causal)
    shift = torch.to(torch.clamp_min(torch.sub(masks, 40.0), -30000.0), q.dtype)
    for c in range((kh + heads - 1) // heads):
      e, g = c * heads, min(heads, kh - c * heads)
      ks, vs = self.heads_below(self.heads_of(k, b, 0, t, e, g, d), 1), self.heads_below(self.heads_of(v, b, 0, t, e, g, d), 1)
      for s in range((t + rows - 1) // rows):
        i, j = s * rows, min(t, s * rows + rows)
        z = t
        if causal:
          z = j
        qs = self.heads_beside(torch.mul(self.heads_of(q, b, i, j, e * r, g * r, d), d ** -0.5), r)
        p = self.block_powers(qs, torch.slice(ks, 1, 0, z), torch.slice(shift, 1, 0, z), r, i, j, causal)
        l = self.block_sums(p)
        o = torch.div(torch.bmm(p, torch.slice(vs, 1, 0, z)), l)
        torch.copy_(torch.transpose(self.heads_of(out, b, i, j, e * r, g * r, d), 1, 2), torch.view(o, [b, g * r, j - i, d]))
        torch.copy_(torch.slice(torch.slice(lse, 1, e * r, (e + g) * r), 2, i, j), torch.view(torch.add_(torch.log_(l), 40.0), [b, g * r, j - i]))
    return self.narrow_holds(lse)
  # all log-sum-exps where e^(score - 40) is neither lost nor, beside 1, too large to be told from e^x / (1 + e^x)
  def narrow_holds(self: __torch__.Kernels, lse: Tensor) -> bool:
    least, most = torch.aminmax(lse)
    return float(least) > -30 and float(most) < 31
  # p = e^(scores - lse)/2¹⁷, dv = 2¹⁷ pᵀ dout, ds = p (dout vᵀ - Σ_D dout out), dq = 2¹⁷/√D ds k, dk = 2¹⁷ dsᵀ q/√D
  def narrow_attention_dx(self: __torch__.Kernels, dq: Tensor, dk: Tensor, dv: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, masks: Tensor, h: int, kh: int, causal: bool) -> bool:
    if not self.narrow_holds(lse):
      return False
    b, t, d, r = masks.shape[0], masks.shape[1], q.shape[1] // h, h // kh
    rows, heads = self.narrow_rows(t, r, causal), self.narrow_heads(t, r, kh, causal)
    shift = torch.to(torch.clamp_min(masks, -30000.0), q.dtype)
    for c in range((kh + heads - 1) // heads):
      e, g = c * heads, min(heads, kh - c * heads)
      ks = self.heads_below(self.heads_of(k, b, 0, t, e, g, d), 1)
      k1, v1 = self.with_ones(ks), self.with_ones(self.heads_below(self.heads_of(v, b, 0, t, e, g, d), 1))
      sk, sv = torch.zeros([b * g, t, d], dtype=6), torch.zeros([b * g, t, d], dtype=6)
      for s in range((t + rows - 1) // rows):
        i, j = s * rows, min(t, s * rows + rows)
        z, n = t, r * (j - i)
        if causal:
          z = j
        below = torch.neg(torch.add(torch.slice(torch.slice(lse, 1, e * r, (e + g) * r), 2, i, j), 11.783501))
        qb = torch.mul(self.heads_of(q, b, i, j, e * r, g * r, d), d ** -0.5)
        q1 = self.with_addend(self.heads_beside(qb, r), torch.reshape(torch.permute(torch.view(below, [b, g, r, j - i]), [2, 3, 0, 1]), [n, b * g]))
        p = self.block_powers(q1, torch.slice(k1, 1, 0, z), torch.slice(shift, 1, 0, z), r, i, j, causal)
        go = self.heads_of(dout, b, i, j, e * r, g * r, d)
        gs = self.heads_below(go, r)
        torch.add_(torch.slice(sv, 1, 0, z), torch.bmm(torch.transpose(p, 1, 2), gs), alpha=131072.0)
        dots = torch.neg_(torch.sum(torch.mul(torch.to(go, 6), self.heads_of(out, b, i, j, e * r, g * r, d)), [3]))
        g1 = self.with_addend(gs, torch.reshape(torch.transpose(dots, 1, 2), [b * g, n]))
        ds = torch.mul_(torch.bmm(g1, torch.transpose(torch.slice(v1, 1, 0, z), 1, 2)), p)
        o = torch.mul_(torch.bmm(ds, torch.slice(ks, 1, 0, z)), 131072.0 * d ** -0.5)
        torch.copy_(torch.transpose(self.heads_of(dq, b, i, j, e * r, g * r, d), 1, 2), torch.view(o, [b, g * r, j - i, d]))
        torch.add_(torch.slice(sk, 1, 0, z), torch.bmm(torch.transpose(ds, 1, 2), self.heads_below(qb, r)), alpha=131072.0)
      torch.copy_(torch.transpose(self.heads_of(dk, b, 0, t, e, g, d), 1, 2), torch.view(sk, [b, g, t, d]))
      torch.copy_(torch.transpose(self.heads_of(dv, b, 0, t, e, g, d), 1, 2), torch.view(sv, [b, g, t, d]))
    return True

# attention by products of blocks: in bf16, and backward where query heads share a key head. libtorch's fused pair multiplies small tiles, in bf16 not by the processor's own
# products, and must be given shared heads group by group.  One text a call: q, out [T, H·D]; k, v [T, K·D]; lse [H, T] and mask [T] (zeros, -inf for hidden keys) in float32, as are
# the scores and their gradients.  A block is all queries that read the same few key heads, some rows of them: [g, r R, T] scores of g key heads with r query heads each, about
# 262,144, so that what is done to them stays in the processor's cache
  def block_rows(self: __torch__.Kernels, t: int, r: int) -> int:
    return min(t, max(32, min(128, 262144 // (r * t))))
  def block_heads(self: __torch__.Kernels, t: int, r: int, kh: int) -> int:
    return min(kh, max(1, 262144 // (r * self.block_rows(t, r) * t)))
  # rows i to j of heads e to e + m of x [T, H·D], a view [m, j-i, D]
  def block_of(self: __torch__.Kernels, x: Tensor, i: int, j: int, e: int, m: int, d: int) -> Tensor:
    return torch.transpose(torch.view(torch.slice(torch.slice(x, 0, i, j), 1, e * d, (e + m) * d), [j - i, m, d]), 0, 1)
  # the same with the query heads of each key head one below the other [m/r, r (j-i), D]
  def block_below(self: __torch__.Kernels, x: Tensor, i: int, j: int, e: int, m: int, d: int, r: int) -> Tensor:
    return torch.reshape(self.block_of(x, i, j, e, m, d), [m // r, r * (j - i), d])
  # x + q kᵀ, and -inf where a causal query would see what comes after it
  def block_scores(self: __torch__.Kernels, x: Tensor, q: Tensor, k: Tensor, m: int, i: int, j: int, causal: bool) -> Tensor:
    torch.baddbmm_(x, q, k)
    if causal:
      torch.masked_fill_(torch.slice(torch.view(x, [m, j - i, x.shape[2]]), 2, i, j), torch.triu(torch.ones([j - i, j - i], dtype=11), 1), -inf)
    return x
  def block_attention(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    t, d, r = q.shape[0], q.shape[1] // h, h // kh
    rows, heads = self.block_rows(t, r), self.block_heads(t, r, kh)
    for c in range((kh + heads - 1) // heads):
      g = min(heads, kh - c * heads)
      f, m = c * heads * r, g * r
      ks, vs = torch.transpose(torch.to(self.block_of(k, 0, t, c * heads, g, d), self.wide(q)), 1, 2), self.block_of(v, 0, t, c * heads, g, d)
      for b in range((t + rows - 1) // rows):
        i, j = b * rows, min(t, b * rows + rows)
        z = t
        if causal:
          z = j
        qs = torch.mul(torch.to(self.block_below(q, i, j, f, m, d, r), self.wide(q)), d ** -0.5)
        x = torch.contiguous(torch.expand(torch.slice(mask, 0, 0, z), [g, r * (j - i), z]))
        self.block_scores(x, qs, torch.slice(ks, 2, 0, z), m, i, j, causal)
        top = torch.amax(x, [2])
        p = torch.softmax(x, 2)
        l = torch.sub_(top, torch.log_(torch.amax(p, [2])))
        torch.copy_(torch.slice(torch.slice(lse, 0, f, f + m), 1, i, j), torch.view(l, [m, j - i]))
        o = torch.bmm(torch.to(p, q.dtype), torch.slice(vs, 1, 0, z))
        torch.copy_(self.block_of(out, i, j, f, m, d), torch.view(o, [m, j - i, d]))
    return out
  # p = exp(scores - lse), dv = pᵀ dout, ds = p (dout vᵀ - Σ_D dout out)/√D, dq = ds k, dk = dsᵀ q
  def block_attention_dx(self: __torch__.Kernels, dq: Tensor, dk: Tensor, dv: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, mask: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    t, d, r = q.shape[0], q.shape[1] // h, h // kh
    rows, heads = self.block_rows(t, r), self.block_heads(t, r, kh)
    for c in range((kh + heads - 1) // heads):
      g = min(heads, kh - c * heads)
      f, m = c * heads * r, g * r
      kb = self.block_of(k, 0, t, c * heads, g, d)
      ks, vs = torch.transpose(torch.to(kb, self.wide(q)), 1, 2), torch.transpose(torch.to(self.block_of(v, 0, t, c * heads, g, d), self.wide(q)), 1, 2)
      sk, sv = torch.zeros([g, t, d], dtype=self.wide(q)), torch.zeros([g, t, d], dtype=self.wide(q))
      for b in range((t + rows - 1) // rows):
        i, j = b * rows, min(t, b * rows + rows)
        z = t
        if causal:
          z = j
        qs, gs = self.block_below(q, i, j, f, m, d, r), self.block_below(dout, i, j, f, m, d, r)
        l = torch.reshape(torch.slice(torch.slice(lse, 0, f, f + m), 1, i, j), [g, r * (j - i), 1])
        x = torch.sub(torch.slice(mask, 0, 0, z), l)
        self.block_scores(x, torch.mul(torch.to(qs, self.wide(q)), d ** -0.5), torch.slice(ks, 2, 0, z), m, i, j, causal)
        torch.exp_(x)
        torch.add_(torch.slice(sv, 1, 0, z), torch.bmm(torch.transpose(torch.to(x, q.dtype), 1, 2), gs))
        gf = torch.mul(torch.to(gs, self.wide(q)), d ** -0.5)
        s = torch.neg_(torch.sum(torch.mul(gf, self.block_below(out, i, j, f, m, d, r)), [2], True))
        y = torch.contiguous(torch.expand(s, [g, r * (j - i), z]))
        torch.baddbmm_(y, gf, torch.slice(vs, 2, 0, z))
        ds = torch.to(torch.mul_(y, x), q.dtype)
        torch.copy_(self.block_of(dq, i, j, f, m, d), torch.view(torch.bmm(ds, torch.slice(kb, 1, 0, z)), [m, j - i, d]))
        torch.add_(torch.slice(sk, 1, 0, z), torch.bmm(torch.transpose(ds, 1, 2), qs))
      torch.copy_(self.block_of(dk, 0, t, c * heads, g, d), sk)
      torch.copy_(self.block_of(dv, 0, t, c * heads, g, d), sv)
    return dq
  # all sequences of a batch. A length of zero counts as one: such a row means nothing, but must not become NaN
  def block_masks(self: __torch__.Kernels, q: Tensor, lengths: Tensor, causal: bool) -> Tensor:
    b, t = lengths.shape[0], q.shape[0] // lengths.shape[0]
    if causal:
      return torch.expand(torch.zeros([1, t], dtype=self.wide(q)), [b, t])
    return torch.view(self.padding_mask(torch.clamp_min(lengths, 1), t, self.wide(q)), [b, t])
  def text_attention(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, masks: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    if q.dtype == 15 and self.narrow_attention(out, lse, q, k, v, masks, h, kh, causal):
      return out
    t = masks.shape[1]
    for s in range(masks.shape[0]):
      i, j = s * t, s * t + t
      self.block_attention(torch.slice(out, 0, i, j), torch.select(lse, 0, s), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.select(masks, 0, s), h, kh, causal)
    return out
  def text_attention_dx(self: __torch__.Kernels, dq: Tensor, dk: Tensor, dv: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, masks: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    if q.dtype == 15 and self.narrow_attention_dx(dq, dk, dv, dout, q, k, v, out, lse, masks, h, kh, causal):
      return dq
    t = masks.shape[1]
    for s in range(masks.shape[0]):
      i, j = s * t, s * t + t
      self.block_attention_dx(torch.slice(dq, 0, i, j), torch.slice(dk, 0, i, j), torch.slice(dv, 0, i, j), torch.slice(dout, 0, i, j), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.slice(out, 0, i, j), torch.select(lse, 0, s), torch.select(masks, 0, s), h, kh, causal)
    return dq
  def attention_blocks(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    b, masks = lengths.shape[0], self.block_masks(q, lengths, causal)
    t = masks.shape[1]
    n = self.narrow_texts(b, t, h, kh, causal)
    for s in range((b + n - 1) // n):
      e, f = s * n, min(b, s * n + n)
      i, j = e * t, f * t
      self.text_attention(torch.slice(out, 0, i, j), torch.slice(lse, 0, e, f), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.slice(masks, 0, e, f), h, kh, causal)
    return out
  def attention_blocks_dx(self: __torch__.Kernels, dq: Tensor, dk: Tensor, dv: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    b, masks = lengths.shape[0], self.block_masks(q, lengths, causal)
    t = masks.shape[1]
    n = self.narrow_texts(b, t, h, kh, causal)
    for s in range((b + n - 1) // n):
      e, f = s * n, min(b, s * n + n)
      i, j = e * t, f * t
      self.text_attention_dx(torch.slice(dq, 0, i, j), torch.slice(dk, 0, i, j), torch.slice(dv, 0, i, j), torch.slice(dout, 0, i, j), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.slice(out, 0, i, j), torch.slice(lse, 0, e, f), torch.slice(masks, 0, e, f), h, kh, causal)
    return dq

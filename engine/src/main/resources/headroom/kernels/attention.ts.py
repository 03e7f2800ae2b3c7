# softmax(q kᵀ / √D + mask) v per head.  q, out [B·T, H·D]; k, v [B·T, K·D], each of the K key heads serving H/K query heads; lse [B, H, T] is the log-sum-exp of the
# scores.  lengths [B]: keys at and past a row's length are hidden.  A causal row hides what comes later, so with padding on the right no real query sees it and no mask
# is needed; the outputs at padded queries carry no meaning in either case.  Heads are views: nothing is copied where H = K, and where not, a key head is read by its
# group of query heads through a stride of zero
  def heads(self: __torch__.Kernels, x: Tensor, batch: int, count: int) -> Tensor:
    t, d = x.shape[0] // batch, x.shape[1] // count
    return torch.transpose(torch.view(x, [batch, t, count, d]), 1, 2)
  def padding_mask(self: __torch__.Kernels, lengths: Tensor, t: int, dtype: int) -> Tensor:
    hidden = torch.ge(torch.arange(t), torch.unsqueeze(lengths, 1))
    mask = torch.masked_fill_(torch.zeros([lengths.shape[0], t], dtype=dtype), hidden, -inf)
    return torch.view(mask, [lengths.shape[0], 1, 1, t])
  def key_group(self: __torch__.Kernels, x: Tensor, i: int, size: int) -> Tensor:
    return torch.expand(torch.slice(x, 1, i, i + 1), [x.shape[0], size, x.shape[2], x.shape[3]])
  def attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor]:
    b, n = lengths.shape[0], q.shape[0]
    if q.dtype != self.wide(q):
      narrow, sums = torch.empty_like(q), torch.empty([b, h, n // b], dtype=self.wide(q))
      self.attention_blocks(narrow, sums, q, k, v, lengths, h, kh, causal)
      return (narrow, sums)
    qh, ks, vs = self.heads(q, b, h), self.heads(k, b, kh), self.heads(v, b, kh)
    mask = annotate(Optional[Tensor], None)
    if not causal:
      mask = self.padding_mask(lengths, n // b, q.dtype)
    if h == kh:
      o, l = self.fused_attention(qh, ks, vs, causal, mask)
      return (torch.reshape(torch.transpose(o, 1, 2), [n, q.shape[1]]), torch.contiguous(l))
    out = torch.empty_like(q)
    oh = self.heads(out, b, h)
    lse = torch.empty([b, h, n // b], dtype=self.wide(q))
    r = h // kh
    for i in range(kh):
      o, l = self.fused_attention(torch.slice(qh, 1, i * r, i * r + r), self.key_group(ks, i, r), self.key_group(vs, i, r), causal, mask)
      torch.copy_(torch.slice(oh, 1, i * r, i * r + r), o)
      torch.copy_(torch.slice(lse, 1, i * r, i * r + r), l)
    return (out, lse)
  def attention_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor, Tensor]:
    if h == kh and q.dtype == self.wide(q):
      b, n = lengths.shape[0], q.shape[0]
      mask = annotate(Optional[Tensor], None)
      if not causal:
        mask = self.padding_mask(lengths, n // b, q.dtype)
      x, y, z = self.fused_attention_dx(self.heads(dout, b, h), self.heads(q, b, h), self.heads(k, b, h), self.heads(v, b, h), self.heads(out, b, h), lse, causal, mask)
      return (torch.reshape(torch.transpose(x, 1, 2), [n, q.shape[1]]), torch.reshape(torch.transpose(y, 1, 2), [n, k.shape[1]]), torch.reshape(torch.transpose(z, 1, 2), [n, v.shape[1]]))
    dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
    self.attention_blocks_dx(dq, dk, dv, dout, q, k, v, out, lse, lengths, h, kh, causal)
    return (dq, dk, dv)
# several texts in a row: a token sees only its own text, all of it or what is before it.  texts [N] int64 names the text of each token, -1 where there is none; the tokens of a
# text follow each other. Each text is attended to alone, so no score between two texts is ever computed; rows without a text become zero.  lse [H, N]
  def text_edges(self: __torch__.Kernels, texts: Tensor) -> Tensor:
    inner = torch.add_(torch.squeeze(torch.nonzero(torch.ne(torch.slice(texts, 0, 1), torch.slice(texts, 0, 0, -1))), 1), 1)
    return torch.constant_pad_nd(torch.constant_pad_nd(inner, [1, 0], 0), [0, 1], texts.shape[0])
  def attention_texts(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor]:
    out, lse = torch.empty_like(q), torch.empty([h, q.shape[0]], dtype=self.wide(q))
    self.attention_texts_out(out, lse, q, k, v, texts, t, h, kh, causal)
    return (out, lse)
  def attention_texts_out(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tensor:
    torch.zero_(out)
    torch.zero_(lse)
    edges, mask = self.text_edges(texts), torch.zeros([1, t], dtype=self.wide(q))
    for e in range(edges.shape[0] - 1):
      i, j = int(torch.select(edges, 0, e)), int(torch.select(edges, 0, e + 1))
      if int(torch.select(texts, 0, i)) >= 0:
        self.text_attention(torch.slice(out, 0, i, j), torch.unsqueeze(torch.slice(lse, 1, i, j), 0), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.slice(mask, 1, 0, j - i), h, kh, causal)
    return out
  def attention_texts_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor, Tensor]:
    dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
    self.attention_texts_dx_out(dq, dk, dv, dout, q, k, v, out, lse, texts, t, h, kh, causal)
    return (dq, dk, dv)
  def attention_texts_dx_out(self: __torch__.Kernels, dq: Tensor, dk: Tensor, dv: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tensor:
    for x in [dq, dk, dv]:
      torch.zero_(x)
    edges, mask = self.text_edges(texts), torch.zeros([1, t], dtype=self.wide(q))
    for e in range(edges.shape[0] - 1):
      i, j = int(torch.select(edges, 0, e)), int(torch.select(edges, 0, e + 1))
      if int(torch.select(texts, 0, i)) >= 0:
        self.text_attention_dx(torch.slice(dq, 0, i, j), torch.slice(dk, 0, i, j), torch.slice(dv, 0, i, j), torch.slice(dout, 0, i, j), torch.slice(q, 0, i, j), torch.slice(k, 0, i, j), torch.slice(v, 0, i, j), torch.slice(out, 0, i, j), torch.unsqueeze(torch.slice(lse, 1, i, j), 0), torch.slice(mask, 1, 0, j - i), h, kh, causal)
    return dq
# one new token over the first n rows of a cache.  q, out [1, H·D]; k, v [C, K·D]; the scores of its heads are [K, H/K, n]
  def attention_step(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, n: int, h: int, kh: int) -> Tensor:
    d = q.shape[1] // h
    qs = torch.view(q, [kh, h // kh, d])
    ks = torch.transpose(torch.view(torch.slice(k, 0, 0, n), [n, kh, d]), 0, 1)
    vs = torch.transpose(torch.view(torch.slice(v, 0, 0, n), [n, kh, d]), 0, 1)
    s = torch.mul_(torch.bmm(qs, torch.transpose(ks, 1, 2)), d ** -0.5)
    return torch.view(torch.bmm(torch.softmax(s, -1), vs), [1, q.shape[1]])
# the same with the probabilities p [B, H, T, T] written out and kept, for devices without the fused pair and for comparison; H = K
  def attention_plain(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, causal: bool) -> Tuple[Tensor, Tensor]:
    b, n = lengths.shape[0], q.shape[0]
    t, d = n // b, q.shape[1] // h
    qh, kh, vh = self.heads(q, b, h), self.heads(k, b, h), self.heads(v, b, h)
    s = torch.mul_(torch.matmul(qh, torch.transpose(kh, 2, 3)), d ** -0.5)
    torch.add_(s, self.padding_mask(lengths, t, q.dtype))
    if causal:
      torch.masked_fill_(s, torch.triu(torch.ones([t, t], dtype=11), 1), -inf)
    p = torch.softmax(s, -1)
    return (torch.reshape(torch.transpose(torch.matmul(p, vh), 1, 2), [n, q.shape[1]]), p)
  def attention_plain_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, p: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    b, h = p.shape[0], p.shape[1]
    n, d = q.shape[0], q.shape[1] // h
    qh, kh, vh, gh = self.heads(q, b, h), self.heads(k, b, h), self.heads(v, b, h), self.heads(dout, b, h)
    dv = torch.matmul(torch.transpose(p, 2, 3), gh)
    ds = torch.mul_(torch._softmax_backward_data(torch.matmul(gh, torch.transpose(vh, 2, 3)), p, -1, q.dtype), d ** -0.5)
    dq = torch.matmul(ds, kh)
    dk = torch.matmul(torch.transpose(ds, 2, 3), qh)
    return (torch.reshape(torch.transpose(dq, 1, 2), [n, q.shape[1]]), torch.reshape(torch.transpose(dk, 1, 2), [n, q.shape[1]]), torch.reshape(torch.transpose(dv, 1, 2), [n, q.shape[1]]))
# rotary positions, Llama's half-split form: with the halves a, b of a head,  y = (a cos - b sin, b cos + a sin).  x [B·T, H·D]; cos, sin [T, D/2]
  def rope(self: __torch__.Kernels, x: Tensor, cos: Tensor, sin: Tensor, h: int) -> Tensor:
    t, half = cos.shape[0], cos.shape[1]
    y = torch.empty_like(x)
    c, s = torch.view(torch.to(cos, x.dtype), [t, 1, half]), torch.view(torch.to(sin, x.dtype), [t, 1, half])
    xs, ys = torch.view(x, [-1, t, h, 2, half]), torch.view(y, [-1, t, h, 2, half])
    xa, xb, ya, yb = torch.select(xs, 3, 0), torch.select(xs, 3, 1), torch.select(ys, 3, 0), torch.select(ys, 3, 1)
    torch.mul(xa, c, out=ya)
    torch.addcmul_(ya, xb, s, value=-1)
    torch.mul(xb, c, out=yb)
    torch.addcmul_(yb, xa, s)
    return y
  # the rotation turned back
  def rope_dx(self: __torch__.Kernels, dy: Tensor, cos: Tensor, sin: Tensor, h: int) -> Tensor:
    return self.rope(dy, cos, torch.neg(sin), h)
  # cos and sin of (first + t) θ^(-2i/D), t < T, i < D/2: computed in float64, kept in float32
  def rope_table(self: __torch__.Kernels, first: int, t: int, d: int, theta: float) -> Tuple[Tensor, Tensor]:
    f = torch.exp(torch.mul(torch.arange(0, d, 2, dtype=7), torch.neg(torch.log(theta)) / d))
    return self.rope_table_from(first, t, f)
  # the same from given frequencies [D/2], for models that stretch them
  def rope_table_from(self: __torch__.Kernels, first: int, t: int, f: Tensor) -> Tuple[Tensor, Tensor]:
    a = torch.mul(torch.unsqueeze(torch.arange(first, first + t, dtype=7), 1), torch.to(f, 7))
    return (torch.to(torch.cos(a), 6), torch.to(torch.sin(a), 6))

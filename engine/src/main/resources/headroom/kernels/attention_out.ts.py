# twins of attention and rotary positions. The fused pair makes its own results: a few sequences at a time, so that what it makes is small when it is copied
  def attention_rows(self: __torch__.Kernels, t: int, d: int) -> int:
    return max(1, 262144 // max(1, t * d))
  def part_of_mask(self: __torch__.Kernels, mask: Optional[Tensor], i: int, j: int) -> Optional[Tensor]:
    part = annotate(Optional[Tensor], None)
    if mask is not None:
      part = torch.slice(mask, 0, i, j)
    return part
  def attention_out(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    if q.dtype != self.wide(q):
      return self.attention_blocks(out, lse, q, k, v, lengths, h, kh, causal)
    b, n = lengths.shape[0], q.shape[0]
    qh, ks, vs, oh = self.heads(q, b, h), self.heads(k, b, kh), self.heads(v, b, kh), self.heads(out, b, h)
    mask = annotate(Optional[Tensor], None)
    if not causal:
      mask = self.padding_mask(lengths, n // b, q.dtype)
    if h == kh:
      rows = self.attention_rows(n // b, q.shape[1])
      for s in range((b + rows - 1) // rows):
        i, j = s * rows, min(b, s * rows + rows)
        o, l = self.fused_attention(torch.slice(qh, 0, i, j), torch.slice(ks, 0, i, j), torch.slice(vs, 0, i, j), causal, self.part_of_mask(mask, i, j))
        torch.copy_(torch.slice(oh, 0, i, j), o)
        torch.copy_(torch.slice(lse, 0, i, j), l)
      return out
    r = h // kh
    for i in range(kh):
      o, l = self.fused_attention(torch.slice(qh, 1, i * r, i * r + r), self.key_group(ks, i, r), self.key_group(vs, i, r), causal, mask)
      torch.copy_(torch.slice(oh, 1, i * r, i * r + r), o)
      torch.copy_(torch.slice(lse, 1, i * r, i * r + r), l)
    return out
  def attention_dx_out(self: __torch__.Kernels, dqs: Tensor, dks: Tensor, dvs: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    if h == kh and q.dtype == self.wide(q):
      b, n = lengths.shape[0], q.shape[0]
      qh, ks, vs, gh, oh = self.heads(q, b, h), self.heads(k, b, h), self.heads(v, b, h), self.heads(dout, b, h), self.heads(out, b, h)
      mask = annotate(Optional[Tensor], None)
      if not causal:
        mask = self.padding_mask(lengths, n // b, q.dtype)
      rows = self.attention_rows(n // b, q.shape[1])
      for s in range((b + rows - 1) // rows):
        i, j = s * rows, min(b, s * rows + rows)
        dq, dk, dv = self.fused_attention_dx(torch.slice(gh, 0, i, j), torch.slice(qh, 0, i, j), torch.slice(ks, 0, i, j), torch.slice(vs, 0, i, j), torch.slice(oh, 0, i, j), torch.slice(lse, 0, i, j), causal, self.part_of_mask(mask, i, j))
        torch.copy_(torch.slice(self.heads(dqs, b, h), 0, i, j), dq)
        torch.copy_(torch.slice(self.heads(dks, b, h), 0, i, j), dk)
        torch.copy_(torch.slice(self.heads(dvs, b, h), 0, i, j), dv)
      return dqs
    return self.attention_blocks_dx(dqs, dks, dvs, dout, q, k, v, out, lse, lengths, h, kh, causal)
  def rope_out(self: __torch__.Kernels, y: Tensor, x: Tensor, cos: Tensor, sin: Tensor, h: int) -> Tensor:
    t, half = cos.shape[0], cos.shape[1]
    c, s = torch.view(torch.to(cos, x.dtype), [t, 1, half]), torch.view(torch.to(sin, x.dtype), [t, 1, half])
    xs, ys = torch.view(x, [-1, t, h, 2, half]), torch.view(y, [-1, t, h, 2, half])
    xa, xb, ya, yb = torch.select(xs, 3, 0), torch.select(xs, 3, 1), torch.select(ys, 3, 0), torch.select(ys, 3, 1)
    torch.mul(xa, c, out=ya)
    torch.addcmul_(ya, xb, s, value=-1)
    torch.mul(xb, c, out=yb)
    torch.addcmul_(yb, xa, s)
    return y
  def rope_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, cos: Tensor, sin: Tensor, h: int) -> Tensor:
    return self.rope_out(dx, dy, cos, torch.neg(sin), h)

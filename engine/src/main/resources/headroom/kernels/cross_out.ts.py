# twins for keys that a batch shares, and for means of texts. Heads are attended to in groups, so what the fused pair makes itself is small when it is copied
  def cross_attention_out(self: __torch__.Kernels, out: Tensor, lse: Tensor, q: Tensor, k: Tensor, v: Tensor, h: int, kh: int) -> Tensor:
    n = q.shape[0]
    qh, ks, vs, oh = self.heads(q, 1, h), self.heads(k, 1, kh), self.heads(v, 1, kh), self.heads(out, 1, h)
    ls = torch.view(lse, [1, h, n])
    if h == kh:
      c = (h + 3) // 4
      for i in range((h + c - 1) // c):
        f, t = i * c, min(h, i * c + c)
        o, l = self.fused_attention(torch.slice(qh, 1, f, t), torch.slice(ks, 1, f, t), torch.slice(vs, 1, f, t), False, None)
        torch.copy_(torch.slice(oh, 1, f, t), o)
        torch.copy_(torch.slice(ls, 1, f, t), l)
      return out
    r = h // kh
    for i in range(kh):
      o, l = self.fused_attention(torch.slice(qh, 1, i * r, i * r + r), self.key_group(ks, i, r), self.key_group(vs, i, r), False, None)
      torch.copy_(torch.slice(oh, 1, i * r, i * r + r), o)
      torch.copy_(torch.slice(ls, 1, i * r, i * r + r), l)
    return out
  def cross_attention_dx_out(self: __torch__.Kernels, dqs: Tensor, dks: Tensor, dvs: Tensor, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, h: int, kh: int) -> Tensor:
    n = q.shape[0]
    qh, ks, vs = self.heads(q, 1, h), self.heads(k, 1, kh), self.heads(v, 1, kh)
    gh, oh = self.heads(dout, 1, h), self.heads(out, 1, h)
    ls = torch.view(torch.clone(torch.transpose(lse, 0, 1), memory_format=0), [1, h, n])
    dqh, dkh, dvh = self.heads(dqs, 1, h), self.heads(dks, 1, kh), self.heads(dvs, 1, kh)
    if h == kh:
      c = (h + 3) // 4
      for i in range((h + c - 1) // c):
        f, t = i * c, min(h, i * c + c)
        dq, dk, dv = self.fused_attention_dx(torch.slice(gh, 1, f, t), torch.slice(qh, 1, f, t), torch.slice(ks, 1, f, t), torch.slice(vs, 1, f, t), torch.slice(oh, 1, f, t), torch.slice(ls, 1, f, t), False, None)
        torch.copy_(torch.slice(dqh, 1, f, t), dq)
        torch.copy_(torch.slice(dkh, 1, f, t), dk)
        torch.copy_(torch.slice(dvh, 1, f, t), dv)
      return dqs
    r = h // kh
    for i in range(kh):
      f, t = i * r, i * r + r
      dq, dk, dv = self.fused_attention_dx(torch.slice(gh, 1, f, t), torch.slice(qh, 1, f, t), self.key_group(ks, i, r), self.key_group(vs, i, r), torch.slice(oh, 1, f, t), torch.slice(ls, 1, f, t), False, None)
      torch.copy_(torch.slice(dqh, 1, f, t), dq)
      torch.copy_(torch.slice(dkh, 1, i, i + 1), torch.sum(dk, [1], True))
      torch.copy_(torch.slice(dvh, 1, i, i + 1), torch.sum(dv, [1], True))
    return dqs
  def text_mean_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, texts: Tensor) -> Tensor:
    slots = dy.shape[0]
    slot = self.text_slots(texts, slots)
    g = torch.zeros([slots + 1, dy.shape[1]], dtype=dy.dtype)
    torch.copy_(torch.slice(g, 0, 0, slots), torch.div(dy, self.text_sizes(slot, slots, self.wide(dy))))
    return torch.index_select(g, 0, slot, out=dx)
  def mean_pool_out(self: __torch__.Kernels, y: Tensor, x: Tensor, lengths: Tensor, t: int) -> Tensor:
    b, d = lengths.shape[0], x.shape[1]
    kept = torch.to(torch.lt(torch.arange(t), torch.unsqueeze(lengths, 1)), x.dtype)
    torch.bmm(torch.unsqueeze(kept, 1), torch.view(x, [b, t, d]), out=torch.unsqueeze(y, 1))
    return torch.div_(y, torch.to(torch.unsqueeze(lengths, 1), x.dtype))

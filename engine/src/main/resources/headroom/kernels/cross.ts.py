# softmax(q kᵀ / √D) v for keys that all rows of a batch share.  q, out [N, H·D]; k, v [P, K·D], each key head serving H/K query heads; lse [H, N].  The batch is one
# sequence of N queries here, so nothing is repeated for each text
  def cross_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, h: int, kh: int) -> Tuple[Tensor, Tensor]:
    n = q.shape[0]
    qh, ks, vs = self.heads(q, 1, h), self.heads(k, 1, kh), self.heads(v, 1, kh)
    if h == kh:
      o, l = self.fused_attention(qh, ks, vs, False, None)
      return (torch.reshape(torch.transpose(o, 1, 2), [n, q.shape[1]]), torch.view(torch.contiguous(l), [h, n]))
    out = torch.empty_like(q)
    oh = self.heads(out, 1, h)
    lse = torch.empty([1, h, n], dtype=self.wide(q))
    r = h // kh
    for i in range(kh):
      o, l = self.fused_attention(torch.slice(qh, 1, i * r, i * r + r), self.key_group(ks, i, r), self.key_group(vs, i, r), False, None)
      torch.copy_(torch.slice(oh, 1, i * r, i * r + r), o)
      torch.copy_(torch.slice(lse, 1, i * r, i * r + r), l)
    return (out, torch.view(lse, [h, n]))
  # p = exp(scores - lse) with the lse [B, H, T] and the out of the whole softmax, of which these keys are a part: then dq, dk and dv of the part follow as usual
  def cross_attention_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, h: int, kh: int) -> Tuple[Tensor, Tensor, Tensor]:
    n = q.shape[0]
    qh, ks, vs = self.heads(q, 1, h), self.heads(k, 1, kh), self.heads(v, 1, kh)
    gh, oh = self.heads(dout, 1, h), self.heads(out, 1, h)
    ls = torch.view(torch.clone(torch.transpose(lse, 0, 1), memory_format=0), [1, h, n])
    if h == kh:
      dq, dk, dv = self.fused_attention_dx(gh, qh, ks, vs, oh, ls, False, None)
      return (torch.reshape(torch.transpose(dq, 1, 2), [n, q.shape[1]]), torch.reshape(torch.transpose(dk, 1, 2), [k.shape[0], k.shape[1]]), torch.reshape(torch.transpose(dv, 1, 2), [v.shape[0], v.shape[1]]))
    dqs, dks, dvs = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
    dqh, dkh, dvh = self.heads(dqs, 1, h), self.heads(dks, 1, kh), self.heads(dvs, 1, kh)
    r = h // kh
    for i in range(kh):
      f, t = i * r, i * r + r
      dq, dk, dv = self.fused_attention_dx(torch.slice(gh, 1, f, t), torch.slice(qh, 1, f, t), self.key_group(ks, i, r), self.key_group(vs, i, r), torch.slice(oh, 1, f, t), torch.slice(ls, 1, f, t), False, None)
      torch.copy_(torch.slice(dqh, 1, f, t), dq)
      torch.copy_(torch.slice(dkh, 1, i, i + 1), torch.sum(dk, [1], True))
      torch.copy_(torch.slice(dvh, 1, i, i + 1), torch.sum(dv, [1], True))
    return (dqs, dks, dvs)
# two softmaxes over different keys become one:  w = σ(lse₂ - lse₁), out = out₁ + w (out₂ - out₁), lse = log(e^lse₁ + e^lse₂).  out [N, H·D], lse [B, H, T], lse₂ [H, N]
  def merge_attention_into(self: __torch__.Kernels, out: Tensor, lse: Tensor, other: Tensor, lse2: Tensor) -> Tensor:
    b, h, t = lse.shape[0], lse.shape[1], lse.shape[2]
    l2 = torch.transpose(torch.view(lse2, [h, b, t]), 0, 1)
    w = torch.unsqueeze(torch.transpose(torch.to(torch.sigmoid_(torch.sub(l2, lse)), out.dtype), 1, 2), 3)
    torch.lerp_(torch.view(out, [b, t, h, -1]), torch.view(other, [b, t, h, -1]), w)
    torch.logaddexp(lse, l2, out=lse)
    return lse

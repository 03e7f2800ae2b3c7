# the pair of softmax.ts.py by operators that every device has; all scores of a call exist at once
  def scores_of(self: __torch__.Kernels, q: Tensor, k: Tensor, causal: bool, mask: Optional[Tensor]) -> Tensor:
    s = torch.div_(torch.matmul(q, torch.transpose(k, 2, 3)), torch.sqrt(q.shape[3]))
    if mask is not None:
      torch.add_(s, mask)
    if causal:
      torch.masked_fill_(s, torch.triu(torch.ones([s.shape[2], s.shape[3]], dtype=11), 1), -inf)
    return s
  def fused_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
    s = self.scores_of(q, k, causal, mask)
    l = torch.logsumexp(s, [3])
    return (torch.matmul(torch.exp_(torch.sub_(s, torch.unsqueeze(l, 3))), v), l)
  def fused_attention_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, causal: bool, mask: Optional[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    p = torch.exp_(torch.sub_(self.scores_of(q, k, causal, mask), torch.unsqueeze(lse, 3)))
    ds = torch.matmul(dout, torch.transpose(v, 2, 3))
    torch.mul_(torch.sub_(ds, torch.sum(torch.mul(dout, out), [3], True)), p)
    torch.div_(ds, torch.sqrt(q.shape[3]))
    return (torch.matmul(ds, k), torch.matmul(torch.transpose(ds, 2, 3), q), torch.matmul(torch.transpose(p, 2, 3), dout))

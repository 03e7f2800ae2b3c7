# h += Σ_n kept[n] x[n]ᵀ x[n]: what a layer's inputs have to say about errors of its weights.  h [in, in], x [N, in], kept [N] 1 or 0 for padding
  def gram_acc(self: __torch__.Kernels, h: Tensor, x: Tensor, kept: Tensor) -> Tensor:
    wide = torch.to(x, h.dtype)
    return torch.add_(h, torch.mm(torch.t(torch.mul(wide, torch.unsqueeze(torch.to(kept, h.dtype), 1))), wide))
# U upper with UᵀU = (2h + damp mean(diag 2h) I)⁻¹, in float64 on the way.  [in, in]
  def gptq_factor(self: __torch__.Kernels, h: Tensor, damp: float) -> Tensor:
    a = torch.mul(torch.to(h, 7), 2.0)
    diagonal = torch.diagonal(a)
    torch.add_(diagonal, torch.add_(torch.mul(torch.mean(diagonal), damp), 1e-12))
    return torch.to(torch.contiguous(torch.t(torch.linalg_cholesky(torch.cholesky_inverse(torch.linalg_cholesky(a))))), h.dtype)
# integers by rows of groups, column after column: what rounding a column loses is made good in the columns after it, as far as U tells that they go together.
#   v = (clamp(round(w_i / s) + z) - z) s,  e = (w_i - v) / U_ii,  w_j ← w_j - e U_ij for j > i;  s and z of a group from its weights as they are when it is reached
  def gptq_quantise(self: __torch__.Kernels, w: Tensor, u: Tensor, bits: int, block: int, symmetric: bool, dtype: int) -> List[Tensor]:
    n, wide = w.shape[0], w.shape[1]
    codes = torch.empty([n * wide * bits // 8], dtype=0)
    scales = torch.empty([n, wide // block], dtype=dtype)
    out = [codes, torch.view(scales, [-1])]
    half = 1 << (bits - 1)
    low, high = float(1 - half), float(half - 1)
    zeros = scales
    if not symmetric:
      low, high = 0.0, float(2 * half - 1)
      zeros = torch.empty([n, wide // block], dtype=0)
      out = [codes, torch.view(scales, [-1]), torch.view(zeros, [-1])]
    left = torch.clone(torch.to(w, 6))
    factor = torch.to(u, 6)
    q = torch.empty([n, wide], dtype=3)
    s = torch.ones([n], dtype=6)
    z = torch.zeros([n], dtype=6)
    for i in range(wide):
      if i % block == 0:
        x = torch.slice(left, 1, i, i + block)
        kept = torch.select(scales, 1, i // block)
        bottom = torch.zeros_like(s)
        if symmetric:
          torch.copy_(kept, torch.div(torch.amax(torch.abs(x), [1]), high))
        else:
          bottom = torch.clamp(torch.amin(x, [1]), None, 0.0)
          torch.copy_(kept, torch.div(torch.sub(torch.clamp(torch.amax(x, [1]), 0.0, None), bottom), high))
        torch.copy_(s, torch.masked_fill(kept, torch.eq(kept, 0.0), 1.0))
        torch.copy_(z, torch.clamp_(torch.round_(torch.div(bottom, torch.neg(s))), 0.0, high))
        if not symmetric:
          torch.copy_(torch.select(zeros, 1, i // block), z)
      column = torch.select(left, 1, i)
      code = torch.clamp_(torch.add_(torch.round_(torch.div(column, s)), z), low, high)
      torch.copy_(torch.select(q, 1, i), code)
      if i + 1 < wide:
        e = torch.div(torch.sub(column, torch.mul(torch.sub(code, z), s)), torch.select(torch.select(factor, 0, i), 0, i))
        torch.sub_(torch.slice(left, 1, i + 1, wide), torch.mul(torch.unsqueeze(e, 1), torch.unsqueeze(torch.slice(torch.select(factor, 0, i), 0, i + 1, wide), 0)))
    if symmetric:
      torch.add_(q, half)
    self.pack_into(codes, torch.view(q, [-1]), bits)
    return out

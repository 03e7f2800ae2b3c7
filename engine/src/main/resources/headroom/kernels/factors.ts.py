# What adapters of two thin factors need beside their products.  A [r, in], B [out, r]
# Row norms of W + s B A without that sum (DoRA): √(‖W‖² + 2s u·b + s² (b AAᵀ)·b) row by row, from squares = ‖W‖² [out], u = W Aᵀ [out, r], b = B [out, r], g = A Aᵀ [r, r]
  def lora_row_norms(self: __torch__.Kernels, squares: Tensor, u: Tensor, b: Tensor, g: Tensor, s: float) -> Tensor:
    n = b.shape[0]
    norms = torch.clone(squares)
    wide = self.wide(b)
    gw = torch.to(g, wide)
    r = self.tile_rows(b.shape[1])
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      bw = torch.to(torch.slice(b, 0, i, j), wide)
      v = torch.mul_(torch.mm(bw, gw), s * s)
      torch.add_(v, torch.to(torch.slice(u, 0, i, j), wide), alpha=2.0 * s)
      torch.add_(torch.slice(norms, 0, i, j), torch.sum(torch.mul_(v, bw), [1]))
    return torch.sqrt_(torch.clamp_min_(norms, 0.0))
# The leading part of W [out, in] as a pair with B A = c² W_r (PiSSA): A = c √Σ_r V_rᵀ [r, in], B = c U_r √Σ_r [out, r], in the type of W
  def svd_pair(self: __torch__.Kernels, w: Tensor, rank: int, c: float) -> Tuple[Tensor, Tensor]:
    u, s, vh = torch.linalg_svd(torch.to(w, self.wide(w)), False)
    q = torch.mul_(torch.sqrt_(torch.slice(s, 0, 0, rank)), c)
    a = torch.contiguous(torch.mul(torch.slice(vh, 0, 0, rank), torch.unsqueeze(q, 1)))
    b = torch.contiguous(torch.mul(torch.slice(u, 1, 0, rank), q))
    return (torch.to(a, w.dtype), torch.to(b, w.dtype))
# Gradient of c ‖A Aᵀ - I‖_F for A [r, n]: 2c (A Aᵀ - I) A / ‖A Aᵀ - I‖_F, and of c ‖Bᵀ B - I‖_F for B [n, r] (AdaLoRA); zero where the norm is
  def orthogonal_rows_dx(self: __torch__.Kernels, a: Tensor, c: float) -> Tensor:
    w = torch.to(a, self.wide(a))
    m = self.beyond_identity(torch.mm(w, torch.t(w)))
    return torch.mm(torch.mul_(m, self.pull(m, c)), w)
  def orthogonal_columns_dx(self: __torch__.Kernels, b: Tensor, c: float) -> Tensor:
    w = torch.to(b, self.wide(b))
    m = self.beyond_identity(torch.mm(torch.t(w), w))
    return torch.mm(w, torch.mul_(m, self.pull(m, c)))
  def orthogonal_rows(self: __torch__.Kernels, a: Tensor) -> Tensor:
    w = torch.to(a, self.wide(a))
    m = self.beyond_identity(torch.mm(w, torch.t(w)))
    return torch.sqrt_(torch.sum(torch.mul_(m, m)))
  def orthogonal_columns(self: __torch__.Kernels, b: Tensor) -> Tensor:
    w = torch.to(b, self.wide(b))
    m = self.beyond_identity(torch.mm(torch.t(w), w))
    return torch.sqrt_(torch.sum(torch.mul_(m, m)))
  def beyond_identity(self: __torch__.Kernels, m: Tensor) -> Tensor:
    torch.sub_(torch.diagonal(m), 1.0)
    return m
  def pull(self: __torch__.Kernels, m: Tensor, c: float) -> Tensor:
    return torch.mul_(torch.reciprocal_(torch.clamp_min_(torch.sqrt_(torch.sum(torch.mul(m, m), [0, 1], True)), 1e-30)), 2.0 * c)
# How much a loss leans on a weight, smoothed over steps (AdaLoRA): I = |w g|;  mean ← b₁ mean + (1-b₁) I;  spread ← b₂ spread + (1-b₂) |I - mean|
  def sensitivity_into(self: __torch__.Kernels, mean: Tensor, spread: Tensor, w: Tensor, g: Tensor, b1: float, b2: float) -> Tensor:
    fm, fs = torch.view(mean, [-1]), torch.view(spread, [-1])
    fw, fg = torch.view(w, [-1]), torch.view(g, [-1])
    n = fm.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      x = torch.to(torch.slice(fw, 0, i, j), mean.dtype, False, True)
      torch.abs_(torch.mul_(x, torch.to(torch.slice(fg, 0, i, j), mean.dtype)))
      m = torch.slice(fm, 0, i, j)
      torch.add_(torch.mul_(m, b1), x, alpha=1.0 - b1)
      torch.abs_(torch.sub_(x, m))
      torch.add_(torch.mul_(torch.slice(fs, 0, i, j), b2), x, alpha=1.0 - b2)
    return mean
# Score of each triplet (column of B, number E, row of A) from means and spreads: s(E_j) + mean_k s(A_jk) + mean_o s(B_oj), s = mean times spread
  def triplet_scores(self: __torch__.Kernels, ma: Tensor, sa: Tensor, mb: Tensor, sb: Tensor, me: Tensor, se: Tensor) -> Tensor:
    scores = torch.mul(me, se)
    torch.add_(scores, self.row_dots(ma, sa), alpha=1.0 / float(ma.shape[1]))
    return torch.add_(scores, self.column_dots(mb, sb), alpha=1.0 / float(mb.shape[0]))

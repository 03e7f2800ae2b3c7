# y = (x - mean) rstd γ + β over the last axis.  x, y, dy [N, d]; γ, β [d]; mean, rstd [N], float32 (float64 for float64)
  def layer_norm(self: __torch__.Kernels, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    a = self.wide(x)
    y, mean, rstd = torch.native_layer_norm(x, [x.shape[1]], torch.to(gamma, a), torch.to(beta, a), eps)
    return (y, torch.view(mean, [-1]), torch.view(rstd, [-1]))
  # x̂ = (x - mean) rstd, g = dy γ:  dx = rstd (g - mean_d(g) - x̂ mean_d(g x̂))
  def layer_norm_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, rstd: Tensor) -> Tensor:
    g = torch.to(gamma, self.wide(x))
    dx, dg, db = torch.native_layer_norm_backward(dy, x, [x.shape[1]], torch.view(mean, [-1, 1]), torch.view(rstd, [-1, 1]), g, g, [True, False, False])
    return dx
  # dγ = Σ_N dy x̂, dβ = Σ_N dy
  def layer_norm_dw(self: __torch__.Kernels, dy: Tensor, x: Tensor, mean: Tensor, rstd: Tensor) -> Tuple[Tensor, Tensor]:
    g = torch.ones([x.shape[1]], dtype=self.wide(x))
    dx, dg, db = torch.native_layer_norm_backward(dy, x, [x.shape[1]], torch.view(mean, [-1, 1]), torch.view(rstd, [-1, 1]), g, g, [False, True, True])
    return (torch.to(dg, dy.dtype), torch.to(db, dy.dtype))
# y = x rstd γ, rstd = 1/√(mean_d(x²) + eps), in tiles of rows computed in float32
  def rms_norm(self: __torch__.Kernels, x: Tensor, gamma: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g = torch.to(gamma, a)
    y = torch.empty_like(x)
    rstd = torch.empty([n, 1], dtype=a)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      xt = torch.to(torch.slice(x, 0, i, j), a)
      rt = torch.slice(rstd, 0, i, j)
      torch.linalg_vector_norm(xt, 2.0, [1], True, out=rt)
      torch.rsqrt_(torch.add_(torch.div_(torch.mul_(rt, rt), d), eps))
      torch.copy_(torch.slice(y, 0, i, j), torch.mul_(torch.mul(xt, rt), g))
    return (y, torch.view(rstd, [-1]))
  # g = dy γ:  dx = rstd g - x rstd³ mean_d(g x)
  def rms_norm_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor, gamma: Tensor, rstd: Tensor) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g = torch.to(gamma, a)
    dx = torch.empty_like(x)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      dyt = torch.to(torch.slice(dy, 0, i, j), a)
      xt = torch.to(torch.slice(x, 0, i, j), a)
      rt = torch.slice(rstd, 0, i, j)
      p = torch.mul(dyt, xt)
      c = torch.div_(torch.mul_(torch.mul_(torch.mv(p, g), rt), torch.mul(rt, rt)), d)
      torch.mul(dyt, g, out=p)
      torch.mul_(p, torch.unsqueeze(rt, 1))
      torch.addcmul_(p, xt, torch.unsqueeze(c, 1), value=-1)
      torch.copy_(torch.slice(dx, 0, i, j), p)
    return dx
  # dγ = Σ_N dy x rstd
  def rms_norm_dw(self: __torch__.Kernels, dy: Tensor, x: Tensor, rstd: Tensor) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    dg = torch.zeros([d], dtype=a)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      p = torch.mul(torch.to(torch.slice(dy, 0, i, j), a), torch.to(torch.slice(x, 0, i, j), a))
      torch.addmv_(dg, torch.t(p), torch.slice(rstd, 0, i, j))
    return torch.to(dg, dy.dtype)

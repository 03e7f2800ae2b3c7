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
    y, rstd = torch.empty_like(x), torch.empty([x.shape[0]], dtype=self.wide(x))
    self.rms_norm_out(y, rstd, x, gamma, eps)
    return (y, rstd)
  # g = dy γ:  dx = rstd g - x rstd³ mean_d(g x)
  def rms_norm_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor, gamma: Tensor, rstd: Tensor) -> Tensor:
    return self.rms_norm_dx_out(torch.empty_like(x), dy, x, gamma, rstd)
  # dγ = Σ_N dy x rstd: that of a layer norm whose means are zero
  def rms_norm_dw(self: __torch__.Kernels, dy: Tensor, x: Tensor, rstd: Tensor) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g = torch.ones([d], dtype=a)
    dx, dg, db = torch.native_layer_norm_backward(dy, x, [d], torch.zeros([n, 1], dtype=a), torch.view(rstd, [-1, 1]), g, g, [False, True, False])
    return torch.to(dg, dy.dtype)

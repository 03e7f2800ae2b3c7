# twins of the norms. Rows are independent, so a layer norm of a tile of rows has the bits of the whole; libtorch has no form of it that writes where it is told
  def norm_tile(self: __torch__.Kernels, d: int) -> int:
    return 4 * self.tile_rows(d)
  def layer_norm_out(self: __torch__.Kernels, y: Tensor, mean: Tensor, rstd: Tensor, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g, b, r = torch.to(gamma, a), torch.to(beta, a), self.norm_tile(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      part, m, s = torch.native_layer_norm(torch.slice(x, 0, i, j), [d], g, b, eps)
      torch.copy_(torch.slice(y, 0, i, j), part)
      torch.copy_(torch.slice(mean, 0, i, j), torch.view(m, [-1]))
      torch.copy_(torch.slice(rstd, 0, i, j), torch.view(s, [-1]))
    return y
  def layer_norm_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, rstd: Tensor) -> Tensor:
    n, d = x.shape[0], x.shape[1]
    g, r = torch.to(gamma, self.wide(x)), self.norm_tile(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      part, dg, db = torch.native_layer_norm_backward(torch.slice(dy, 0, i, j), torch.slice(x, 0, i, j), [d], torch.view(torch.slice(mean, 0, i, j), [-1, 1]), torch.view(torch.slice(rstd, 0, i, j), [-1, 1]), g, g, [True, False, False])
      torch.copy_(torch.slice(dx, 0, i, j), part)
    return dx
  def rms_norm_out(self: __torch__.Kernels, y: Tensor, rstd: Tensor, x: Tensor, gamma: Tensor, eps: float) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g, r = torch.to(gamma, a), self.norm_tile(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      xt, yt = torch.to(torch.slice(x, 0, i, j), a), torch.slice(y, 0, i, j)
      rt = torch.unsqueeze(torch.slice(rstd, 0, i, j), 1)
      torch.linalg_vector_norm(xt, 2.0, [1], True, out=rt)
      torch.rsqrt_(torch.add_(torch.div_(torch.mul_(rt, rt), d), eps))
      if x.dtype == a:
        torch.mul_(torch.mul(xt, rt, out=yt), g)
      else:
        torch.copy_(yt, torch.mul_(torch.mul_(xt, rt), g))
    return y
  # libtorch's fused backward of a layer norm whose means are zero, and added to it what that takes away for the mean: rstd mean_d(g)
  def rms_norm_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor, gamma: Tensor, rstd: Tensor) -> Tensor:
    n, d, a = x.shape[0], x.shape[1], self.wide(x)
    g, r = torch.to(gamma, a), self.norm_tile(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      dyt, xt, rt = torch.to(torch.slice(dy, 0, i, j), a), torch.to(torch.slice(x, 0, i, j), a), torch.slice(rstd, 0, i, j)
      part, dg, db = torch.native_layer_norm_backward(dyt, xt, [d], torch.zeros([j - i, 1], dtype=a), torch.view(rt, [-1, 1]), g, g, [True, False, False])
      torch.add_(part, torch.unsqueeze(torch.div_(torch.mul_(torch.mv(dyt, g), rt), d), 1))
      torch.copy_(torch.slice(dx, 0, i, j), part)
    return dx

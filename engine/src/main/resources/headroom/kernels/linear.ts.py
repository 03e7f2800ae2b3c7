# y = x Wᵀ + b.  x [N, in], w [out, in], b [out], y and dy [N, out].  Products for which is_laid_out holds go into memory that is there, by the families products*
  def linear(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
    if self.is_laid_out(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.add_product(torch.zeros([x.shape[0], w.shape[0]], dtype=x.dtype), x, w)
    return torch.mm(x, torch.t(w))
  def linear_bias(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    if self.adds_to_bias(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.linear_bias_out(torch.empty([x.shape[0], w.shape[0]], dtype=x.dtype), x, w, b)
    return torch.addmm(torch.to(b, x.dtype), x, torch.t(w))
  # the same into memory that is there: y = x Wᵀ
  def linear_into(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor) -> Tensor:
    if self.is_laid_out(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.add_product(torch.zero_(y), x, w)
    return torch.mm(x, torch.t(w), out=y)
  # y += alpha x Wᵀ
  def linear_acc(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor, alpha: float) -> Tensor:
    if alpha == 1.0 and self.is_laid_out(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.add_product(y, x, w)
    return torch.addmm_(y, x, torch.t(w), alpha=alpha)
  # dx = dy W
  def linear_dx(self: __torch__.Kernels, dy: Tensor, w: Tensor) -> Tensor:
    if self.is_laid_out(dy, dy.shape[0], w.shape[0], w.shape[1]):
      return self.add_product(torch.zeros([dy.shape[0], w.shape[1]], dtype=dy.dtype), dy, torch.t(w))
    return torch.mm(dy, w)
  # dx += alpha dy W
  def linear_dx_acc(self: __torch__.Kernels, dx: Tensor, dy: Tensor, w: Tensor, alpha: float) -> Tensor:
    if alpha == 1.0 and self.is_laid_out(dy, dy.shape[0], w.shape[0], w.shape[1]):
      return self.add_product(dx, dy, torch.t(w))
    return torch.addmm_(dx, dy, w, alpha=alpha)
  # rows i to i + r of a weight, w [r, in], at a time:  y[:, i:i+r] += x wᵀ  and  dx += dy[:, i:i+r] w
  def linear_columns_acc(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor, i: int) -> Tensor:
    part = torch.slice(y, 1, i, i + w.shape[0])
    if self.is_laid_out(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.add_product(part, x, w)
    return torch.addmm_(part, x, torch.t(w))
  def linear_columns_dx_acc(self: __torch__.Kernels, dx: Tensor, dy: Tensor, w: Tensor, i: int) -> Tensor:
    part = torch.slice(dy, 1, i, i + w.shape[0])
    if self.is_laid_out(dy, dy.shape[0], w.shape[0], w.shape[1]):
      return self.add_product(dx, part, torch.t(w))
    return torch.addmm_(dx, part, w)
  # dW = dyᵀ x. A narrow one (LoRA's B) is computed lying, xᵀ dy, and turned: several times faster than a product with so few columns
  def linear_dw(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    if self.is_laid_out(x, x.shape[0], dy.shape[1], x.shape[1]):
      return self.add_outer_product(torch.zeros([dy.shape[1], x.shape[1]], dtype=x.dtype), dy, x, 1.0)
    if self.is_narrow(dy, x):
      return torch.contiguous(torch.t(torch.mm(torch.t(x), dy)))
    return torch.mm(torch.t(dy), x)
  def is_narrow(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> bool:
    return x.dtype == self.wide(x) and x.shape[1] <= 64 and dy.shape[1] > x.shape[1]
  # rows i to j of dW: dW[i:j] = dy[:, i:j]ᵀ x
  def linear_dw_rows(self: __torch__.Kernels, dy: Tensor, x: Tensor, i: int, j: int) -> Tensor:
    if self.is_laid_out(x, x.shape[0], j - i, x.shape[1]):
      return self.add_outer_product(torch.zeros([j - i, x.shape[1]], dtype=x.dtype), torch.slice(dy, 1, i, j), x, 1.0)
    return torch.mm(torch.t(torch.slice(dy, 1, i, j)), x)
  # dW += alpha dyᵀ x; a float32 sum of bf16 products takes the product first
  def linear_dw_acc(self: __torch__.Kernels, dw: Tensor, dy: Tensor, x: Tensor, alpha: float) -> Tensor:
    if dw.dtype != dy.dtype:
      return self.axpy_into(dw, self.linear_dw(dy, x), alpha)
    if self.is_laid_out(x, x.shape[0], dy.shape[1], x.shape[1]):
      return self.add_outer_product(dw, dy, x, alpha)
    if self.is_narrow(dy, x):
      return torch.add_(dw, torch.t(torch.mm(torch.t(x), dy)), alpha=alpha)
    return torch.addmm_(dw, torch.t(dy), x, alpha=alpha)
  # rows i to j of it: sum [j-i, in] += alpha dy[:, i:j]ᵀ x
  def linear_dw_rows_acc(self: __torch__.Kernels, sum: Tensor, dy: Tensor, x: Tensor, i: int, j: int, alpha: float) -> Tensor:
    if sum.dtype != dy.dtype:
      return self.axpy_into(sum, self.linear_dw_rows(dy, x, i, j), alpha)
    part = torch.slice(dy, 1, i, j)
    if self.is_laid_out(x, x.shape[0], j - i, x.shape[1]):
      return self.add_outer_product(sum, part, x, alpha)
    return torch.addmm_(sum, torch.t(part), x, alpha=alpha)
  # db = Σ_N dy, summed in float32
  def bias_db(self: __torch__.Kernels, dy: Tensor) -> Tensor:
    return torch.sum(dy, [0])
  # db += Σ_N dy, in tiles of rows so that bf16 is widened a little at a time
  def bias_db_acc(self: __torch__.Kernels, db: Tensor, dy: Tensor) -> Tensor:
    n = dy.shape[0]
    r = n
    if db.dtype != dy.dtype:
      r = self.tile_rows(dy.shape[1])
    for t in range((n + r - 1) // max(1, r)):
      torch.add_(db, torch.sum(torch.to(torch.slice(dy, 0, t * r, min(n, t * r + r)), db.dtype), [0]))
    return db

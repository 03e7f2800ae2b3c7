# Twins of the products and of what passes along with them: NAME_out(outputs…, arguments…) is NAME with its outputs written where they are told to lie, by the same operators,
# so that the results are the same bits. What libtorch cannot write there, its fused attention and its layer norm, is made a tile at a time and copied
  def linear_out(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor) -> Tensor:
    return self.linear_into(y, x, w)
  def linear_bias_out(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    if self.adds_to_bias(x, x.shape[0], x.shape[1], w.shape[0]):
      return self.add_product(torch.copy_(y, b), x, w)
    return torch.addmm(torch.to(b, x.dtype), x, torch.t(w), out=y)
  def linear_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, w: Tensor) -> Tensor:
    if self.is_laid_out(dy, dy.shape[0], w.shape[0], w.shape[1]):
      return self.add_product(torch.zero_(dx), dy, torch.t(w))
    return torch.mm(dy, w, out=dx)
  def linear_dw_out(self: __torch__.Kernels, dw: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    if self.is_laid_out(x, x.shape[0], dy.shape[1], x.shape[1]):
      return self.add_outer_product(torch.zero_(dw), dy, x, 1.0)
    if self.is_narrow(dy, x):
      return torch.copy_(dw, torch.t(torch.mm(torch.t(x), dy)))
    return torch.mm(torch.t(dy), x, out=dw)
  def linear_dw_rows_out(self: __torch__.Kernels, dw: Tensor, dy: Tensor, x: Tensor, i: int, j: int) -> Tensor:
    if self.is_laid_out(x, x.shape[0], j - i, x.shape[1]):
      return self.add_outer_product(torch.zero_(dw), torch.slice(dy, 1, i, j), x, 1.0)
    return torch.mm(torch.t(torch.slice(dy, 1, i, j)), x, out=dw)
  def bias_db_out(self: __torch__.Kernels, db: Tensor, dy: Tensor) -> Tensor:
    return torch.sum(dy, [0], out=db)
  def copy_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.copy_(y, x)
  def cast_out(self: __torch__.Kernels, y: Tensor, x: Tensor, dtype: int) -> Tensor:
    return torch.copy_(y, x)

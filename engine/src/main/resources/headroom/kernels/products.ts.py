# Float32 products of some size, where the library's own product is not taken for them: here it always is. products_onednn has the same methods
  def is_laid_out(self: __torch__.Kernels, x: Tensor, m: int, k: int, n: int) -> bool:
    return False
  def adds_to_bias(self: __torch__.Kernels, x: Tensor, m: int, k: int, n: int) -> bool:
    return False
  # y += x wᵀ
  def add_product(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor) -> Tensor:
    return torch.addmm_(y, x, torch.t(w))
  # dw += alpha dyᵀ x
  def add_outer_product(self: __torch__.Kernels, dw: Tensor, dy: Tensor, x: Tensor, alpha: float) -> Tensor:
    return torch.addmm_(dw, torch.t(dy), x, alpha=alpha)

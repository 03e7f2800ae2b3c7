# making, copying, converting and reading tensors
  def zeros(self: __torch__.Kernels, dims: List[int], dtype: int) -> Tensor:
    return torch.zeros(dims, dtype=dtype)
  def copy(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.clone(x)
  # n bytes [n · size] read as elements of a type, in a new tensor
  def from_bytes(self: __torch__.Kernels, bytes: Tensor, dims: List[int], dtype: int) -> Tensor:
    return torch.view(torch.view_copy(bytes, dtype=dtype), dims)
  def type_code(self: __torch__.Kernels, x: Tensor) -> int:
    return x.dtype
  # writes x into to, converting the element type where they differ
  def copy_into(self: __torch__.Kernels, to: Tensor, x: Tensor) -> Tensor:
    return torch.copy_(to, x)
  def rows(self: __torch__.Kernels, x: Tensor, i: int, j: int) -> Tensor:
    return torch.slice(x, 0, i, j)
  # the same values in another element type; always a new tensor
  def cast(self: __torch__.Kernels, x: Tensor, dtype: int) -> Tensor:
    return torch.to(x, dtype, False, True)
  def fill_into(self: __torch__.Kernels, x: Tensor, value: float) -> Tensor:
    return torch.fill_(x, value)
  # the element type in which x is reduced: float64 for float64, else float32
  def wide(self: __torch__.Kernels, x: Tensor) -> int:
    if x.dtype == 7:
      return 7
    return 6
  # rows of d elements that make a tile of about 65,536: small enough for a processor's second cache, so that temporaries cost little memory and less time
  def tile_rows(self: __torch__.Kernels, d: int) -> int:
    return max(1, 65536 // max(1, d))

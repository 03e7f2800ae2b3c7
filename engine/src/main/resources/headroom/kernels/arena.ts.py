# tensors that lie in the storage of a run: elements of a type from element i of the storage on, were all of it of that type
  def place(self: __torch__.Kernels, storage: Tensor, i: int, dims: List[int], dtype: int) -> Tensor:
    return torch.set_(torch.empty([0], dtype=dtype, device=storage.device), storage, i, dims)
  def zero_into(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.zero_(x)

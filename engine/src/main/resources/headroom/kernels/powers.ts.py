# e^(q kᵀ + shift) in the type of q, from sums in float32: wide_powers where there is nothing faster. powers_onednn has the same method
  def powers(self: __torch__.Kernels, q: Tensor, k: Tensor, shift: Tensor) -> Tensor:
    return self.wide_powers(q, k, shift)

# e^(q kᵀ + shift) in the type of q, from sums in float32, as wide_powers gives it for few keys.  A convolution with points in m groups is a product for
# each, and oneDNN takes the sigmoid of its sums before it rounds them: e^x / (1 + e^x), which is e^x where x is far below zero, as all are here
  def powers(self: __torch__.Kernels, q: Tensor, k: Tensor, shift: Tensor) -> Tensor:
    none = annotate(List[Optional[number]], [])
    m, n, z, b = k.shape[0], q.shape[0], k.shape[1], shift.shape[0]
    if z < 16 or n < 2:
      return self.wide_powers(q, k, shift)
    points = torch.view(torch.contiguous(k), [m * z, k.shape[2], 1, 1])
    shifts = torch.reshape(torch.expand(torch.view(shift, [b, 1, z]), [b, m // b, z]), [m * z])
    p = ops.mkldnn._convolution_pointwise(torch.permute(torch.view(q, [1, 1, n, m * q.shape[2]]), [0, 3, 1, 2]), points, shifts, [0, 0], [1, 1], [1, 1], m, "sigmoid", none, "")
    return torch.contiguous(torch.transpose(torch.reshape(torch.permute(p, [0, 2, 3, 1]), [n, m, z]), 0, 1))

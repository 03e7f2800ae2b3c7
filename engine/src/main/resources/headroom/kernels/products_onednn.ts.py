# Float32 products of some size, and bf16 products with a bias, by oneDNN, which lays a factor out anew for the processor at hand, whoever made it. Which products: by extents alone, so that a run repeats;
# LinearKernels.isLaidOut and addsToBias have the same bounds
  def is_laid_out(self: __torch__.Kernels, x: Tensor, m: int, k: int, n: int) -> bool:
    return x.dtype == 6 and m >= 192 and min(k, n) >= 64 and m * k * n >= 16777216
  # the same for a product that is added to a bias: in bf16 too, whose other products the library makes as well; not where the factor that is laid out is large
  def adds_to_bias(self: __torch__.Kernels, x: Tensor, m: int, k: int, n: int) -> bool:
    return self.is_laid_out(x, m, k, n) or x.dtype == 15 and m >= 1024 and min(k, n) >= 64 and k * n <= 4194304
  # a matrix [N, C] as one picture of N by 1 points with C channels, the channels of a point side by side
  def as_image(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.permute(torch.unsqueeze(torch.unsqueeze(x, 0), 2), [0, 3, 1, 2])
  # y += x wᵀ: a convolution with points is a product, and it is the operation that adds to memory that is there
  def add_product(self: __torch__.Kernels, y: Tensor, x: Tensor, w: Tensor) -> Tensor:
    none = annotate(List[Optional[number]], [])
    points = torch.unsqueeze(torch.unsqueeze(w, 2), 3)
    r = ops.mkldnn._convolution_pointwise_(self.as_image(y), self.as_image(x), points, None, [0, 0], [1, 1], [1, 1], 1, "add", 1.0, None, none, None)
    return y
  # dw += alpha dyᵀ x, some rows at a time: of dy and x the narrower is turned, 1,048,576 elements at most
  def add_outer_product(self: __torch__.Kernels, dw: Tensor, dy: Tensor, x: Tensor, alpha: float) -> Tensor:
    none = annotate(List[Optional[number]], [])
    n = dy.shape[0]
    parts = (n * min(dy.shape[1], x.shape[1]) + 1048575) // 1048576
    r = (n + parts - 1) // parts
    for t in range((n + r - 1) // r):
      a = torch.t(torch.slice(dy, 0, t * r, min(n, t * r + r)))
      b = torch.t(torch.slice(x, 0, t * r, min(n, t * r + r)))
      if a.shape[0] > b.shape[0]:
        torch.add_(torch.t(dw), ops.mkldnn._linear_pointwise(b, a, None, "none", none, ""), alpha=alpha)
      else:
        torch.add_(dw, ops.mkldnn._linear_pointwise(a, b, None, "none", none, ""), alpha=alpha)
    return dw

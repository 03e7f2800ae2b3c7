# element by element; all tensors of a call have one shape
  def add(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    return torch.add(a, b)
  def add_into(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    return self.axpy_into(a, b, 1.0)
  # a += c b; where the types differ, b is converted a tile at a time
  def axpy_into(self: __torch__.Kernels, a: Tensor, b: Tensor, c: float) -> Tensor:
    if a.dtype == b.dtype:
      return torch.add_(a, b, alpha=c)
    fa, fb = torch.view(a, [-1]), torch.view(b, [-1])
    n = fa.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      torch.add_(torch.slice(fa, 0, i, j), torch.to(torch.slice(fb, 0, i, j), a.dtype), alpha=c)
    return a
  def mul(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    return torch.mul(a, b)
  def mul_into(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    return torch.mul_(a, b)
  def scale(self: __torch__.Kernels, a: Tensor, c: float) -> Tensor:
    return torch.mul(a, c)
  def scale_into(self: __torch__.Kernels, a: Tensor, c: float) -> Tensor:
    return torch.mul_(a, c)
  # y = x Φ(x), with the error function (BERT); dx = dy (Φ(x) + x φ(x))
  def gelu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="none")
  def gelu_into(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu_(x, approximate="none")
  def gelu_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="none")
  def gelu_dx_into(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="none", grad_input=dy)
  # y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), GPT-2's form
  def gelu_tanh(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")
  def gelu_tanh_into(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu_(x, approximate="tanh")
  def gelu_tanh_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="tanh")
  def gelu_tanh_dx_into(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="tanh", grad_input=dy)
  # y = max(x, 0); dx = dy where x > 0 (y serves as well)
  def relu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.relu(x)
  def relu_into(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.relu_(x)
  def relu_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.threshold_backward(dy, x, 0)
  def relu_dx_into(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.threshold_backward(dy, x, 0, grad_input=dy)
  # y = x σ(x); dx = dy σ(x) (1 + x (1 - σ(x)))
  def silu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.silu(x)
  def silu_dx(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.silu_backward(dy, x)
  def silu_dx_into(self: __torch__.Kernels, dy: Tensor, x: Tensor) -> Tensor:
    return torch.silu_backward(dy, x, grad_input=dy)
  # y = silu(g) u; dg = dy u silu'(g), du = dy silu(g)
  def swiglu(self: __torch__.Kernels, g: Tensor, u: Tensor) -> Tensor:
    return torch.mul_(torch.silu(g), u)
  def swiglu_dx(self: __torch__.Kernels, dy: Tensor, g: Tensor, u: Tensor) -> Tuple[Tensor, Tensor]:
    dg = torch.mul(dy, u)
    torch.silu_backward(dg, g, grad_input=dg)
    return (dg, torch.mul_(torch.silu(g), dy))
  # y = tanh x; dx = dy (1 - y²)
  def tanh(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.tanh(x)
  def tanh_dx(self: __torch__.Kernels, dy: Tensor, y: Tensor) -> Tensor:
    return torch.tanh_backward(dy, y)
  def tanh_dx_into(self: __torch__.Kernels, dy: Tensor, y: Tensor) -> Tensor:
    return torch.tanh_backward(dy, y, grad_input=dy)
  # keeps element i with probability 1 - p, divided by it; which ones is a function of (key, offset + i) alone, so the backward direction is the same call on dy.
  # p in steps of 1/65,536: four elements share one 64-bit draw
  def dropout(self: __torch__.Kernels, x: Tensor, key: int, p: float, offset: int) -> Tensor:
    return self.dropout_into(torch.clone(x), key, p, offset)
  def dropout_into(self: __torch__.Kernels, x: Tensor, key: int, p: float, offset: int) -> Tensor:
    drop = int(p * 65536.0 + 0.5)
    torch.mul_(x, 65536.0 / float(max(1, 65536 - drop)))
    flat = torch.view(x, [-1])
    n = flat.shape[0]
    first = offset // 4
    skip = offset - first * 4
    for t in range((skip + n + 131071) // 131072):
      i = max(0, t * 131072 - skip)
      j = min(n, t * 131072 + 131072 - skip)
      lanes = self.keyed_lanes(key, first + t * 32768, (skip + j - t * 131072 + 3) // 4)
      high = torch.bitwise_right_shift(lanes, 32)
      torch.bitwise_and_(high, 4294967295)
      torch.bitwise_xor_(lanes, high)
      words = torch.slice(torch.view_copy(lanes, dtype=2), 0, i + skip - t * 131072, j + skip - t * 131072)
      torch.masked_fill_(torch.slice(flat, 0, i, j), torch.lt(words, drop - 32768), 0.0)
    return x

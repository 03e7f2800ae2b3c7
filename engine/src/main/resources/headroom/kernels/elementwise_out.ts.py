# twins of the elementwise kernels
  def add_out(self: __torch__.Kernels, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.add(a, b, out=y)
  def mul_out(self: __torch__.Kernels, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.mul(a, b, out=y)
  def scale_out(self: __torch__.Kernels, y: Tensor, a: Tensor, c: float) -> Tensor:
    return torch.mul_(torch.copy_(y, a), c)
  def gelu_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="none", out=y)
  def gelu_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="none", grad_input=dx)
  def gelu_tanh_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh", out=y)
  def gelu_tanh_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    return torch.gelu_backward(dy, x, approximate="tanh", grad_input=dx)
  def relu_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.relu_(torch.copy_(y, x))
  def relu_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    return torch.threshold_backward(dy, x, 0, grad_input=dx)
  def silu_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.silu(x, out=y)
  def silu_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, x: Tensor) -> Tensor:
    return torch.silu_backward(dy, x, grad_input=dx)
  def swiglu_out(self: __torch__.Kernels, y: Tensor, g: Tensor, u: Tensor) -> Tensor:
    return torch.mul_(torch.silu(g, out=y), u)
  def swiglu_dx_out(self: __torch__.Kernels, dg: Tensor, du: Tensor, dy: Tensor, g: Tensor, u: Tensor) -> Tensor:
    torch.silu_backward(torch.mul(dy, u, out=dg), g, grad_input=dg)
    return torch.mul_(torch.silu(g, out=du), dy)
  def tanh_out(self: __torch__.Kernels, y: Tensor, x: Tensor) -> Tensor:
    return torch.tanh(x, out=y)
  def tanh_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, y: Tensor) -> Tensor:
    return torch.tanh_backward(dy, y, grad_input=dx)
  def dropout_out(self: __torch__.Kernels, y: Tensor, x: Tensor, key: int, p: float, offset: int) -> Tensor:
    return self.dropout_into(torch.copy_(y, x), key, p, offset)
  def scale_columns_out(self: __torch__.Kernels, y: Tensor, x: Tensor, c: Tensor) -> Tensor:
    return self.scale_columns_into(torch.copy_(y, x), c)

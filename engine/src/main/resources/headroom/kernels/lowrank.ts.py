# A low-rank branch beside a linear: y += s (x Aᵀ) Bᵀ.  x [N, in], A [r, in], B [out, r]; h = x Aᵀ [N, r] is not kept
  def lora_into(self: __torch__.Kernels, y: Tensor, x: Tensor, a: Tensor, b: Tensor, s: float) -> Tensor:
    return torch.addmm_(y, torch.mm(x, torch.t(a)), torch.t(b), alpha=s)
  # what its gradients are products of: g = s dy B and h = s x Aᵀ, both [N, r], with s in the small factor. Then dA = gᵀ x, dB = dyᵀ h, dx += g A
  def lora_sides(self: __torch__.Kernels, dy: Tensor, x: Tensor, a: Tensor, b: Tensor, s: float) -> Tuple[Tensor, Tensor]:
    return (torch.mm(dy, torch.mul(b, s)), torch.mm(x, torch.t(torch.mul(a, s))))
  def lora_sides_out(self: __torch__.Kernels, g: Tensor, h: Tensor, dy: Tensor, x: Tensor, a: Tensor, b: Tensor, s: float) -> Tuple[Tensor, Tensor]:
    return (torch.mm(dy, torch.mul(b, s), out=g), torch.mm(x, torch.t(torch.mul(a, s)), out=h))
# Projection of a gradient g [m, n] on its leading singular vectors (GaLore).  left: basis [m, r] = U[:, :r]; right: basis [n, r] = V[:, :r]
  def svd_basis(self: __torch__.Kernels, g: Tensor, rank: int, left: bool) -> Tensor:
    u, s, vh = torch.linalg_svd(torch.to(g, self.wide(g)), False)
    if left:
      return torch.clone(torch.slice(u, 1, 0, rank), memory_format=0)
    return torch.clone(torch.t(torch.slice(vh, 0, 0, rank)), memory_format=0)
  # R = Pᵀ g [r, n]
  def project_left(self: __torch__.Kernels, basis: Tensor, g: Tensor) -> Tensor:
    return torch.mm(torch.t(torch.to(basis, g.dtype)), g)
  def project_left_out(self: __torch__.Kernels, r: Tensor, basis: Tensor, g: Tensor) -> Tensor:
    return torch.mm(torch.t(torch.to(basis, g.dtype)), g, out=r)
  # R = g Q [m, r]
  def project_right(self: __torch__.Kernels, g: Tensor, basis: Tensor) -> Tensor:
    return torch.mm(g, torch.to(basis, g.dtype))
  def project_right_out(self: __torch__.Kernels, r: Tensor, g: Tensor, basis: Tensor) -> Tensor:
    return torch.mm(g, torch.to(basis, g.dtype), out=r)
  # w += c P R
  def unproject_left_into(self: __torch__.Kernels, w: Tensor, basis: Tensor, r: Tensor, c: float) -> Tensor:
    return torch.addmm_(w, torch.to(basis, w.dtype), torch.to(r, w.dtype), alpha=c)
  # w += c R Qᵀ
  def unproject_right_into(self: __torch__.Kernels, w: Tensor, basis: Tensor, r: Tensor, c: float) -> Tensor:
    return torch.addmm_(w, torch.to(r, w.dtype), torch.t(torch.to(basis, w.dtype)), alpha=c)

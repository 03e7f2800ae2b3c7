# A vector on the columns ("(IA)³", 2022): y = x l for each row.  x, z, dy [N, d], l [d].  The way back is the same product, dx = dy l
  def gate(self: __torch__.Kernels, x: Tensor, l: Tensor) -> Tensor:
    return torch.mul(x, torch.to(l, x.dtype))
  def gate_into(self: __torch__.Kernels, x: Tensor, l: Tensor) -> Tensor:
    return torch.mul_(x, torch.to(l, x.dtype))
  # the rows instead: what merging does to the matrix before a gate
  def gate_rows_into(self: __torch__.Kernels, x: Tensor, l: Tensor) -> Tensor:
    return torch.mul_(x, torch.unsqueeze(torch.to(l, x.dtype), 1))
  # dl = Σ_N dy z, in tiles of rows summed in float32
  def gate_dw(self: __torch__.Kernels, dy: Tensor, z: Tensor) -> Tensor:
    n, d, a = z.shape[0], z.shape[1], self.wide(z)
    dl = torch.zeros([d], dtype=a)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      p = torch.mul(torch.to(torch.slice(dy, 0, i, j), a), torch.to(torch.slice(z, 0, i, j), a))
      torch.add_(dl, torch.sum(p, [0]))
    return torch.to(dl, dy.dtype)

# Rows and columns times a vector, and the sums that are its gradient.  x [n, d]; vectors in float32 (float64 for float64); narrow types are widened a tile of rows at a time
# y[i, j] = x[i, j] c[j];  dx = dy c, dc = Σ_i dy x
  def scale_columns(self: __torch__.Kernels, x: Tensor, c: Tensor) -> Tensor:
    return self.scale_columns_into(torch.clone(x), c)
  def scale_columns_into(self: __torch__.Kernels, x: Tensor, c: Tensor) -> Tensor:
    if x.dtype == c.dtype:
      return torch.mul_(x, c)
    n = x.shape[0]
    r = self.tile_rows(x.shape[1])
    for t in range((n + r - 1) // r):
      part = torch.slice(x, 0, t * r, min(n, t * r + r))
      torch.copy_(part, torch.mul_(torch.to(part, c.dtype), c))
    return x
# y[i, j] = x[i, j] c[i]
  def scale_rows(self: __torch__.Kernels, x: Tensor, c: Tensor) -> Tensor:
    return self.scale_rows_into(torch.clone(x), c)
  def scale_rows_out(self: __torch__.Kernels, y: Tensor, x: Tensor, c: Tensor) -> Tensor:
    return self.scale_rows_into(torch.copy_(y, x), c)
  def scale_rows_into(self: __torch__.Kernels, x: Tensor, c: Tensor) -> Tensor:
    if x.dtype == c.dtype:
      return torch.mul_(x, torch.unsqueeze(c, 1))
    n = x.shape[0]
    r = self.tile_rows(x.shape[1])
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      part = torch.slice(x, 0, i, j)
      torch.copy_(part, torch.mul_(torch.to(part, c.dtype), torch.unsqueeze(torch.slice(c, 0, i, j), 1)))
    return x
# x ← c x + (1 - c) b by columns: a value that includes the bias b, scaled as if it did not
  def rescale_columns_into(self: __torch__.Kernels, x: Tensor, c: Tensor, b: Tensor) -> Tensor:
    k = torch.mul_(torch.rsub(c, 1.0), torch.to(b, c.dtype))
    if x.dtype == c.dtype:
      return torch.add_(torch.mul_(x, c), k)
    n = x.shape[0]
    r = self.tile_rows(x.shape[1])
    for t in range((n + r - 1) // r):
      part = torch.slice(x, 0, t * r, min(n, t * r + r))
      torch.copy_(part, torch.add_(torch.mul_(torch.to(part, c.dtype), c), k))
    return x
# Σ_i a[i, j] b[i, j] for each j
  def column_dots(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    n, d = a.shape[0], a.shape[1]
    wide = self.wide(a)
    sums = torch.zeros([d], dtype=wide)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      p = torch.mul_(torch.to(torch.slice(a, 0, i, j), wide, False, True), torch.to(torch.slice(b, 0, i, j), wide))
      torch.add_(sums, torch.sum(p, [0]))
    return sums
# Σ_i a[i, j] (b[i, j] - o[j]) for each j
  def column_dots_beyond(self: __torch__.Kernels, a: Tensor, b: Tensor, o: Tensor) -> Tensor:
    n, d = a.shape[0], a.shape[1]
    wide = self.wide(a)
    sums = torch.zeros([d], dtype=wide)
    origin = torch.to(o, wide)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      p = torch.sub_(torch.to(torch.slice(b, 0, i, j), wide, False, True), origin)
      torch.mul_(p, torch.to(torch.slice(a, 0, i, j), wide))
      torch.add_(sums, torch.sum(p, [0]))
    return sums
# Σ_j a[i, j] b[i, j] for each i
  def row_dots(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    n, d = a.shape[0], a.shape[1]
    wide = self.wide(a)
    sums = torch.empty([n], dtype=wide)
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      p = torch.mul_(torch.to(torch.slice(a, 0, i, j), wide, False, True), torch.to(torch.slice(b, 0, i, j), wide))
      torch.copy_(torch.slice(sums, 0, i, j), torch.sum(p, [1]))
    return sums
# a / b, element by element; 0 / 0 is 0
  def quotient(self: __torch__.Kernels, a: Tensor, b: Tensor) -> Tensor:
    return torch.div(a, torch.clamp_min(b, 1e-30))
# √a, element by element
  def root(self: __torch__.Kernels, a: Tensor) -> Tensor:
    return torch.sqrt(a)

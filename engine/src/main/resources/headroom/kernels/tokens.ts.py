# Rows in front of every sequence ("prompt tuning", 2021): y[b] = [rows; x[b]].  x [B·T, d], rows [p, d], y [B·(p+T), d]
  def insert_rows(self: __torch__.Kernels, x: Tensor, rows: Tensor, t: int) -> Tensor:
    p, d = rows.shape[0], x.shape[1]
    b = x.shape[0] // t
    y = torch.empty([b * (p + t), d], dtype=x.dtype)
    ys = torch.view(y, [b, p + t, d])
    torch.copy_(torch.slice(ys, 1, 0, p), rows)
    torch.copy_(torch.slice(ys, 1, p, p + t), torch.view(x, [b, t, d]))
    return y
  # x[b] = y[b] without its first p rows; also the way back to x.  t counts the rows of y[b]
  def drop_rows(self: __torch__.Kernels, y: Tensor, t: int, p: int) -> Tensor:
    b, d = y.shape[0] // t, y.shape[1]
    x = torch.empty([b * (t - p), d], dtype=y.dtype)
    torch.copy_(torch.view(x, [b, t - p, d]), torch.slice(torch.view(y, [b, t, d]), 1, p, t))
    return x
  # drows = Σ_b of the first p rows of dy[b]
  def front_sum(self: __torch__.Kernels, dy: Tensor, t: int, p: int) -> Tensor:
    return torch.sum(torch.slice(torch.view(dy, [dy.shape[0] // t, t, dy.shape[1]]), 1, 0, p), [0])
  # p zeros before each sequence of ids [B·T]
  def front_zeros(self: __torch__.Kernels, ids: Tensor, t: int, p: int) -> Tensor:
    b = ids.shape[0] // t
    y = torch.zeros([b, p + t], dtype=4)
    torch.copy_(torch.slice(y, 1, p, p + t), torch.view(ids, [b, t]))
    return torch.view(y, [-1])
  def plus(self: __torch__.Kernels, ids: Tensor, c: int) -> Tensor:
    return torch.add(ids, c)
  # row of the first token of each sequence: b T, int64 [B]
  def first_rows(self: __torch__.Kernels, b: int, t: int) -> Tensor:
    return torch.arange(0, b * t, t)

# twins of embeddings, of the loss, of rows that are picked and of weights that are decoded
  def embedding_out(self: __torch__.Kernels, y: Tensor, w: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(w, 0, ids, out=y)
  def embedding_dw_out(self: __torch__.Kernels, dw: Tensor, dy: Tensor, ids: Tensor, rows: int) -> Tensor:
    n, d, a = dy.shape[0], dy.shape[1], self.wide(dy)
    read, place, count = torch._unique2(ids, sorted=True, return_inverse=True, return_counts=False)
    torch.zero_(dw)
    c = max(1, 1048576 // max(1, n))
    for t in range((d + c - 1) // c):
      i, j = t * c, min(d, t * c + c)
      sums = torch.embedding_dense_backward(torch.contiguous(torch.to(torch.slice(dy, 1, i, j), a)), place, min(n, rows), -1, False)
      torch.index_copy_(torch.slice(dw, 1, i, j), 0, read, torch.to(torch.slice(sums, 0, 0, read.shape[0]), dw.dtype))
    return dw
  def sum_rows_out(self: __torch__.Kernels, y: Tensor, dx: Tensor, rows: int) -> Tensor:
    return torch.sum(torch.view(dx, [-1, rows, dx.shape[1]]), [0], out=y)
  def cross_entropy_dx_out(self: __torch__.Kernels, dlogits: Tensor, logits: Tensor, targets: Tensor, coefficient: Tensor) -> Tensor:
    return self.cross_entropy_dx_tiles(dlogits, logits, targets, coefficient)
  def mean_pool_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, lengths: Tensor, t: int) -> Tensor:
    b, d = dy.shape[0], dy.shape[1]
    kept = torch.to(torch.lt(torch.arange(t), torch.unsqueeze(lengths, 1)), dy.dtype)
    g = torch.div(dy, torch.to(torch.unsqueeze(lengths, 1), dy.dtype))
    torch.mul(torch.unsqueeze(kept, 2), torch.unsqueeze(g, 1), out=torch.view(dx, [b, t, d]))
    return dx
  def pick_rows_out(self: __torch__.Kernels, y: Tensor, x: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(x, 0, ids, out=y)
  def pick_rows_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, ids: Tensor, n: int) -> Tensor:
    return torch.index_add_(torch.zero_(dx), 0, ids, dy)
  def code_rows_out(self: __torch__.Kernels, w: Tensor, codes: Tensor, scales: List[Tensor], zeros: List[Tensor], units: Tensor, block: int, i: int, j: int, width: int, dtype: int) -> Tensor:
    return self.code_into(w, codes, scales, zeros, units, block, i * width)
  def insert_rows_out(self: __torch__.Kernels, y: Tensor, x: Tensor, rows: Tensor, t: int) -> Tensor:
    p, d = rows.shape[0], x.shape[1]
    b = x.shape[0] // t
    ys = torch.view(y, [b, p + t, d])
    torch.copy_(torch.slice(ys, 1, 0, p), rows)
    torch.copy_(torch.slice(ys, 1, p, p + t), torch.view(x, [b, t, d]))
    return y
  def drop_rows_out(self: __torch__.Kernels, x: Tensor, y: Tensor, t: int, p: int) -> Tensor:
    b, d = y.shape[0] // t, y.shape[1]
    torch.copy_(torch.view(x, [b, t - p, d]), torch.slice(torch.view(y, [b, t, d]), 1, p, t))
    return x

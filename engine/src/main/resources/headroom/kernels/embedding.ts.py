# y[n] = w[ids[n]].  w [V, d], ids [N] int64, y and dy [N, d]
  def embedding(self: __torch__.Kernels, w: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(w, 0, ids)
  # dW[v] = Σ of dy[n] over the n with ids[n] = v: summed in float32 for the rows that were read, some columns at a time, and set among zeros
  def embedding_dw(self: __torch__.Kernels, dy: Tensor, ids: Tensor, rows: int) -> Tensor:
    return self.embedding_dw_out(torch.empty([rows, dy.shape[1]], dtype=dy.dtype), dy, ids, rows)
  # dW += it
  def embedding_dw_acc(self: __torch__.Kernels, dw: Tensor, dy: Tensor, ids: Tensor) -> Tensor:
    n, r = dy.shape[0], self.tile_rows(dy.shape[1])
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      torch.index_add_(dw, 0, torch.slice(ids, 0, i, j), torch.to(torch.slice(dy, 0, i, j), dw.dtype))
    return dw
  # x [B·T, d] += table [T, d] for each of the B sequences (positions); with T = 1 one row for all
  def add_rows_into(self: __torch__.Kernels, x: Tensor, table: Tensor) -> Tensor:
    torch.add_(torch.view(x, [-1, table.shape[0], table.shape[1]]), table)
    return x
  # dtable [T, d] = Σ_B dx [B·T, d]
  def sum_rows(self: __torch__.Kernels, dx: Tensor, rows: int) -> Tensor:
    return torch.sum(torch.view(dx, [-1, rows, dx.shape[1]]), [0])

# weights that are made of parts, and weights with holes
  # p [m, r] with columns of length 1 and q [r, n] = Pᵀ W with rows of length σ, the singular values: p ← P √Σ, q ← Σ^-½ q share them evenly. A row of zeros stays
  def balance_into(self: __torch__.Kernels, p: Tensor, q: Tensor) -> Tensor:
    s = torch.sqrt_(torch.sqrt_(self.row_squares(q)))
    s = torch.masked_fill(s, torch.eq(s, 0.0), 1.0)
    torch.mul_(p, s)
    return torch.div_(q, torch.unsqueeze(s, 1))
  # rows row, row + 1, … of a matrix: rows.flat[ids[e] - row n] += values[e] for the entries that lie in them.  ids int32, ascending, none twice
  def add_entries_into(self: __torch__.Kernels, rows: Tensor, values: Tensor, ids: Tensor, row: int) -> Tensor:
    flat, before = torch.view(rows, [-1]), row * rows.shape[1]
    first = self.ids_below(ids, before)
    last = self.ids_below(ids, before + flat.shape[0])
    for t in range((last - first + 65535) // 65536):
      i, j = first + t * 65536, min(last, first + t * 65536 + 65536)
      torch.index_add_(flat, 0, torch.sub(torch.slice(ids, 0, i, j), before), torch.slice(values, 0, i, j))
    return rows
  # n:m sparsity: of every m consecutive weights of a row the n of largest magnitude stay, the others become zero.  m divides the row
  def keep_of_groups_into(self: __torch__.Kernels, w: Tensor, n: int, m: int) -> Tensor:
    g = torch.view(w, [-1, m])
    tile = max(1, 65536 // m)
    for t in range((g.shape[0] + tile - 1) // tile):
      x = torch.slice(g, 0, t * tile, min(g.shape[0], t * tile + tile))
      least = torch.topk(torch.abs(x), m - n, 1, False, False)[1]
      torch.scatter_(x, 1, least, 0.0)
    return w
  # g becomes zero where w is zero
  def keep_where_into(self: __torch__.Kernels, g: Tensor, w: Tensor) -> Tensor:
    a, b = torch.view(g, [-1]), torch.view(w, [-1])
    n = a.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      torch.masked_fill_(torch.slice(a, 0, i, j), torch.eq(torch.slice(b, 0, i, j), 0.0), 0.0)
    return g

# parts of a matrix w [m, n] by index.  ids are int32, ascending, none twice; ids of entries are flat positions. Gather and scatter of the library want int64: converted a tile at a time
  def columns_of(self: __torch__.Kernels, w: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(w, 1, ids)
  def rows_of(self: __torch__.Kernels, w: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(w, 0, ids)
  def put_columns_into(self: __torch__.Kernels, w: Tensor, values: Tensor, ids: Tensor) -> Tensor:
    return torch.index_copy_(w, 1, torch.to(ids, 4), values)
  def put_rows_into(self: __torch__.Kernels, w: Tensor, values: Tensor, ids: Tensor) -> Tensor:
    return torch.index_copy_(w, 0, torch.to(ids, 4), values)
  # k columns of each row's own choice: ids [m, k] -> [m, k]
  def picks_of(self: __torch__.Kernels, w: Tensor, ids: Tensor) -> Tensor:
    return self.picks_into(torch.empty([ids.shape[0], ids.shape[1]], dtype=w.dtype), w, ids)
  def picks_into(self: __torch__.Kernels, to: Tensor, w: Tensor, ids: Tensor) -> Tensor:
    m, r = ids.shape[0], self.tile_rows(ids.shape[1])
    for t in range((m + r - 1) // r):
      i, j = t * r, min(m, t * r + r)
      torch.copy_(torch.slice(to, 0, i, j), torch.gather(torch.slice(w, 0, i, j), 1, torch.to(torch.slice(ids, 0, i, j), 4)))
    return to
  def put_picks_into(self: __torch__.Kernels, w: Tensor, values: Tensor, ids: Tensor) -> Tensor:
    m, r = ids.shape[0], self.tile_rows(ids.shape[1])
    for t in range((m + r - 1) // r):
      i, j = t * r, min(m, t * r + r)
      torch.scatter_(torch.slice(w, 0, i, j), 1, torch.to(torch.slice(ids, 0, i, j), 4), torch.slice(values, 0, i, j))
    return w
  def entries_of(self: __torch__.Kernels, w: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(torch.view(w, [-1]), 0, ids)
  def put_entries_into(self: __torch__.Kernels, w: Tensor, values: Tensor, ids: Tensor) -> Tensor:
    flat, k = torch.view(w, [-1]), ids.shape[0]
    for t in range((k + 65535) // 65536):
      i, j = t * 65536, min(k, t * 65536 + 65536)
      torch.index_copy_(flat, 0, torch.to(torch.slice(ids, 0, i, j), 4), torch.slice(values, 0, i, j))
    return w
  # the entries that lie in rows row, row + 1, … of w, given those rows: to[e] = rows.flat[ids[e] - row n]; the others stay
  def entries_into(self: __torch__.Kernels, to: Tensor, rows: Tensor, ids: Tensor, row: int) -> Tensor:
    flat, before = torch.view(rows, [-1]), row * rows.shape[1]
    first = self.ids_below(ids, before)
    last = self.ids_below(ids, before + flat.shape[0])
    for t in range((last - first + 65535) // 65536):
      i, j = first + t * 65536, min(last, first + t * 65536 + 65536)
      torch.copy_(torch.slice(to, 0, i, j), torch.index_select(flat, 0, torch.sub(torch.slice(ids, 0, i, j), before)))
    return to
  def ids_below(self: __torch__.Kernels, ids: Tensor, bound: int) -> int:
    return int(torch.searchsorted(ids, torch.full([1], min(bound, 2147483647), dtype=3)))
# choosing by magnitude
  # how many |w| are at most θ, or below it
  def count_within(self: __torch__.Kernels, w: Tensor, theta: float, strict: bool) -> int:
    flat = torch.view(w, [-1])
    n, count = flat.shape[0], 0
    for t in range((n + 65535) // 65536):
      a = torch.to(torch.abs(torch.slice(flat, 0, t * 65536, min(n, t * 65536 + 65536))), self.wide(w))
      if strict:
        count = count + int(torch.count_nonzero(torch.lt(a, theta)))
      else:
        count = count + int(torch.count_nonzero(torch.le(a, theta)))
    return count
  def count_small(self: __torch__.Kernels, w: Tensor, theta: float) -> Tensor:
    return torch.full([], self.count_within(w, theta, False), dtype=4)
  # the k-th smallest |w|, exact: bisects the bit patterns of float32, which are ordered as the numbers are; 31 passes, scratch of one tile
  def kth_magnitude(self: __torch__.Kernels, w: Tensor, k: int) -> Tensor:
    low, high = 0, 2139095040
    for step in range(31):
      if low < high:
        middle = (low + high) // 2
        if self.count_within(w, float(self.float_of_bits(middle)), False) >= k:
          high = middle
        else:
          low = middle + 1
    return self.float_of_bits(high)
  def float_of_bits(self: __torch__.Kernels, bits: int) -> Tensor:
    return torch.view_copy(torch.full([], bits, dtype=3), dtype=6)
  # positions of the k smallest |w| (or largest), θ the k-th of them; among equals the lower position -> int32 [k], ascending
  def extreme_entries(self: __torch__.Kernels, w: Tensor, theta: float, k: int, largest: bool) -> Tensor:
    flat, a = torch.view(w, [-1]), self.wide(w)
    n = flat.shape[0]
    out = torch.zeros([k], dtype=3)
    ties = k - self.count_within(w, theta, True)
    if largest:
      ties = k - (n - self.count_within(w, theta, False))
    at = 0
    for t in range((n + 65535) // 65536):
      x = torch.to(torch.abs(torch.slice(flat, 0, t * 65536, min(n, t * 65536 + 65536))), a)
      if largest:
        inside = torch.gt(x, theta)
      else:
        inside = torch.lt(x, theta)
      if ties > 0:
        equal = torch.eq(x, theta)
        torch.logical_or_(inside, torch.logical_and(equal, torch.le(torch.cumsum(equal, 0), ties)))
        ties = ties - min(ties, int(torch.count_nonzero(equal)))
      found = torch.view(torch.nonzero(inside), [-1])
      got = min(found.shape[0], k - at)
      torch.copy_(torch.slice(out, 0, at, at + got), torch.add(torch.slice(found, 0, 0, got), t * 65536))
      at = at + got
    return out
  # of each row the k columns with the largest (or smallest) |w|; among equals the lower column -> int32 [m, k], ascending
  def extreme_picks(self: __torch__.Kernels, w: Tensor, k: int, largest: bool) -> Tensor:
    m, r = w.shape[0], self.tile_rows(w.shape[1])
    out = torch.empty([m, k], dtype=3)
    for t in range((m + r - 1) // r):
      i, j = t * r, min(m, t * r + r)
      order = torch.argsort(torch.abs(torch.slice(w, 0, i, j)), stable=True, dim=1, descending=largest)
      chosen, places = torch.sort(torch.slice(order, 1, 0, k), 1, False)
      torch.copy_(torch.slice(out, 0, i, j), chosen)
    return out
  # Σ of squares of each column [n] and of each row [m], in float32
  def column_squares(self: __torch__.Kernels, w: Tensor) -> Tensor:
    m, r = w.shape[0], self.tile_rows(w.shape[1])
    s = torch.zeros([w.shape[1]], dtype=self.wide(w))
    for t in range((m + r - 1) // r):
      x = torch.to(torch.slice(w, 0, t * r, min(m, t * r + r)), self.wide(w))
      torch.add_(s, torch.sum(torch.mul(x, x), [0]))
    return s
  def row_squares(self: __torch__.Kernels, w: Tensor) -> Tensor:
    m, r = w.shape[0], self.tile_rows(w.shape[1])
    s = torch.empty([m], dtype=self.wide(w))
    for t in range((m + r - 1) // r):
      i, j = t * r, min(m, t * r + r)
      x = torch.to(torch.slice(w, 0, i, j), self.wide(w))
      torch.copy_(torch.slice(s, 0, i, j), torch.sum(torch.mul(x, x), [1]))
    return s
# squared norms of weight gradients that are never made.  dy [B T, out], x [B T, in], B examples of T rows
  # ‖dyᵦᵀ xᵦ‖² = Σ_{t,s} (dy_t·dy_s) (x_t·x_s) for each example -> [B]; a tile of rows of the two Gram matrices at a time
  def outer_squares(self: __torch__.Kernels, dy: Tensor, x: Tensor, examples: int) -> Tensor:
    rows = dy.shape[0] // examples
    r = self.tile_rows(rows)
    s = torch.zeros([examples], dtype=self.wide(dy))
    for b in range(examples):
      d, e = torch.slice(dy, 0, b * rows, b * rows + rows), torch.slice(x, 0, b * rows, b * rows + rows)
      for t in range((rows + r - 1) // r):
        i, j = t * r, min(rows, t * r + r)
        p = torch.to(torch.mm(torch.slice(d, 0, i, j), torch.t(d)), self.wide(dy))
        q = torch.to(torch.mm(torch.slice(e, 0, i, j), torch.t(e)), self.wide(dy))
        torch.add_(torch.slice(s, 0, b, b + 1), torch.sum(torch.mul_(p, q)))
    return s
  # the same for a table whose row ids[t] got dy_t: Σ_{t,s} [ids_t = ids_s] dy_t·dy_s
  def scatter_squares(self: __torch__.Kernels, dy: Tensor, ids: Tensor, examples: int) -> Tensor:
    rows = dy.shape[0] // examples
    r = self.tile_rows(rows)
    s = torch.zeros([examples], dtype=self.wide(dy))
    for b in range(examples):
      d, e = torch.slice(dy, 0, b * rows, b * rows + rows), torch.slice(ids, 0, b * rows, b * rows + rows)
      for t in range((rows + r - 1) // r):
        i, j = t * r, min(rows, t * r + r)
        p = torch.to(torch.mm(torch.slice(d, 0, i, j), torch.t(d)), self.wide(dy))
        torch.masked_fill_(p, torch.ne(torch.unsqueeze(torch.slice(e, 0, i, j), 1), e), 0.0)
        torch.add_(torch.slice(s, 0, b, b + 1), torch.sum(p))
    return s
  # Σ over the T rows of each example [B, out]: the gradient of a bias by example
  def sum_groups(self: __torch__.Kernels, dy: Tensor, examples: int) -> Tensor:
    return torch.sum(torch.view(dy, [examples, -1, dy.shape[1]]), [1])
# a keyed direction on the small elements only: w += c z where |w| ≤ θ, judged before the step
  def add_normal_below_into(self: __torch__.Kernels, w: Tensor, key: int, start: int, c: float, theta: float) -> Tensor:
    flat = torch.view(w, [-1])
    end = start + flat.shape[0]
    for tile in range(start // 65536, (end + 65535) // 65536):
      i, j = max(start, tile * 65536), min(end, tile * 65536 + 65536)
      z = torch.slice(self.keyed_normals(key, tile, j - tile * 65536), 0, i - tile * 65536, j - tile * 65536)
      part = torch.slice(flat, 0, i - start, j - start)
      torch.masked_fill_(z, torch.gt(torch.to(torch.abs(part), self.wide(w)), theta), 0.0)
      torch.add_(part, torch.to(torch.mul_(z, c), w.dtype))
    return w
  # moved ← w where |w| > θ
  def restore_above_into(self: __torch__.Kernels, moved: Tensor, w: Tensor, theta: float) -> Tensor:
    m, r = w.shape[0], self.tile_rows(w.shape[1])
    for t in range((m + r - 1) // r):
      i, j = t * r, min(m, t * r + r)
      x = torch.slice(w, 0, i, j)
      to = torch.slice(moved, 0, i, j)
      torch.copy_(to, torch.where(torch.gt(torch.to(torch.abs(x), self.wide(w)), theta), x, to))
    return moved

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
# Blocks of tokens that a layer goes on with ("LeMo", 2025).  n = T // block blocks a sequence; the T mod block tokens behind them are always kept
  # I[b, j] = Σ_i M[i, j] with M[i, j] = max over a tile of Σ_h relu(q k' / √D) / H at or below the diagonal, mirrored above it; rows of blocks in turn
  def informativeness(self: __torch__.Kernels, q: Tensor, k: Tensor, lengths: Tensor, heads: int, kv: int, block: int) -> Tensor:
    b = lengths.shape[0]
    t = q.shape[0] // b
    n, d, a = t // block, q.shape[1] // heads, self.wide(q)
    c = 1.0 / (float(heads) * torch.sqrt(float(d)))
    y = torch.zeros([b, n], dtype=a)
    for i in range(b):
      yi = torch.select(y, 0, i)
      for r in range(n):
        width = (r + 1) * block
        first = i * t + r * block
        m = torch.zeros([block, width], dtype=a)
        for h in range(heads):
          g = h // (heads // kv)
          qh = torch.to(torch.slice(torch.slice(q, 0, first, first + block), 1, h * d, h * d + d), a)
          kh = torch.to(torch.slice(torch.slice(k, 0, i * t, i * t + width), 1, g * d, g * d + d), a)
          torch.add_(m, torch.relu_(torch.mm(qh, torch.t(kh))))
        torch.tril_(m, r * block)
        torch.masked_fill_(m, torch.unsqueeze(torch.ge(torch.arange(r * block, width), torch.select(lengths, 0, i)), 1), 0.0)
        tile = torch.mul(torch.amax(torch.view(m, [block, r + 1, block]), [0, 2]), c)
        torch.add_(torch.slice(yi, 0, 0, r + 1), tile)
        torch.add_(torch.slice(yi, 0, r, r + 1), torch.sum(torch.slice(tile, 0, 0, r)))
    return y
  # rows of the tokens of the k best blocks of each sequence, ascending, and of those behind the blocks: int64 [B (k block + T mod block)]; a block of padding comes last
  def kept_rows(self: __torch__.Kernels, scores: Tensor, lengths: Tensor, t: int, block: int, k: int) -> Tensor:
    b, n = scores.shape[0], scores.shape[1]
    rest = t - n * block
    empty = torch.ge(torch.arange(0, n * block, block), torch.unsqueeze(lengths, 1))
    v, best = torch.topk(torch.masked_fill(scores, empty, -inf), k)
    s, order = torch.sort(best, 1)
    first = torch.unsqueeze(torch.arange(0, b * t, t), 1)
    y = torch.empty([b, k * block + rest], dtype=4)
    rows = torch.add(torch.unsqueeze(torch.mul(s, block), 2), torch.arange(block))
    torch.copy_(torch.slice(y, 1, 0, k * block), torch.view(rows, [b, k * block]))
    torch.copy_(torch.slice(y, 1, k * block, k * block + rest), torch.arange(n * block, t))
    return torch.view(torch.add_(y, first), [-1])
  # what they were: sequence of each row (-1 for padding) and its position there
  def kept_places(self: __torch__.Kernels, rows: Tensor, lengths: Tensor, t: int) -> Tuple[Tensor, Tensor]:
    p = torch.remainder(rows, t)
    s = torch.floor_divide(rows, t)
    torch.masked_fill_(s, torch.ge(p, torch.index_select(lengths, 0, s)), -1)
    return (s, p)
  # y[rows] = x
  def set_rows_into(self: __torch__.Kernels, y: Tensor, x: Tensor, rows: Tensor) -> Tensor:
    return torch.index_copy_(y, 0, rows, x)
  # y[rows] = 0
  def clear_rows_into(self: __torch__.Kernels, y: Tensor, rows: Tensor) -> Tensor:
    return torch.index_fill_(y, 0, rows, 0.0)

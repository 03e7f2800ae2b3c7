# softmax(q kᵀ / √D) v for n rows of queries that stand beside each sequence and read its keys.  q, out [B·n, H·D]; k, v [B·T, K·D], each key head serving H/K query heads;
# lengths [B]: keys at and past a sequence's length are hidden.  Scores of one sequence exist at a time, as [K, n·H/K, T]
  def query_heads(self: __torch__.Kernels, x: Tensor, i: int, n: int, kh: int, d: int) -> Tensor:
    xs = torch.permute(torch.view(torch.to(torch.slice(x, 0, i * n, i * n + n), self.wide(x)), [n, kh, -1, d]), [1, 0, 2, 3])
    return torch.reshape(xs, [kh, -1, d])
  def key_heads(self: __torch__.Kernels, x: Tensor, i: int, t: int, kh: int) -> Tensor:
    return torch.transpose(torch.view(torch.to(torch.slice(x, 0, i * t, i * t + t), self.wide(x)), [t, kh, -1]), 0, 1)
  def put_query_heads(self: __torch__.Kernels, y: Tensor, x: Tensor, i: int, n: int) -> Tensor:
    kh, d = x.shape[0], x.shape[2]
    rows = torch.view(torch.slice(y, 0, i * n, i * n + n), [n, kh, -1, d])
    return torch.copy_(rows, torch.permute(torch.view(x, [kh, n, -1, d]), [1, 0, 2, 3]))
  def query_shares(self: __torch__.Kernels, q: Tensor, k: Tensor, lengths: Tensor, i: int, t: int) -> Tensor:
    s = torch.mul_(torch.bmm(q, torch.transpose(self.key_heads(k, i, t, q.shape[0]), 1, 2)), q.shape[2] ** -0.5)
    torch.masked_fill_(s, torch.ge(torch.arange(t), torch.select(lengths, 0, i)), -inf)
    return torch.softmax(s, -1)
  def query_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, kh: int) -> Tensor:
    b = lengths.shape[0]
    n, t, d = q.shape[0] // b, k.shape[0] // b, q.shape[1] // h
    y = torch.empty_like(q)
    for i in range(b):
      p = self.query_shares(self.query_heads(q, i, n, kh, d), k, lengths, i, t)
      self.put_query_heads(y, torch.bmm(p, self.key_heads(v, i, t, kh)), i, n)
    return y
  # ds = p (dp - Σ p dp), dq = ds k / √D; the shares p are computed again.  Keys and values are constants here: nobody asks for their gradients
  def query_attention_dx(self: __torch__.Kernels, dy: Tensor, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, h: int, kh: int) -> Tensor:
    b = lengths.shape[0]
    n, t, d = q.shape[0] // b, k.shape[0] // b, q.shape[1] // h
    dq = torch.empty_like(q)
    for i in range(b):
      p = self.query_shares(self.query_heads(q, i, n, kh, d), k, lengths, i, t)
      dp = torch.bmm(self.query_heads(dy, i, n, kh, d), torch.transpose(self.key_heads(v, i, t, kh), 1, 2))
      ds = torch.mul_(torch._softmax_backward_data(dp, p, -1, p.dtype), d ** -0.5)
      self.put_query_heads(dq, torch.bmm(ds, self.key_heads(k, i, t, kh)), i, n)
    return dq
# columns at to at + w of h become x / ‖x‖, row by row.  h [B, W], x [B, w]
  def piece_lengths(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.clamp_(torch.linalg_vector_norm(x, 2.0, [1], True), 1e-12)
  def put_unit_piece_into(self: __torch__.Kernels, h: Tensor, x: Tensor, at: int) -> Tensor:
    xs = torch.to(x, self.wide(x))
    return torch.copy_(torch.slice(h, 1, at, at + x.shape[1]), torch.div(xs, self.piece_lengths(xs)))
  # u = x / ‖x‖: dx = (du - u (u · du)) / ‖x‖
  def unit_piece_dx(self: __torch__.Kernels, dh: Tensor, x: Tensor, at: int) -> Tensor:
    dx = torch.empty_like(x)
    xs, du = torch.to(x, self.wide(x)), torch.to(torch.slice(dh, 1, at, at + x.shape[1]), self.wide(x))
    n = self.piece_lengths(xs)
    u = torch.div(xs, n)
    across = torch.addcmul(du, u, torch.sum(torch.mul(u, du), [1], True), value=-1)
    return torch.copy_(dx, torch.div_(across, n))

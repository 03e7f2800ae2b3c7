# several products that read one input, in one tensor: queries, keys and values of a block, or gate and up.  The [N, width] parts lie one after the other, in rows of the narrowest width u:
# [N Σ width / u, u].  Part by part these are the operators of the plain kernels, with the same bits
  def part_of(self: __torch__.Kernels, y: Tensor, n: int, before: int, width: int) -> Tensor:
    u = y.shape[1]
    return torch.view(torch.slice(y, 0, n * before // u, n * (before + width) // u), [n, width])
  def packed_width(self: __torch__.Kernels, ws: List[Tensor]) -> int:
    total = 0
    for w in ws:
      total = total + w.shape[0]
    return total
  # x [N, in], weights [width, in], a bias [width] for each or none
  def projections(self: __torch__.Kernels, x: Tensor, ws: List[Tensor], bs: List[Tensor]) -> Tensor:
    u = ws[0].shape[0]
    for w in ws:
      u = min(u, w.shape[0])
    return self.projections_out(torch.empty([x.shape[0] * self.packed_width(ws) // u, u], dtype=x.dtype, device=x.device), x, ws, bs)
  def projections_out(self: __torch__.Kernels, y: Tensor, x: Tensor, ws: List[Tensor], bs: List[Tensor]) -> Tensor:
    at = 0
    for i in range(len(ws)):
      part = self.part_of(y, x.shape[0], at, ws[i].shape[0])
      if len(bs) > 0:
        self.linear_bias_out(part, x, ws[i], bs[i])
      else:
        self.linear_out(part, x, ws[i])
      at = at + ws[i].shape[0]
    return y
  # dx = Σ dy_i W_i, the last part first
  def projections_dx(self: __torch__.Kernels, dy: Tensor, ws: List[Tensor]) -> Tensor:
    n = dy.shape[0] * dy.shape[1] // self.packed_width(ws)
    return self.projections_dx_out(torch.empty([n, ws[0].shape[1]], dtype=dy.dtype, device=dy.device), dy, ws)
  def projections_dx_out(self: __torch__.Kernels, dx: Tensor, dy: Tensor, ws: List[Tensor]) -> Tensor:
    last = len(ws) - 1
    at = self.packed_width(ws) - ws[last].shape[0]
    self.linear_dx_out(dx, self.part_of(dy, dx.shape[0], at, ws[last].shape[0]), ws[last])
    for k in range(last):
      i = last - 1 - k
      at = at - ws[i].shape[0]
      self.linear_dx_acc(dx, self.part_of(dy, dx.shape[0], at, ws[i].shape[0]), ws[i], 1.0)
    return dx
  def projections_dx_acc(self: __torch__.Kernels, dx: Tensor, dy: Tensor, ws: List[Tensor]) -> Tensor:
    at = self.packed_width(ws)
    for k in range(len(ws)):
      i = len(ws) - 1 - k
      at = at - ws[i].shape[0]
      self.linear_dx_acc(dx, self.part_of(dy, dx.shape[0], at, ws[i].shape[0]), ws[i], 1.0)
    return dx
  # tokens of packed queries, keys and values, and their parts
  def packed_tokens(self: __torch__.Kernels, y: Tensor, h: int, kh: int) -> int:
    return y.shape[0] * kh // (h + 2 * kh)
  def packed_qkv(self: __torch__.Kernels, y: Tensor, h: int, kh: int) -> Tuple[Tensor, Tensor, Tensor]:
    n, w = self.packed_tokens(y, h, kh), y.shape[1]
    r = h // kh
    return (self.part_of(y, n, 0, r * w), self.part_of(y, n, r * w, w), self.part_of(y, n, r * w + w, w))
  def attention_packed(self: __torch__.Kernels, qkv: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor]:
    q, k, v = self.packed_qkv(qkv, h, kh)
    return self.attention(q, k, v, lengths, h, kh, causal)
  def attention_packed_out(self: __torch__.Kernels, out: Tensor, lse: Tensor, qkv: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    q, k, v = self.packed_qkv(qkv, h, kh)
    return self.attention_out(out, lse, q, k, v, lengths, h, kh, causal)
  def attention_packed_dx(self: __torch__.Kernels, dout: Tensor, qkv: Tensor, out: Tensor, lse: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    return self.attention_packed_dx_out(torch.empty_like(qkv), dout, qkv, out, lse, lengths, h, kh, causal)
  def attention_packed_dx_out(self: __torch__.Kernels, dqkv: Tensor, dout: Tensor, qkv: Tensor, out: Tensor, lse: Tensor, lengths: Tensor, h: int, kh: int, causal: bool) -> Tensor:
    q, k, v = self.packed_qkv(qkv, h, kh)
    dq, dk, dv = self.packed_qkv(dqkv, h, kh)
    self.attention_dx_out(dq, dk, dv, dout, q, k, v, out, lse, lengths, h, kh, causal)
    return dqkv
  def attention_texts_packed(self: __torch__.Kernels, qkv: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tuple[Tensor, Tensor]:
    q, k, v = self.packed_qkv(qkv, h, kh)
    return self.attention_texts(q, k, v, texts, t, h, kh, causal)
  def attention_texts_packed_out(self: __torch__.Kernels, out: Tensor, lse: Tensor, qkv: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tensor:
    q, k, v = self.packed_qkv(qkv, h, kh)
    return self.attention_texts_out(out, lse, q, k, v, texts, t, h, kh, causal)
  def attention_texts_packed_dx(self: __torch__.Kernels, dout: Tensor, qkv: Tensor, out: Tensor, lse: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tensor:
    return self.attention_texts_packed_dx_out(torch.empty_like(qkv), dout, qkv, out, lse, texts, t, h, kh, causal)
  def attention_texts_packed_dx_out(self: __torch__.Kernels, dqkv: Tensor, dout: Tensor, qkv: Tensor, out: Tensor, lse: Tensor, texts: Tensor, t: int, h: int, kh: int, causal: bool) -> Tensor:
    q, k, v = self.packed_qkv(qkv, h, kh)
    dq, dk, dv = self.packed_qkv(dqkv, h, kh)
    self.attention_texts_dx_out(dq, dk, dv, dout, q, k, v, out, lse, texts, t, h, kh, causal)
    return dqkv
  # rotary positions in place, of packed queries and keys: some rows at a time, whose half is kept meanwhile.  cos, sin [T, D/2], or a row for each token
  def rope_part_into(self: __torch__.Kernels, x: Tensor, c: Tensor, s: Tensor, h: int) -> Tensor:
    n, t, half = x.shape[0], c.shape[0], c.shape[2]
    r = max(1, 131072 // (h * half))
    for b in range(n // t):
      for p in range((t + r - 1) // r):
        i, j = p * r, min(t, p * r + r)
        xs = torch.view(torch.slice(x, 0, b * t + i, b * t + j), [j - i, h, 2, half])
        xa, xb = torch.select(xs, 2, 0), torch.select(xs, 2, 1)
        cs, sn = torch.slice(c, 0, i, j), torch.slice(s, 0, i, j)
        a = torch.mul(xa, cs)
        torch.addcmul_(a, xb, sn, value=-1)
        torch.mul_(xb, cs)
        torch.addcmul_(xb, xa, sn)
        torch.copy_(xa, a)
    return x
  def rope_packed_into(self: __torch__.Kernels, qkv: Tensor, cos: Tensor, sin: Tensor, h: int, kh: int, back: bool) -> Tensor:
    q, k, v = self.packed_qkv(qkv, h, kh)
    c, s = torch.unsqueeze(torch.to(cos, qkv.dtype), 1), torch.unsqueeze(torch.to(sin, qkv.dtype), 1)
    if back:
      s = torch.neg(s)
    self.rope_part_into(q, c, s, h)
    self.rope_part_into(k, c, s, kh)
    return qkv
  # gate and up [2 N, F]
  def swiglu_packed(self: __torch__.Kernels, gu: Tensor) -> Tensor:
    n = gu.shape[0] // 2
    return self.swiglu(torch.slice(gu, 0, 0, n), torch.slice(gu, 0, n))
  def swiglu_packed_out(self: __torch__.Kernels, y: Tensor, gu: Tensor) -> Tensor:
    n = gu.shape[0] // 2
    return self.swiglu_out(y, torch.slice(gu, 0, 0, n), torch.slice(gu, 0, n))
  def swiglu_packed_dx(self: __torch__.Kernels, dy: Tensor, gu: Tensor) -> Tensor:
    return self.swiglu_packed_dx_out(torch.empty_like(gu), dy, gu)
  def swiglu_packed_dx_out(self: __torch__.Kernels, dgu: Tensor, dy: Tensor, gu: Tensor) -> Tensor:
    n = gu.shape[0] // 2
    self.swiglu_dx_out(torch.slice(dgu, 0, 0, n), torch.slice(dgu, 0, n), dy, torch.slice(gu, 0, 0, n), torch.slice(gu, 0, n))
    return dgu

# mean of the first lengths[b] rows of each sequence: y[b] = Σ_{t<len} x[b, t] / len.  x [B·T, d], lengths [B] int64, y [B, d]; the sum is a product with ones and zeros
  def mean_pool(self: __torch__.Kernels, x: Tensor, lengths: Tensor, t: int) -> Tensor:
    b, d = lengths.shape[0], x.shape[1]
    kept = torch.to(torch.lt(torch.arange(t), torch.unsqueeze(lengths, 1)), x.dtype)
    y = torch.squeeze(torch.bmm(torch.unsqueeze(kept, 1), torch.view(x, [b, t, d])), 1)
    return torch.div_(y, torch.to(torch.unsqueeze(lengths, 1), x.dtype))
  # dx[b, t] = dy[b] / len for t < len, else 0
  def mean_pool_dx(self: __torch__.Kernels, dy: Tensor, lengths: Tensor, t: int) -> Tensor:
    b, d = dy.shape[0], dy.shape[1]
    kept = torch.to(torch.lt(torch.arange(t), torch.unsqueeze(lengths, 1)), dy.dtype)
    g = torch.div(dy, torch.to(torch.unsqueeze(lengths, 1), dy.dtype))
    return torch.view(torch.mul(torch.unsqueeze(kept, 2), torch.unsqueeze(g, 1)), [b * t, d])
  # chosen rows: y[m] = x[ids[m]].  x [N, d], ids [M] int64
  def pick_rows(self: __torch__.Kernels, x: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(x, 0, ids)
  # their gradients put back, added where an id repeats
  def pick_rows_dx(self: __torch__.Kernels, dy: Tensor, ids: Tensor, n: int) -> Tensor:
    return torch.index_add_(torch.zeros([n, dy.shape[1]], dtype=dy.dtype), 0, ids, dy)
  # row of the last valid token of each sequence: b T + lengths[b] - 1, int64 [B]
  def last_rows(self: __torch__.Kernels, lengths: Tensor, t: int) -> Tensor:
    return torch.add_(torch.sub(lengths, 1), torch.arange(0, lengths.shape[0] * t, t))
# the same where rows hold several texts: texts [N] int64 names the slot of each token's text, -1 where there is none.  y [S, d] for S slots; an empty one gives zeros
  def text_slots(self: __torch__.Kernels, texts: Tensor, slots: int) -> Tensor:
    return torch.masked_fill(texts, torch.lt(texts, 0), slots)
  def text_sizes(self: __torch__.Kernels, slot: Tensor, slots: int, dtype: int) -> Tensor:
    sizes = torch.index_add_(torch.zeros([slots + 1], dtype=dtype), 0, slot, torch.ones([slot.shape[0]], dtype=dtype))
    return torch.unsqueeze(torch.clamp_(torch.slice(sizes, 0, 0, slots), 1.0), 1)
  def text_mean(self: __torch__.Kernels, x: Tensor, texts: Tensor, slots: int) -> Tensor:
    slot = self.text_slots(texts, slots)
    sum = torch.index_add_(torch.zeros([slots + 1, x.shape[1]], dtype=self.wide(x)), 0, slot, torch.to(x, self.wide(x)))
    return torch.to(torch.div(torch.slice(sum, 0, 0, slots), self.text_sizes(slot, slots, self.wide(x))), x.dtype)
  def text_mean_dx(self: __torch__.Kernels, dy: Tensor, texts: Tensor) -> Tensor:
    slots = dy.shape[0]
    slot = self.text_slots(texts, slots)
    g = torch.zeros([slots + 1, dy.shape[1]], dtype=dy.dtype)
    torch.copy_(torch.slice(g, 0, 0, slots), torch.div(dy, self.text_sizes(slot, slots, self.wide(dy))))
    return torch.index_select(g, 0, slot)
  # row of the last token of each text; row 0 for an empty slot
  def text_last(self: __torch__.Kernels, texts: Tensor, slots: int) -> Tensor:
    last = torch.scatter_reduce_(torch.zeros([slots + 1], dtype=4), 0, self.text_slots(texts, slots), torch.arange(texts.shape[0]), "amax")
    return torch.clone(torch.slice(last, 0, 0, slots))
  def softmax_rows(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.softmax(x, 1)
  def log_softmax_rows(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.log_softmax(x, 1)
  # the k greatest of each row, falling, and their columns (int64)
  def topk_rows(self: __torch__.Kernels, x: Tensor, k: int) -> Tuple[Tensor, Tensor]:
    v, i = torch.topk(x, k)
    return (v, i)

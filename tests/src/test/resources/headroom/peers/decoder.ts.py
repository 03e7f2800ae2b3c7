# LLaMA as plain PyTorch has it: a table, layers normalised before each sub-layer by RMSNorm in float32, rotary positions, repeated key heads, SwiGLU, a tied head, float32
# logits, the mean cross-entropy over the positions that have a target.  x [B, T, d]; ids, targets [B, T] int64
# table [V, d]; norms: gain before attention and before the feed-forward part of each layer, then the last one; mats: q, k, v, out, gate, up, down of each layer, or four
# tensors for each of them where they are NF4 codes; books: [] or the tables of the codes; pairs: A and B of each matrix, or []; shape: query heads, key heads, head width,
# feed-forward width
  def rms_norm(self: __torch__.Peer, x: Tensor, w: Tensor, eps: float) -> Tensor:
    h = torch.to(x, 6)
    r = torch.rsqrt(torch.add(torch.mean(torch.pow(h, 2), [-1], True), eps))
    return torch.mul(w, torch.to(torch.mul(h, r), x.dtype))
  # cos and sin [T, D] of both halves, in the type of x
  def rotary(self: __torch__.Peer, x: Tensor, d: int, theta: float) -> Tuple[Tensor, Tensor]:
    f = torch.exp(torch.mul(torch.arange(0, d, 2, dtype=7), torch.neg(torch.log(theta)) / d))
    a = torch.mul(torch.unsqueeze(torch.arange(0, x.shape[1], dtype=7), 1), f)
    b = torch.cat([a, a], 1)
    return (torch.to(torch.cos(b), x.dtype), torch.to(torch.sin(b), x.dtype))
  def rotated(self: __torch__.Peer, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[3] // 2
    turned = torch.cat([torch.neg(torch.slice(x, 3, half, 2 * half)), torch.slice(x, 3, 0, half)], 3)
    return torch.add(torch.mul(x, cos), torch.mul(turned, sin))
  def repeated(self: __torch__.Peer, x: Tensor, r: int) -> Tensor:
    if r == 1:
      return x
    b, h, t, d = x.shape[0], x.shape[1], x.shape[2], x.shape[3]
    return torch.reshape(torch.expand(torch.unsqueeze(x, 2), [b, h, r, t, d]), [b, h * r, t, d])
  # w = level · scale, the scale itself = level · outer scale + mean.  codes two a byte, the first in the high bits
  def nf4_dense(self: __torch__.Peer, codes: Tensor, scales: Tensor, outer: Tensor, mean: Tensor, books: List[Tensor], n: int, dtype: int) -> Tensor:
    i = torch.view(torch.stack([torch.bitwise_right_shift(codes, 4), torch.bitwise_and(codes, 15)], 1), [-1])
    level = torch.index_select(books[0], 0, torch.to(i, 3))
    if books[1].shape[0] == 0:
      s = scales
    else:
      o = torch.slice(torch.repeat_interleave(outer, 256), 0, 0, scales.shape[0])
      s = torch.add(torch.mul(torch.index_select(books[1], 0, torch.to(scales, 3)), o), mean)
    w = torch.mul(torch.view(level, [-1, 64]), torch.unsqueeze(s, 1))
    return torch.to(torch.view(w, [-1, n]), dtype)
  def nearest(self: __torch__.Peer, x: Tensor, book: Tensor) -> Tensor:
    middles = torch.mul(torch.add(torch.slice(book, 0, 0, -1), torch.slice(book, 0, 1)), 0.5)
    return torch.bucketize(x, middles)
  # the codes of a matrix, for once at the start
  def nf4_code(self: __torch__.Peer, w: Tensor, books: List[Tensor]) -> List[Tensor]:
    x = torch.view(torch.to(w, 6), [-1, 64])
    s = torch.amax(torch.abs(x), [1])
    i = torch.view(self.nearest(torch.div(x, torch.unsqueeze(s, 1)), books[0]), [-1, 2])
    codes = torch.to(torch.add(torch.mul(torch.select(i, 1, 0), 16), torch.select(i, 1, 1)), 0)
    if books[1].shape[0] == 0:
      return [codes, s, s, s]
    mean = torch.mean(s)
    rest = torch.sub(s, mean)
    outer = annotate(List[Tensor], [])
    again = annotate(List[Tensor], [])
    for t in range((s.shape[0] + 255) // 256):
      part = torch.slice(rest, 0, 256 * t, 256 * t + 256)
      c = torch.amax(torch.abs(part))
      torch.append(outer, c)
      torch.append(again, torch.to(self.nearest(torch.div(part, c), books[1]), 0))
    return [codes, torch.cat(again), torch.stack(outer), mean]
  def matrix(self: __torch__.Peer, mats: List[Tensor], j: int, books: List[Tensor], n: int, dtype: int) -> Tensor:
    if len(books) == 0:
      return mats[j]
    return self.nf4_dense(mats[4 * j], mats[4 * j + 1], mats[4 * j + 2], mats[4 * j + 3], books, n, dtype)
  # y = x Wᵀ, and + scale · (x Aᵀ) Bᵀ where there are pairs
  def site(self: __torch__.Peer, x: Tensor, mats: List[Tensor], j: int, books: List[Tensor], pairs: List[Tensor], scale: float) -> Tensor:
    y = torch.linear(x, self.matrix(mats, j, books, x.shape[2], x.dtype))
    if len(pairs) == 0:
      return y
    return torch.add(y, torch.mul(torch.linear(torch.linear(x, pairs[2 * j]), pairs[2 * j + 1]), scale))
  def decoder_layer(self: __torch__.Peer, x: Tensor, l: int, norms: List[Tensor], mats: List[Tensor], books: List[Tensor], pairs: List[Tensor], scale: float, cos: Tensor, sin: Tensor, shape: List[int], eps: float) -> Tensor:
    j, h, g = 7 * l, shape[0], shape[1]
    n = self.rms_norm(x, norms[2 * l], eps)
    q = self.rotated(self.split_heads(self.site(n, mats, j, books, pairs, scale), h), cos, sin)
    k = self.repeated(self.rotated(self.split_heads(self.site(n, mats, j + 1, books, pairs, scale), g), cos, sin), h // g)
    v = self.repeated(self.split_heads(self.site(n, mats, j + 2, books, pairs, scale), g), h // g)
    a = self.join_heads(torch.scaled_dot_product_attention(q, k, v, None, 0.0, True))
    x = torch.add(x, self.site(a, mats, j + 3, books, pairs, scale))
    n = self.rms_norm(x, norms[2 * l + 1], eps)
    f = torch.mul(torch.silu(self.site(n, mats, j + 4, books, pairs, scale)), self.site(n, mats, j + 5, books, pairs, scale))
    return torch.add(x, self.site(f, mats, j + 6, books, pairs, scale))
  def token_loss(self: __torch__.Peer, x: Tensor, table: Tensor, norm: Tensor, targets: Tensor, eps: float) -> Tensor:
    logits = torch.to(torch.linear(self.rms_norm(x, norm, eps), table), 6)
    return torch.cross_entropy_loss(torch.view(logits, [-1, table.shape[0]]), torch.view(targets, [-1]))
  def decoder_loss(self: __torch__.Peer, table: Tensor, norms: List[Tensor], mats: List[Tensor], books: List[Tensor], pairs: List[Tensor], scale: float, ids: Tensor, targets: Tensor, layers: int, shape: List[int], theta: float, eps: float) -> Tensor:
    x = torch.embedding(table, ids)
    cos, sin = self.rotary(x, shape[2], theta)
    for l in range(layers):
      x = self.decoder_layer(x, l, norms, mats, books, pairs, scale, cos, sin, shape, eps)
    return self.token_loss(x, table, norms[2 * layers], targets, eps)
  def decoder_gradients(self: __torch__.Peer, trained: List[Tensor], table: Tensor, norms: List[Tensor], mats: List[Tensor], books: List[Tensor], pairs: List[Tensor], scale: float, ids: Tensor, targets: Tensor, layers: int, shape: List[int], theta: float, eps: float) -> Tuple[Tensor, List[Tensor]]:
    torch.set_grad_enabled(True)
    loss = self.decoder_loss(table, norms, mats, books, pairs, scale, ids, targets, layers, shape, theta, eps)
    return (torch.detach(loss), self.gradients(loss, trained))
  # the pairs alone, with a checkpoint at every layer: a layer keeps its input and is computed again for its backward pass, as torch.utils.checkpoint does
  def checkpointed_gradients(self: __torch__.Peer, table: Tensor, norms: List[Tensor], mats: List[Tensor], books: List[Tensor], pairs: List[Tensor], scale: float, ids: Tensor, targets: Tensor, layers: int, shape: List[int], theta: float, eps: float) -> Tuple[Tensor, List[Tensor]]:
    torch.set_grad_enabled(False)
    x = torch.embedding(table, ids)
    cos, sin = self.rotary(x, shape[2], theta)
    kept = annotate(List[Tensor], [])
    for l in range(layers):
      torch.append(kept, x)
      x = self.decoder_layer(x, l, norms, mats, books, pairs, scale, cos, sin, shape, eps)
    torch.set_grad_enabled(True)
    x = torch.requires_grad_(torch.detach(x), True)
    loss = self.token_loss(x, table, norms[2 * layers], targets, eps)
    g = self.gradients(loss, [x])[0]
    all = annotate(List[Tensor], [])
    for i in range(layers):
      l = layers - 1 - i
      x = torch.requires_grad_(torch.detach(torch.pop(kept)), True)
      inputs = [x]
      for s in range(14):
        torch.append(inputs, pairs[14 * l + s])
      y = self.decoder_layer(x, l, norms, mats, books, pairs, scale, cos, sin, shape, eps)
      own = self.gradients_from(y, inputs, g)
      g = own[0]
      for s in range(14):
        torch.insert(all, s, own[s + 1])
    return (torch.detach(loss), all)

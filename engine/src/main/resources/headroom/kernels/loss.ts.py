# cross-entropy of rows: loss[n] = log Σ_V exp(logits[n]) - logits[n, targets[n]], and 0 where the target is -100.  logits [N, V], targets [N] int64, loss [N] float32.
# In tiles of rows, each widened to float32, so that nothing of the size of the logits is made beside them; of about 524,288 elements, since a row of a vocabulary alone leaves
# the threads idle
  def loss_rows(self: __torch__.Kernels, v: int) -> int:
    return max(1, 524288 // max(1, v))
  def cross_entropy(self: __torch__.Kernels, logits: Tensor, targets: Tensor) -> Tensor:
    n, r, a = logits.shape[0], self.loss_rows(logits.shape[1]), self.wide(logits)
    loss = torch.empty([n], dtype=a)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      target = torch.slice(targets, 0, i, j)
      logs = torch.log_softmax(torch.to(torch.slice(logits, 0, i, j), a), 1)
      chosen = torch.squeeze(torch.gather(logs, 1, torch.unsqueeze(torch.clamp(target, 0), 1)), 1)
      torch.copy_(torch.slice(loss, 0, i, j), torch.masked_fill_(torch.neg_(chosen), torch.eq(target, -100), 0.0))
    return loss
  # dlogits[n] = coefficient[n] (softmax(logits[n]) - onehot(targets[n])), and 0 where the target is -100
  def cross_entropy_dx(self: __torch__.Kernels, logits: Tensor, targets: Tensor, coefficient: Tensor) -> Tensor:
    return self.cross_entropy_dx_tiles(torch.empty_like(logits), logits, targets, coefficient)
  # the same over the logits themselves
  def cross_entropy_dx_into(self: __torch__.Kernels, logits: Tensor, targets: Tensor, coefficient: Tensor) -> Tensor:
    return self.cross_entropy_dx_tiles(logits, logits, targets, coefficient)
  def cross_entropy_dx_tiles(self: __torch__.Kernels, out: Tensor, logits: Tensor, targets: Tensor, coefficient: Tensor) -> Tensor:
    n, r, a = logits.shape[0], self.loss_rows(logits.shape[1]), self.wide(logits)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      target = torch.slice(targets, 0, i, j)
      c = torch.masked_fill(torch.to(torch.slice(coefficient, 0, i, j), a), torch.eq(target, -100), 0.0)
      p = torch.mul_(torch.softmax(torch.to(torch.slice(logits, 0, i, j), a), 1), torch.unsqueeze(c, 1))
      torch.scatter_add_(p, 1, torch.unsqueeze(torch.clamp(target, 0), 1), torch.unsqueeze(torch.neg_(c), 1))
      torch.copy_(torch.slice(out, 0, i, j), p)
    return out
  # both at once, where the coefficients come later: loss as above, and the logits become softmax - onehot, whole rows of zeros where the target is -100. The softmax of a tile is taken
  # in place; its greatest is 1 / Σ exp(x - max), from which the loss follows. p - 1 of the target comes from the loss, so that it is exact where p is near 1
  def cross_entropy_gradient_into(self: __torch__.Kernels, logits: Tensor, loss: Tensor, targets: Tensor) -> Tensor:
    n, r, a = logits.shape[0], self.loss_rows(logits.shape[1]), self.wide(logits)
    p = torch.slice(logits, 0, 0, r)
    if logits.dtype != a:
      p = torch.empty_like(p, dtype=a)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      x, target = torch.slice(logits, 0, i, j), torch.slice(targets, 0, i, j)
      at = torch.unsqueeze(torch.clamp(target, 0), 1)
      if logits.dtype == a:
        p = x
      else:
        p = torch.copy_(torch.slice(p, 0, 0, j - i), x)
      over = torch.sub(torch.amax(p, [1]), torch.squeeze(torch.gather(p, 1, at), 1))
      torch._softmax(p, 1, False, out=p)
      l = torch.masked_fill_(torch.sub_(over, torch.log_(torch.amax(p, [1]))), torch.eq(target, -100), 0.0)
      torch.copy_(torch.slice(loss, 0, i, j), l)
      if logits.dtype != a:
        torch.copy_(x, p)
      torch.scatter_(x, 1, at, torch.to(torch.unsqueeze(torch.expm1(torch.neg(l)), 1), x.dtype))
      torch.index_fill_(x, 0, torch.view(torch.nonzero(torch.eq(target, -100)), [-1]), 0.0)
    return logits
  # log-probability of the chosen column of each row, float32; 0 where it is -100
  def token_log_probs(self: __torch__.Kernels, logits: Tensor, targets: Tensor) -> Tensor:
    return torch.neg_(self.cross_entropy(logits, targets))
  # entropy of softmax(logits[n]) in nats: lse - Σ_V p x, float32 [N]
  def entropy_rows(self: __torch__.Kernels, logits: Tensor) -> Tensor:
    n, r, a = logits.shape[0], self.tile_rows(logits.shape[1]), self.wide(logits)
    out = torch.empty([n], dtype=a)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      x = torch.to(torch.slice(logits, 0, i, j), a)
      lse = torch.logsumexp(x, [1])
      torch.copy_(torch.slice(out, 0, i, j), torch.sub_(lse, torch.sum(torch.mul_(torch.softmax(x, 1), x), [1])))
    return out
  # the best column of each row, int64 [N]
  def argmax_rows(self: __torch__.Kernels, logits: Tensor) -> Tensor:
    return torch.argmax(logits, 1)
  # (rows whose best column is the target, rows that have a target), int64 [2]
  def accuracy_counts(self: __torch__.Kernels, logits: Tensor, targets: Tensor) -> Tensor:
    return torch.stack([torch.sum(torch.eq(torch.argmax(logits, 1), targets)), torch.sum(torch.ne(targets, -100))])
  # Σ x, float32 []
  def sum(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.sum(torch.to(x, self.wide(x)))

# updates in place.  w, g, m, v of one shape; c1 = 1 - β1ᵗ and c2 = 1 - β2ᵗ are the bias corrections of step t
#   m ← β1 m + (1-β1) g,  v ← β2 v + (1-β2) g²,  w ← w (1 - rate decay) - rate (m/c1) / (√(v/c2) + eps)
# One pass without temporaries where the types agree: libtorch's fused step, told of a step so late that its own corrections are 1, with ours folded into rate and eps.
# Otherwise tiles of 131,072 elements in the wider type
  def adamw(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    if w.dtype == g.dtype and w.dtype == m.dtype and w.dtype == v.dtype:
      return self.adam_fused(w, g, m, v, rate, beta1, beta2, eps, decay, c1, c2)
    a = self.wide(w)
    fw, fg, fm, fv = torch.view(w, [-1]), torch.view(g, [-1]), torch.view(m, [-1]), torch.view(v, [-1])
    n = fw.shape[0]
    for t in range((n + 131071) // 131072):
      i, j = t * 131072, min(n, t * 131072 + 131072)
      sm, sv = torch.slice(fm, 0, i, j), torch.slice(fv, 0, i, j)
      tm, tv = torch.to(sm, a), torch.to(sv, a)
      self.adam_tile(torch.slice(fw, 0, i, j), torch.slice(fg, 0, i, j), tm, tv, rate, beta1, beta2, eps, decay, c1, c2)
      torch.copy_(sm, tm)
      torch.copy_(sv, tv)
    return w
  # the same for a weight whose rounded form is read by the products: it is written while the tile is in the cache
  def adamw_rounded(self: __torch__.Kernels, rounded: Tensor, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    fr, fw, fg, fm, fv = torch.view(rounded, [-1]), torch.view(w, [-1]), torch.view(g, [-1]), torch.view(m, [-1]), torch.view(v, [-1])
    n = fw.shape[0]
    for t in range((n + 131071) // 131072):
      i, j = t * 131072, min(n, t * 131072 + 131072)
      sw = torch.slice(fw, 0, i, j)
      self.adamw(sw, torch.slice(fg, 0, i, j), torch.slice(fm, 0, i, j), torch.slice(fv, 0, i, j), rate, beta1, beta2, eps, decay, c1, c2)
      torch.copy_(torch.slice(fr, 0, i, j), sw)
    return rounded
  def adam_fused(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    folded = rate * torch.sqrt(c2) / c1
    shrink = 0.0
    if folded != 0.0:
      shrink = decay * rate / folded
    # the answer is read back from the list: without a reader the compiler would take the call for dead code
    ws = [w]
    torch._fused_adamw_(ws, [g], [m], [v], annotate(List[Tensor], []), [torch.full([], 1e9, dtype=6)], lr=folded, beta1=beta1, beta2=beta2, weight_decay=shrink, eps=eps * torch.sqrt(c2), amsgrad=False, maximize=False)
    return ws[0]
  # one tile, in the type of its moments
  def adam_tile(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    return torch.copy_(w, self.adam_fused(torch.to(w, m.dtype), torch.to(g, m.dtype), m, v, rate, beta1, beta2, eps, decay, c1, c2))
  # the same where entry i takes its age_i-th step, which is counted here: c1 = 1 - β1^age, c2 = 1 - β2^age by entry; before: eps is added to √v and not to √(v/c2)
  def adamw_aged(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, v: Tensor, age: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, before: bool) -> Tensor:
    a = self.wide(w)
    fw, fg, fm, fv, fa = torch.view(w, [-1]), torch.view(g, [-1]), torch.view(m, [-1]), torch.view(v, [-1]), torch.view(age, [-1])
    n = fw.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      sw, sm, sv = torch.slice(fw, 0, i, j), torch.slice(fm, 0, i, j), torch.slice(fv, 0, i, j)
      ages = torch.to(torch.add_(torch.slice(fa, 0, i, j), 1.0), a)
      tw, tg, tm, tv = torch.to(sw, a), torch.to(torch.slice(fg, 0, i, j), a), torch.to(sm, a), torch.to(sv, a)
      torch.add_(torch.mul_(tm, beta1), tg, alpha=1.0 - beta1)
      torch.addcmul_(torch.mul_(tv, beta2), tg, tg, value=1.0 - beta2)
      root = torch.sqrt_(torch.add_(torch.neg_(torch.pow(beta2, ages)), 1.0))
      den = torch.sqrt(tv)
      if before:
        torch.div_(torch.add_(den, eps), root)
      else:
        torch.add_(torch.div_(den, root), eps)
      torch.mul_(den, torch.add_(torch.neg_(torch.pow(beta1, ages)), 1.0))
      torch.addcdiv_(torch.mul_(tw, 1.0 - rate * decay), tm, den, value=-rate)
      torch.copy_(sw, tw)
      torch.copy_(sm, tm)
      torch.copy_(sv, tv)
    return w
  # w ← w (1 - rate decay) - rate g
  def sgd(self: __torch__.Kernels, w: Tensor, g: Tensor, rate: float, decay: float) -> Tensor:
    if decay != 0.0:
      torch.mul_(w, 1.0 - rate * decay)
    return torch.add_(w, g, alpha=-rate)
  # b ← μ b + g + decay w,  w ← w - rate b;  nesterov: w ← w - rate (g + decay w + μ b)
  def sgd_momentum(self: __torch__.Kernels, w: Tensor, g: Tensor, b: Tensor, rate: float, momentum: float, decay: float, nesterov: bool) -> Tensor:
    a = self.wide(w)
    fw, fg, fb = torch.view(w, [-1]), torch.view(g, [-1]), torch.view(b, [-1])
    n = fw.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      sb = torch.slice(fb, 0, i, j)
      tb = torch.to(sb, a)
      self.sgd_tile(torch.slice(fw, 0, i, j), torch.slice(fg, 0, i, j), tb, rate, momentum, decay, nesterov)
      torch.copy_(sb, tb)
    return w
  def sgd_tile(self: __torch__.Kernels, w: Tensor, g: Tensor, b: Tensor, rate: float, momentum: float, decay: float, nesterov: bool) -> Tensor:
    tw, tg = torch.to(w, b.dtype), torch.to(g, b.dtype)
    torch.add_(torch.mul_(b, momentum), tg)
    if decay != 0.0:
      torch.add_(b, tw, alpha=decay)
    if nesterov:
      if decay != 0.0:
        torch.mul_(tw, 1.0 - rate * decay)
      torch.add_(tw, tg, alpha=-rate)
      torch.add_(tw, b, alpha=-rate * momentum)
    else:
      torch.add_(tw, b, alpha=-rate)
    return torch.copy_(w, tw)
  # w ← w (1 - rate decay) - rate sign(g)
  def sign_sgd(self: __torch__.Kernels, w: Tensor, g: Tensor, rate: float, decay: float) -> Tensor:
    fw, fg = torch.view(w, [-1]), torch.view(g, [-1])
    n = fw.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      sw = torch.slice(fw, 0, i, j)
      if decay != 0.0:
        torch.mul_(sw, 1.0 - rate * decay)
      torch.add_(sw, torch.sign(torch.slice(fg, 0, i, j)), alpha=-rate)
    return w
  # w ← w (1 - rate decay) - rate sign(β1 m + (1-β1) g),  then m ← β2 m + (1-β2) g
  def lion(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, rate: float, beta1: float, beta2: float, decay: float) -> Tensor:
    a = self.wide(w)
    fw, fg, fm = torch.view(w, [-1]), torch.view(g, [-1]), torch.view(m, [-1])
    n = fw.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      sm = torch.slice(fm, 0, i, j)
      tm = torch.to(sm, a)
      self.lion_tile(torch.slice(fw, 0, i, j), torch.slice(fg, 0, i, j), tm, rate, beta1, beta2, decay)
      torch.copy_(sm, tm)
    return w
  def lion_tile(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, rate: float, beta1: float, beta2: float, decay: float) -> Tensor:
    tw, tg = torch.to(w, m.dtype), torch.to(g, m.dtype)
    u = torch.sign_(torch.add_(torch.mul(m, beta1), tg, alpha=1.0 - beta1))
    torch.add_(torch.mul_(m, beta2), tg, alpha=1.0 - beta2)
    torch.mul_(tw, 1.0 - rate * decay)
    torch.add_(tw, u, alpha=-rate)
    return torch.copy_(w, tw)
# Adafactor.  factors: [R [a], C [b]] of a matrix g [a, b], or [v] of g's shape; momentum: [] or [m] of g's shape.  Tiles of rows, in the factors' type
#   R ← β R + (1-β) mean over columns of g² + eps1,  C likewise over rows,  v̂ = R Cᵀ / mean(R);  or v̂ = v ← β v + (1-β)(g² + eps1)
#   u = g / √v̂,  u ← u / max(1, RMS(u) / limit),  α = rate max(eps2, RMS(w)), or rate where not scaled
#   w ← w (1 - α decay) - α u;  with momentum m ← β1 m + (1-β1) α u and w ← w (1 - α decay) - m
  def adafactor(self: __torch__.Kernels, w: Tensor, g: Tensor, factors: List[Tensor], momentum: List[Tensor], beta: float, eps1: float, limit: float, rate: float, eps2: float, scaled: bool, decay: float, beta1: float) -> Tensor:
    gm, wm = torch.view(g, [-1, g.shape[-1]]), torch.view(w, [-1, g.shape[-1]])
    n, d = gm.shape[0], gm.shape[1]
    rows = self.tile_rows(d)
    first = factors[0]
    a = first.dtype
    factored = len(factors) > 1
    count = (n + rows - 1) // rows
    across = torch.zeros([1], dtype=a)
    down = first
    if factored:
      across = torch.zeros([d], dtype=a)
      for t in range(count):
        i, j = t * rows, min(n, t * rows + rows)
        x = torch.to(torch.slice(gm, 0, i, j), a)
        q = torch.add_(torch.mul(x, x), eps1)
        torch.add_(torch.mul_(torch.slice(first, 0, i, j), beta), torch.mean(q, [1]), alpha=1.0 - beta)
        torch.add_(across, torch.sum(q, [0]))
      second = factors[1]
      torch.add_(torch.mul_(second, beta), across, alpha=(1.0 - beta) / float(n))
      torch.rsqrt(second, out=across)
      down = torch.unsqueeze(torch.rsqrt_(torch.div(first, torch.mean(first))), 1)
    else:
      down = torch.view(first, [-1, d])
      for t in range(count):
        i, j = t * rows, min(n, t * rows + rows)
        x = torch.to(torch.slice(gm, 0, i, j), a)
        torch.add_(torch.mul_(torch.slice(down, 0, i, j), beta), torch.add_(torch.mul(x, x), eps1), alpha=1.0 - beta)
    squares = torch.zeros([], dtype=a)
    for t in range(count):
      i, j = t * rows, min(n, t * rows + rows)
      u = torch.view(self.adafactor_u(torch.to(torch.slice(gm, 0, i, j), a), torch.slice(down, 0, i, j), across, factored), [-1])
      torch.add_(squares, torch.dot(u, u))
    alpha = torch.full([], rate, dtype=a)
    if scaled:
      torch.mul_(alpha, torch.clamp_min_(torch.sqrt_(torch.div(self.sum_squares(w), float(n * d))), eps2))
    step = torch.div(alpha, torch.clamp_min_(torch.div_(torch.sqrt_(torch.div_(squares, float(n * d))), limit), 1.0))
    keep = torch.rsub(torch.mul_(alpha, decay), 1.0)
    for t in range(count):
      i, j = t * rows, min(n, t * rows + rows)
      u = torch.mul_(self.adafactor_u(torch.to(torch.slice(gm, 0, i, j), a), torch.slice(down, 0, i, j), across, factored), step)
      if len(momentum) > 0:
        sm = torch.slice(torch.view(momentum[0], [-1, d]), 0, i, j)
        torch.add_(torch.mul_(u, 1.0 - beta1), torch.to(sm, a), alpha=beta1)
        torch.copy_(sm, u)
      sw = torch.slice(wm, 0, i, j)
      tw = torch.to(sw, a)
      torch.sub_(torch.mul_(tw, keep), u)
      torch.copy_(sw, tw)
    return w
  def adafactor_u(self: __torch__.Kernels, x: Tensor, down: Tensor, across: Tensor, factored: bool) -> Tensor:
    if factored:
      return torch.mul_(torch.mul(x, down), across)
    return torch.mul_(torch.rsqrt(down), x)
# APOLLO: the raw gradient g [a, b] takes the size that Adam gave its sketch.  sketch, step: [r, b] (left) or [a, r]; step is Adam's step of the sketch; last [1] is the norm
# that the scaled gradient had the time before, 0 at first
#   s = c ‖step‖ / (‖sketch‖ + 1e-8), for each channel (a column where left, else a row) or for the whole;  g ← s g;  n = ‖g‖
#   n > growth · last > 0:  g ← g growth · last / n;  last ← ‖g‖;  g ← factor g
  def apollo_scale_into(self: __torch__.Kernels, g: Tensor, sketch: Tensor, step: Tensor, last: Tensor, left: bool, whole: bool, c: float, growth: float, factor: float) -> Tensor:
    dims = [1]
    if left:
      dims = [0]
    if whole:
      dims = [0, 1]
    up = torch.mul_(torch.linalg_vector_norm(step, 2, dims, True, dtype=last.dtype), c)
    torch.div_(up, torch.add_(torch.linalg_vector_norm(sketch, 2, dims, True, dtype=last.dtype), 1e-8))
    torch.mul_(g, torch.to(up, g.dtype))
    n = torch.sqrt_(self.sum_squares(g))
    bound = torch.mul(last, growth)
    f = torch.clamp_max_(torch.div(bound, torch.add(n, 1e-30)), 1.0)
    torch.masked_fill_(f, torch.le(last, 0.0), 1.0)
    torch.copy_(last, torch.mul(f, n))
    torch.mul_(f, factor)
    return torch.mul_(g, torch.to(f, g.dtype))
  # x ← x within [-limit, limit];  x ← max(x, floor)
  def clamp_into(self: __torch__.Kernels, x: Tensor, limit: float) -> Tensor:
    return torch.clamp_(x, -limit, limit)
  def floor_into(self: __torch__.Kernels, x: Tensor, floor: float) -> Tensor:
    return torch.clamp_min_(x, floor)
  # rows of x by number, zeros for a negative one
  def take_rows(self: __torch__.Kernels, x: Tensor, ids: Tensor) -> Tensor:
    y = torch.index_select(x, 0, torch.clamp_min(ids, 0))
    return torch.masked_fill_(y, torch.unsqueeze(torch.lt(ids, 0), 1), 0.0)
  # Σ x², float32 [] (float64 for float64), bf16 in tiles, of which the norms of short rows are taken by both threads at once
  def sum_squares(self: __torch__.Kernels, x: Tensor) -> Tensor:
    flat = torch.view(x, [-1])
    a = self.wide(x)
    if x.dtype == a:
      return torch.dot(flat, flat)
    n = flat.shape[0]
    s = torch.zeros([], dtype=a)
    for t in range((n + 262143) // 262144):
      i, j = t * 262144, min(n, t * 262144 + 262144)
      f = torch.to(torch.slice(flat, 0, i, j), a)
      k = (j - i) // 128
      q = torch.linalg_vector_norm(torch.view(torch.slice(f, 0, 0, k * 128), [k, 128]), 2.0, [1])
      r = torch.slice(f, 0, k * 128, j - i)
      torch.add_(torch.add_(s, torch.dot(q, q)), torch.dot(r, r))
    return s
  # of several tensors, of one type or of such that are reduced in the same
  def squares_of(self: __torch__.Kernels, xs: List[Tensor]) -> Tensor:
    s = torch.zeros([len(xs)], dtype=self.wide(xs[0]))
    for k in range(len(xs)):
      torch.copy_(torch.select(s, 0, k), self.sum_squares(xs[k]))
    return s

# updates in place.  w, g, m, v of one shape; c1 = 1 - β1ᵗ and c2 = 1 - β2ᵗ are the bias corrections of step t
#   m ← β1 m + (1-β1) g,  v ← β2 v + (1-β2) g²,  w ← w (1 - rate decay) - rate (m/c1) / (√(v/c2) + eps)
# One pass without temporaries where the types agree: libtorch's fused step, told of a step so late that its own corrections are 1, with ours folded into rate and eps.
# Otherwise tiles of 65,536 elements in float32
  def adamw(self: __torch__.Kernels, w: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    if w.dtype == g.dtype and w.dtype == m.dtype and w.dtype == v.dtype:
      folded = rate * torch.sqrt(c2) / c1
      shrink = 0.0
      if folded != 0.0:
        shrink = decay * rate / folded
      # the answer is read back from the list: without a reader the compiler would take the call for dead code
      ws = [w]
      torch._fused_adamw_(ws, [g], [m], [v], annotate(List[Tensor], []), [torch.full([], 1e9, dtype=6)], lr=folded, beta1=beta1, beta2=beta2, weight_decay=shrink, eps=eps * torch.sqrt(c2), amsgrad=False, maximize=False)
      return ws[0]
    a = self.wide(w)
    fw, fg, fm, fv = torch.view(w, [-1]), torch.view(g, [-1]), torch.view(m, [-1]), torch.view(v, [-1])
    n = fw.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      sw, sm, sv = torch.slice(fw, 0, i, j), torch.slice(fm, 0, i, j), torch.slice(fv, 0, i, j)
      tw, tg, tm, tv = torch.to(sw, a), torch.to(torch.slice(fg, 0, i, j), a), torch.to(sm, a), torch.to(sv, a)
      torch.add_(torch.mul_(tm, beta1), tg, alpha=1.0 - beta1)
      torch.addcmul_(torch.mul_(tv, beta2), tg, tg, value=1.0 - beta2)
      torch.mul_(tw, 1.0 - rate * decay)
      torch.addcdiv_(tw, tm, torch.add_(torch.sqrt_(torch.div(tv, c2)), eps), value=-rate / c1)
      torch.copy_(sw, tw)
      torch.copy_(sm, tm)
      torch.copy_(sv, tv)
    return w
  # the same on a float32 master copy, then rounded into the weight that computes
  def adamw_master(self: __torch__.Kernels, w: Tensor, master: Tensor, g: Tensor, m: Tensor, v: Tensor, rate: float, beta1: float, beta2: float, eps: float, decay: float, c1: float, c2: float) -> Tensor:
    return torch.copy_(w, self.adamw(master, g, m, v, rate, beta1, beta2, eps, decay, c1, c2))
  # m and v take g in as above; -> m / (√v + eps) [shape of g]: what a method that steps elsewhere needs. One type
  def adam_direction(self: __torch__.Kernels, g: Tensor, m: Tensor, v: Tensor, beta1: float, beta2: float, eps: float) -> Tensor:
    torch.add_(torch.mul_(m, beta1), g, alpha=1.0 - beta1)
    torch.addcmul_(torch.mul_(v, beta2), g, g, value=1.0 - beta2)
    return torch.reciprocal_(torch.add_(torch.sqrt(v), eps)).mul_(m)
  # w ← w (1 - rate decay) - rate g
  def sgd(self: __torch__.Kernels, w: Tensor, g: Tensor, rate: float, decay: float) -> Tensor:
    if decay != 0.0:
      torch.mul_(w, 1.0 - rate * decay)
    return torch.add_(w, g, alpha=-rate)
  # b ← μ b + g,  w ← w (1 - rate decay) - rate b;  nesterov: w ← … - rate (g + μ b)
  def sgd_momentum(self: __torch__.Kernels, w: Tensor, g: Tensor, b: Tensor, rate: float, momentum: float, decay: float, nesterov: bool) -> Tensor:
    torch.add_(torch.mul_(b, momentum), g)
    if decay != 0.0:
      torch.mul_(w, 1.0 - rate * decay)
    if nesterov:
      torch.add_(w, g, alpha=-rate)
      return torch.add_(w, b, alpha=-rate * momentum)
    return torch.add_(w, b, alpha=-rate)
  # Σ x², float32 [] (float64 for float64), bf16 in tiles
  def sum_squares(self: __torch__.Kernels, x: Tensor) -> Tensor:
    flat = torch.view(x, [-1])
    a = self.wide(x)
    if x.dtype == a:
      return torch.dot(flat, flat)
    n = flat.shape[0]
    s = torch.zeros([], dtype=a)
    for t in range((n + 65535) // 65536):
      f = torch.to(torch.slice(flat, 0, t * 65536, min(n, t * 65536 + 65536)), a)
      torch.add_(s, torch.dot(f, f))
    return s

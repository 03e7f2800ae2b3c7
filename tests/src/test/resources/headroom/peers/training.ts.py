# gradients by libtorch's autograd
  def gradients(self: __torch__.Peer, loss: Tensor, inputs: List[Tensor]) -> List[Tensor]:
    return self.present(torch.autograd.grad([loss], inputs))
  def gradients_from(self: __torch__.Peer, y: Tensor, inputs: List[Tensor], dy: Tensor) -> List[Tensor]:
    return self.present(torch.autograd.grad([y], inputs, annotate(List[Optional[Tensor]], [dy])))
  def present(self: __torch__.Peer, given: List[Optional[Tensor]]) -> List[Tensor]:
    out = annotate(List[Tensor], [])
    for i in range(len(given)):
      torch.append(out, torch._unwrap_optional(given[i]))
    return out
  def train(self: __torch__.Peer, p: List[Tensor]) -> int:
    for i in range(len(p)):
      torch.requires_grad_(p[i], True)
    return len(p)
# clip_grad_norm_: one norm of all, and always the product.  -> norm []
  def clip(self: __torch__.Peer, g: List[Tensor], limit: float) -> Tensor:
    norms = annotate(List[Tensor], [])
    for i in range(len(g)):
      torch.append(norms, torch.linalg_vector_norm(g[i], 2.0))
    norm = torch.linalg_vector_norm(torch.stack(norms), 2.0)
    if limit > 0.0:
      factor = torch.clamp(torch.div(limit, torch.add(norm, 1e-6)), None, 1.0)
      for i in range(len(g)):
        torch.mul_(g[i], factor)
    return norm
# AdamW tensor by tensor, as torch.optim does it on a CPU. masters: float32 copies of bf16 weights, which are stepped in their place, or []
  def adamw(self: __torch__.Peer, w: List[Tensor], masters: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], decays: List[float], rate: float, beta1: float, beta2: float, eps: float, c1: float, root2: float) -> int:
    for i in range(len(w)):
      p, d = w[i], g[i]
      if len(masters) > 0:
        p = masters[i]
        d = torch.to(d, p.dtype)
      torch.mul_(p, 1.0 - rate * decays[i])
      torch.lerp_(m[i], d, 1.0 - beta1)
      torch.addcmul_(torch.mul_(v[i], beta2), d, d, value=1.0 - beta2)
      torch.addcdiv_(p, m[i], torch.add_(torch.div(torch.sqrt(v[i]), root2), eps), value=-rate / c1)
      if len(masters) > 0:
        torch.copy_(w[i], p)
    return len(w)
# one training step: gradients exist together from the backward pass to the update, and are gone with the call
  def encoder_step(self: __torch__.Peer, p: List[Tensor], ids: Tensor, targets: Tensor, layers: int, heads: int, eps: float, masters: List[Tensor], m: List[Tensor], v: List[Tensor], decays: List[float], rates: List[float]) -> Tensor:
    loss, g = self.encoder_gradients(p, ids, targets, layers, heads, eps)
    self.update(p, masters, g, m, v, decays, rates)
    return loss
  def decoder_step(self: __torch__.Peer, trained: List[Tensor], table: Tensor, norms: List[Tensor], mats: List[Tensor], books: List[Tensor], pairs: List[Tensor], scale: float, ids: Tensor, targets: Tensor, layers: int, shape: List[int], theta: float, eps: float, checkpoints: bool, masters: List[Tensor], m: List[Tensor], v: List[Tensor], decays: List[float], rates: List[float]) -> Tensor:
    if checkpoints:
      loss, g = self.checkpointed_gradients(table, norms, mats, books, pairs, scale, ids, targets, layers, shape, theta, eps)
    else:
      loss, g = self.decoder_gradients(trained, table, norms, mats, books, pairs, scale, ids, targets, layers, shape, theta, eps)
    self.update(trained, masters, g, m, v, decays, rates)
    return loss
  # rates: η, β1, β2, ε, 1 - β1ᵗ, √(1 - β2ᵗ), limit of the norm
  def update(self: __torch__.Peer, w: List[Tensor], masters: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], decays: List[float], rates: List[float]) -> int:
    torch.set_grad_enabled(False)
    norm = self.clip(g, rates[6])
    return self.adamw(w, masters, g, m, v, decays, rates[0], rates[1], rates[2], rates[3], rates[4], rates[5])
# MeZO in place: every tensor moves by c z, z drawn anew from the library's generator, which the caller has seeded
  def shift(self: __torch__.Peer, p: List[Tensor], c: float) -> int:
    for i in range(len(p)):
      torch.add_(p[i], torch.normal(0.0, 1.0, torch.size(p[i]), dtype=p[i].dtype), alpha=c)
    return len(p)
# making tensors
  def zeros(self: __torch__.Peer, dims: List[int], dtype: int) -> Tensor:
    return torch.zeros(dims, dtype=dtype)
  def zeros_like(self: __torch__.Peer, x: Tensor, dtype: int) -> Tensor:
    return torch.zeros(torch.size(x), dtype=dtype)
  def cast(self: __torch__.Peer, x: Tensor, dtype: int) -> Tensor:
    return torch.to(x, dtype, False, True)
  # elements given as bytes become rows from `first` on
  def put_rows(self: __torch__.Peer, to: Tensor, bytes: Tensor, first: int, rows: int) -> Tensor:
    part = torch.slice(to, 0, first, first + rows)
    return torch.copy_(part, torch.view(torch.view_copy(bytes, dtype=to.dtype), torch.size(part)))
# the product that everything is measured by: y = a b, or a bᵀ, or aᵀ b, into memory that is there
  def product_into(self: __torch__.Peer, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(a, b, out=y)
  def product_bt_into(self: __torch__.Peer, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(a, torch.t(b), out=y)
  def product_at_into(self: __torch__.Peer, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(torch.t(a), b, out=y)
  def turned(self: __torch__.Peer, x: Tensor) -> Tensor:
    return torch.t(x)

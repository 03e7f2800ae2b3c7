# Codes of what is kept between forward and backward, of a tensor read as one flat row of n elements in groups of `group`; the last group may be short.
# n bits: of each group the least value lo and the step s = (max - lo) / (2^bits - 1), both rounded to float16 before they are used, and q = round((x - lo)/s), packed as
# 8/bits codes a byte, the first in the high bits.  -> codes [⌈n bits/8⌉] U8, steps and los [⌈n/group⌉] F16.  A group must be a whole number of bytes
  def group_code_into(self: __torch__.Kernels, codes: Tensor, steps: Tensor, lows: Tensor, x: Tensor, bits: int) -> Tensor:
    top = float((1 << bits) - 1)
    lo = torch.amin(x, [1])
    torch.copy_(steps, torch.clamp(torch.div_(torch.sub(torch.amax(x, [1]), lo), top), 0.0, 65504.0))
    torch.copy_(lows, torch.clamp(lo, -65504.0, 65504.0))
    s = torch.to(steps, 6)
    one = torch.masked_fill(torch.reciprocal(s), torch.eq(s, 0.0), 0.0)
    y = torch.mul_(torch.sub(x, torch.unsqueeze(lows, 1)), torch.unsqueeze(one, 1))
    q = torch.view(torch.to(torch.clamp_(torch.round_(y), 0.0, top), 0), [-1])
    k = 8 // bits
    over = codes.shape[0] * k - q.shape[0]
    if over > 0:
      q = torch.constant_pad_nd(q, [0, over], 0)
    return self.pack_into(codes, q, bits)
  def group_code(self: __torch__.Kernels, x: Tensor, bits: int, group: int) -> Tuple[Tensor, Tensor, Tensor]:
    n = torch.numel(x)
    groups = (n + group - 1) // group
    codes = torch.empty([(n * bits + 7) // 8], dtype=0)
    steps, lows = torch.empty([groups], dtype=5), torch.empty([groups], dtype=5)
    self.group_code_out(codes, steps, lows, x, bits, group)
    return (codes, steps, lows)
  def group_code_out(self: __torch__.Kernels, codes: Tensor, steps: Tensor, lows: Tensor, x: Tensor, bits: int, group: int) -> Tensor:
    flat = torch.view(x, [-1])
    n = flat.shape[0]
    groups = steps.shape[0]
    tile = max(1, 65536 // group) * group
    whole = n // group * group
    for t in range((whole + tile - 1) // tile):
      i, j = t * tile, min(whole, t * tile + tile)
      f, to = i // group, j // group
      xt = torch.view(torch.to(torch.slice(flat, 0, i, j), 6), [-1, group])
      self.group_code_into(torch.slice(codes, 0, i * bits // 8, j * bits // 8), torch.slice(steps, 0, f, to), torch.slice(lows, 0, f, to), xt, bits)
    if n > whole:
      xt = torch.view(torch.to(torch.slice(flat, 0, whole, n), 6), [1, -1])
      self.group_code_into(torch.slice(codes, 0, whole * bits // 8), torch.slice(steps, 0, groups - 1), torch.slice(lows, 0, groups - 1), xt, bits)
    return codes
  # q s + lo of every element, in a given type.  -> [n]
  def group_decode(self: __torch__.Kernels, codes: Tensor, steps: Tensor, lows: Tensor, bits: int, group: int, n: int, dtype: int) -> Tensor:
    return self.group_decode_out(torch.empty([n], dtype=dtype), codes, steps, lows, bits, group, n, dtype)
  def group_decode_out(self: __torch__.Kernels, out: Tensor, codes: Tensor, steps: Tensor, lows: Tensor, bits: int, group: int, n: int, dtype: int) -> Tensor:
    k, mask = 8 // bits, (1 << bits) - 1
    tile = max(1, 65536 // group) * group
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      f, to = i // group, (j + group - 1) // group
      b = torch.slice(codes, 0, i * bits // 8, (j * bits + 7) // 8)
      q = torch.empty([b.shape[0], k], dtype=6)
      for p in range(k):
        torch.copy_(torch.select(q, 1, p), torch.bitwise_and(torch.bitwise_right_shift(b, 8 - bits * (p + 1)), mask))
      x = torch.slice(torch.view(q, [-1]), 0, 0, j - i)
      whole = (j - i) // group
      if whole > 0:
        g = torch.view(torch.slice(x, 0, 0, whole * group), [whole, group])
        torch.add_(torch.mul_(g, torch.unsqueeze(torch.slice(steps, 0, f, f + whole), 1)), torch.unsqueeze(torch.slice(lows, 0, f, f + whole), 1))
      if j - i > whole * group:
        g = torch.slice(x, 0, whole * group, j - i)
        torch.add_(torch.mul_(g, torch.slice(steps, 0, to - 1, to)), torch.slice(lows, 0, to - 1, to))
      torch.copy_(torch.slice(out, 0, i, j), x)
    return out
# fp8 (dtype 24: four bits of exponent, greatest 448; 23: five, greatest 57344): x / s with s = max|x| of a group over the greatest, kept in bf16; the quotient is held within
# the type, which has no infinity to overflow to.  -> the bits as bytes [n] U8, scales [⌈n/group⌉] BF16
  def fp8_greatest(self: __torch__.Kernels, dtype: int) -> float:
    if dtype == 24:
      return 448.0
    return 57344.0
  def fp8_code_into(self: __torch__.Kernels, codes: Tensor, scales: Tensor, x: Tensor, dtype: int) -> Tensor:
    top = self.fp8_greatest(dtype)
    torch.copy_(scales, torch.div_(torch.add_(torch.amax(torch.abs(x), [1]), 1e-10), top))
    y = torch.clamp_(torch.div(x, torch.unsqueeze(torch.to(scales, 6), 1)), -top, top)
    return torch.copy_(codes, torch.view_copy(torch.view(torch.to(y, dtype), [-1]), dtype=0))
  def fp8_code(self: __torch__.Kernels, x: Tensor, dtype: int, group: int) -> Tuple[Tensor, Tensor]:
    n = torch.numel(x)
    codes, scales = torch.empty([n], dtype=0), torch.empty([(n + group - 1) // group], dtype=15)
    self.fp8_code_out(codes, scales, x, dtype, group)
    return (codes, scales)
  def fp8_code_out(self: __torch__.Kernels, codes: Tensor, scales: Tensor, x: Tensor, dtype: int, group: int) -> Tensor:
    flat = torch.view(x, [-1])
    n = flat.shape[0]
    groups = scales.shape[0]
    tile = max(1, 65536 // group) * group
    whole = n // group * group
    for t in range((whole + tile - 1) // tile):
      i, j = t * tile, min(whole, t * tile + tile)
      self.fp8_code_into(torch.slice(codes, 0, i, j), torch.slice(scales, 0, i // group, j // group), torch.view(torch.to(torch.slice(flat, 0, i, j), 6), [-1, group]), dtype)
    if n > whole:
      self.fp8_code_into(torch.slice(codes, 0, whole), torch.slice(scales, 0, groups - 1), torch.view(torch.to(torch.slice(flat, 0, whole, n), 6), [1, -1]), dtype)
    return codes
  def fp8_decode(self: __torch__.Kernels, codes: Tensor, scales: Tensor, type: int, group: int, dtype: int) -> Tensor:
    return self.fp8_decode_out(torch.empty([codes.shape[0]], dtype=dtype), codes, scales, type, group, dtype)
  def fp8_decode_out(self: __torch__.Kernels, out: Tensor, codes: Tensor, scales: Tensor, type: int, group: int, dtype: int) -> Tensor:
    n = codes.shape[0]
    tile = max(1, 65536 // group) * group
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      x = torch.to(torch.view_copy(torch.slice(codes, 0, i, j), dtype=type), 6)
      f, to = i // group, (j + group - 1) // group
      whole = (j - i) // group
      if whole > 0:
        torch.mul_(torch.view(torch.slice(x, 0, 0, whole * group), [whole, group]), torch.unsqueeze(torch.to(torch.slice(scales, 0, f, f + whole), 6), 1))
      if j - i > whole * group:
        torch.mul_(torch.slice(x, 0, whole * group, j - i), torch.to(torch.slice(scales, 0, to - 1, to), 6))
      torch.copy_(torch.slice(out, 0, i, j), x)
    return out
# k of the n rows of x for a product Σ_i dy_iᵀ x_i that is right on average: p_i = 0.99 ‖x_i‖/Σ‖x‖ + 0.01/n; of the rows by falling p the first c are taken, c the one of 0..k-1
# with the least (1 - P_c)/(k - c), P_c being their sum, and k - c more are drawn with replacement from the others by p, each times (1 - P_c)/((k - c) p).  -> rows [k, d], ids [k]
  def row_norms(self: __torch__.Kernels, x: Tensor) -> Tensor:
    n, r = x.shape[0], self.tile_rows(x.shape[1])
    norms = torch.empty([n], dtype=7)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      torch.copy_(torch.slice(norms, 0, i, j), torch.sqrt_(torch.sum(torch.pow(torch.to(torch.slice(x, 0, i, j), self.wide(x)), 2), [1])))
    return norms
  def sample_rows(self: __torch__.Kernels, x: Tensor, k: int, key: int) -> Tuple[Tensor, Tensor]:
    n = x.shape[0]
    p = self.row_norms(x)
    torch.add_(torch.mul_(p, torch.div(0.99, torch.add(torch.sum(p), 1e-30))), 0.01 / float(n))
    p, order = torch.sort(p, 0, True)
    mass = torch.cumsum(p, 0)
    total = torch.slice(mass, 0, n - 1, n)
    left = torch.sub(total, torch.constant_pad_nd(torch.slice(mass, 0, 0, k - 1), [1, 0], 0))
    c = int(torch.argmin(torch.div(left, torch.arange(k, 0, -1))))
    rest = torch.slice(left, 0, c, c + 1)
    u = torch.mul_(torch.to(self.uniform(key, 0, k - c), 7), rest)
    drawn = torch.clamp_(torch.searchsorted(torch.contiguous(torch.sub(torch.slice(mass, 0, c), torch.sub(total, rest))), u, right=True), 0, n - c - 1)
    scale = torch.ones([k], dtype=7)
    torch.copy_(torch.slice(scale, 0, c), torch.div(rest, torch.mul_(torch.index_select(torch.slice(p, 0, c), 0, drawn), float(k - c))))
    ids = torch.cat([torch.slice(order, 0, 0, c), torch.index_select(torch.slice(order, 0, c), 0, drawn)], 0)
    return (torch.mul_(torch.index_select(x, 0, ids), torch.unsqueeze(torch.to(scale, x.dtype), 1)), ids)

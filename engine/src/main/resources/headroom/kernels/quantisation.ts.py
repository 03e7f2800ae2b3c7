# Block-wise quantisation of a tensor read as one flat row of n elements.
# code: of each block of `block` elements the greatest magnitude c is kept (float32), and for each element the nearest level to x/c, as its index in a sorted code book of up
# to 256 levels, one byte each; a tie goes to the lower level. The last block may be short. A block of zeros has c = 0 and the level nearest to 0
  def block_scales(self: __torch__.Kernels, x: Tensor, block: int) -> Tensor:
    n = x.shape[0]
    whole = n // block
    c = torch.empty([(n + block - 1) // block], dtype=6)
    if whole > 0:
      torch.amax(torch.abs(torch.view(torch.slice(x, 0, 0, whole * block), [whole, block])), [1], out=torch.slice(c, 0, 0, whole))
    if n > whole * block:
      torch.amax(torch.abs(torch.view(torch.slice(x, 0, whole * block, n), [1, -1])), [1], out=torch.slice(c, 0, whole, whole + 1))
    return c
  def spread(self: __torch__.Kernels, c: Tensor, n: int, block: int) -> Tensor:
    return torch.slice(torch.view(torch.contiguous(torch.expand(torch.unsqueeze(c, 1), [c.shape[0], block])), [-1]), 0, 0, n)
  def nearest_level(self: __torch__.Kernels, x: Tensor, c: Tensor, book: Tensor, block: int) -> Tensor:
    one = torch.masked_fill(torch.reciprocal(c), torch.eq(c, 0.0), 0.0)
    middles = torch.mul_(torch.add(torch.slice(book, 0, 0, -1), torch.slice(book, 0, 1)), 0.5)
    return torch.bucketize(torch.mul_(self.spread(one, x.shape[0], block), x), middles, out_int32=True)
  def block_quantise(self: __torch__.Kernels, x: Tensor, book: Tensor, block: int) -> Tuple[Tensor, Tensor]:
    flat = torch.view(x, [-1])
    n = flat.shape[0]
    codes = torch.empty([n], dtype=0)
    scales = torch.empty([(n + block - 1) // block], dtype=6)
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      xt = torch.to(torch.slice(flat, 0, i, j), 6)
      c = self.block_scales(xt, block)
      torch.copy_(torch.slice(codes, 0, i, j), self.nearest_level(xt, c, book, block))
      torch.copy_(torch.slice(scales, 0, i // block, (j + block - 1) // block), c)
    return (codes, scales)
  # level · c into out, which has n elements of any floating type
  def block_dequantise_into(self: __torch__.Kernels, out: Tensor, codes: Tensor, scales: Tensor, book: Tensor, block: int) -> Tensor:
    flat = torch.view(out, [-1])
    n = flat.shape[0]
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      x = torch.index_select(book, 0, torch.to(torch.slice(codes, 0, i, j), 3))
      torch.mul_(x, self.spread(torch.slice(scales, 0, i // block, (j + block - 1) // block), j - i, block))
      torch.copy_(torch.slice(flat, 0, i, j), x)
    return out
# n-bit codes of matrices read as one flat row of n elements, packed for real. 2, 4 and 8 bits: 8/bits codes a byte, the first in the high bits. 3 bits: eight codes in three
# bytes, as two runs of four in 12 bits each, the first code high, the first run high. n must be a whole number of bytes (3 bits: of eight codes).
# `units` holds the levels of whole units of storage: [256, 8/bits] for a byte, [4096, 4] for a 12-bit run; so decoding is one gather
  def pack_into(self: __torch__.Kernels, to: Tensor, q: Tensor, bits: int) -> Tensor:
    if bits == 8:
      return torch.copy_(to, q)
    if bits == 3:
      r = torch.view(q, [-1, 2, 4])
      run = torch.select(r, 2, 0)
      for i in range(3):
        run = torch.bitwise_or(torch.bitwise_left_shift(run, 3), torch.select(r, 2, i + 1))
      a, b = torch.select(run, 1, 0), torch.select(run, 1, 1)
      bytes = torch.view(to, [-1, 3])
      torch.copy_(torch.select(bytes, 1, 0), torch.bitwise_right_shift(a, 4))
      torch.copy_(torch.select(bytes, 1, 1), torch.bitwise_or(torch.bitwise_left_shift(torch.bitwise_and(a, 15), 4), torch.bitwise_right_shift(b, 8)))
      torch.copy_(torch.select(bytes, 1, 2), torch.bitwise_and(b, 255))
      return to
    k = 8 // bits
    s = torch.view(q, [-1, k])
    u = torch.select(s, 1, 0)
    for i in range(k - 1):
      u = torch.bitwise_or(torch.bitwise_left_shift(u, bits), torch.select(s, 1, i + 1))
    return torch.copy_(to, u)
  # which units of storage the elements f to `to` are in: both must begin a unit
  def code_units(self: __torch__.Kernels, codes: Tensor, units: Tensor, f: int, to: int) -> Tensor:
    if units.shape[0] == 4096:
      b = torch.to(torch.view(torch.slice(codes, 0, f // 8 * 3, to // 8 * 3), [-1, 3]), 3)
      b0, b1, b2 = torch.select(b, 1, 0), torch.select(b, 1, 1), torch.select(b, 1, 2)
      first = torch.bitwise_or(torch.bitwise_left_shift(b0, 4), torch.bitwise_right_shift(b1, 4))
      second = torch.bitwise_or(torch.bitwise_left_shift(torch.bitwise_and(b1, 15), 8), b2)
      return torch.view(torch.stack([first, second], 1), [-1])
    k = units.shape[1]
    return torch.to(torch.slice(codes, 0, f // k, to // k), 3)
# codes of the nearest levels of a book of 2^bits, a scale for each block: the greatest magnitude.  -> codes [n · bits / 8], scales [⌈n/block⌉] float32
  def code_quantise(self: __torch__.Kernels, w: Tensor, book: Tensor, bits: int, block: int) -> Tuple[Tensor, Tensor]:
    flat = torch.view(w, [-1])
    n = flat.shape[0]
    codes = torch.empty([n * bits // 8], dtype=0)
    scales = torch.empty([(n + block - 1) // block], dtype=6)
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      xt = torch.to(torch.slice(flat, 0, i, j), 6)
      c = self.block_scales(xt, block)
      self.pack_into(torch.slice(codes, 0, i * bits // 8, j * bits // 8), self.nearest_level(xt, c, book, block), bits)
      torch.copy_(torch.slice(scales, 0, i // block, (j + block - 1) // block), c)
    return (codes, scales)
# integers, to the nearest, halves to even; n is a whole number of blocks. With top = 2^(bits-1) - 1 (symmetric) or 2^bits - 1, and the range made to hold zero:
#   symmetric   s = max|w| / top,             q = clamp(round(w/s), -top, top),          stored as q + 2^(bits-1)
#   asymmetric  s = (max w - min w) / top,    z = round(-min w / s),                     q = clamp(round(w/s) + z, 0, top)
# s is rounded to its type before it is used, so what is decoded is nearest under the scale that is kept.  -> codes, scales [n/block], and zeros [n/block] (asymmetric)
  def integer_quantise(self: __torch__.Kernels, w: Tensor, bits: int, block: int, symmetric: bool, dtype: int) -> List[Tensor]:
    flat = torch.view(w, [-1])
    n = flat.shape[0]
    codes = torch.empty([n * bits // 8], dtype=0)
    scales = torch.empty([n // block], dtype=dtype)
    out = [codes, scales]
    half = 1 << (bits - 1)
    top = float(half - 1)
    zeros = scales
    if not symmetric:
      top = float(2 * half - 1)
      zeros = torch.empty([n // block], dtype=0)
      out = [codes, scales, zeros]
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      x = torch.view(torch.to(torch.slice(flat, 0, i, j), 6), [-1, block])
      kept = torch.slice(scales, 0, i // block, j // block)
      if symmetric:
        torch.copy_(kept, torch.div(torch.amax(torch.abs(x), [1]), top))
      else:
        lo, hi = torch.clamp(torch.amin(x, [1]), None, 0.0), torch.clamp(torch.amax(x, [1]), 0.0, None)
        torch.copy_(kept, torch.div(torch.sub(hi, lo), top))
      # a group of zeros has s = 0: its codes are those of zero under any scale
      s = torch.to(kept, 6)
      s = torch.masked_fill(s, torch.eq(s, 0.0), 1.0)
      q = torch.round_(torch.div(x, torch.unsqueeze(s, 1)))
      if symmetric:
        torch.add_(torch.clamp_(q, -top, top), float(half))
      else:
        z = torch.clamp_(torch.round_(torch.div(torch.clamp(torch.amin(x, [1]), None, 0.0), torch.neg(s))), 0.0, top)
        torch.copy_(torch.slice(zeros, 0, i // block, j // block), z)
        torch.clamp_(torch.add_(q, torch.unsqueeze(z, 1)), 0.0, top)
      self.pack_into(torch.slice(codes, 0, i * bits // 8, j * bits // 8), torch.view(torch.to(q, 3), [-1]), bits)
    return out
  # the same with the range of each group times the factor of 1, 1 - step, … that leaves the least Σ |w - v|^power; the first of equal ones.  Zero points do not move with it
  def integer_fit(self: __torch__.Kernels, w: Tensor, bits: int, block: int, symmetric: bool, dtype: int, candidates: int, step: float, power: float) -> List[Tensor]:
    flat = torch.view(w, [-1])
    n = flat.shape[0]
    codes = torch.empty([n * bits // 8], dtype=0)
    scales = torch.empty([n // block], dtype=dtype)
    out = [codes, scales]
    half = 1 << (bits - 1)
    low, high = float(1 - half), float(half - 1)
    zeros = scales
    if not symmetric:
      low, high = 0.0, float(2 * half - 1)
      zeros = torch.empty([n // block], dtype=0)
      out = [codes, scales, zeros]
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      x = torch.view(torch.to(torch.slice(flat, 0, i, j), 6), [-1, block])
      kept = torch.slice(scales, 0, i // block, j // block)
      whole = torch.div(torch.amax(torch.abs(x), [1]), high)
      bottom = torch.zeros_like(whole)
      if not symmetric:
        bottom = torch.clamp(torch.amin(x, [1]), None, 0.0)
        whole = torch.div(torch.sub(torch.clamp(torch.amax(x, [1]), 0.0, None), bottom), high)
      best = torch.full_like(whole, 1e38)
      chosen = torch.ones_like(whole)
      for k in range(candidates):
        s = torch.to(torch.to(torch.mul(whole, 1.0 - float(k) * step), dtype), 6)
        s = torch.masked_fill(s, torch.eq(s, 0.0), 1.0)
        z = torch.clamp_(torch.round_(torch.div(torch.mul(bottom, 1.0 - float(k) * step), torch.neg(s))), 0.0, high)
        v = torch.round_(torch.div(x, torch.unsqueeze(s, 1)))
        torch.clamp_(torch.add_(v, torch.unsqueeze(z, 1)), low, high)
        torch.sub_(torch.mul_(torch.sub_(v, torch.unsqueeze(z, 1)), torch.unsqueeze(s, 1)), x)
        e = torch.sum(torch.pow_(torch.abs_(v), power), [1])
        better = torch.lt(e, best)
        torch.copy_(best, torch.where(better, e, best))
        torch.copy_(chosen, torch.where(better, torch.full_like(whole, 1.0 - float(k) * step), chosen))
      torch.copy_(kept, torch.mul(whole, chosen))
      s = torch.to(kept, 6)
      s = torch.masked_fill(s, torch.eq(s, 0.0), 1.0)
      z = torch.clamp_(torch.round_(torch.div(torch.mul(bottom, chosen), torch.neg(s))), 0.0, high)
      q = torch.clamp_(torch.add_(torch.round_(torch.div(x, torch.unsqueeze(s, 1))), torch.unsqueeze(z, 1)), low, high)
      if symmetric:
        torch.add_(q, float(half))
      else:
        torch.copy_(torch.slice(zeros, 0, i // block, j // block), z)
      self.pack_into(torch.slice(codes, 0, i * bits // 8, j * bits // 8), torch.view(torch.to(q, 3), [-1]), bits)
    return out
  # double quantisation of the scales: their mean is taken off, the rest goes block-wise (256) to the signed 8-bit dynamic code.  -> codes, a scale per 256, mean [1]
  def double_quantise(self: __torch__.Kernels, scales: Tensor, book8: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    mean = torch.mean(scales, [0], True)
    codes, outer = self.block_quantise(torch.sub(scales, mean), book8, 256)
    return (codes, outer, mean)
  def double_dequantise(self: __torch__.Kernels, codes: Tensor, outer: Tensor, mean: Tensor, book8: Tensor) -> Tensor:
    scales = self.block_dequantise_into(torch.empty([codes.shape[0]], dtype=6), codes, outer, book8, 256)
    return torch.add_(scales, mean)
# decoding.  scales: [scales], or [codes, outer, mean, book8] where they are doubly quantised; zeros: [] or [zeros]
  # scales of the blocks f to `to` in float32
  def code_scales(self: __torch__.Kernels, scales: List[Tensor], f: int, to: int) -> Tensor:
    if len(scales) == 1:
      return torch.to(torch.slice(scales[0], 0, f, to), 6)
    s = torch.index_select(scales[3], 0, torch.to(torch.slice(scales[0], 0, f, to), 3))
    if f % 256 == 0:
      whole = (to - f) // 256
      first, last = f // 256, (to + 255) // 256
      if whole > 0:
        torch.mul_(torch.view(torch.slice(s, 0, 0, whole * 256), [whole, 256]), torch.unsqueeze(torch.slice(scales[1], 0, first, first + whole), 1))
      if last > first + whole:
        torch.mul_(torch.slice(s, 0, whole * 256), torch.slice(scales[1], 0, last - 1, last))
      return torch.add_(s, scales[2])
    o = torch.index_select(scales[1], 0, torch.floor_divide(torch.arange(f, to), 256))
    return torch.add_(torch.mul_(s, o), scales[2])
  # levels of units of storage in one row.  Numbers are picked out of a row several times faster than rows out of a matrix, and two of them as one complex number
  def unit_levels(self: __torch__.Kernels, units: Tensor, i: Tensor) -> Tensor:
    if units.shape[1] == 1:
      return torch.index_select(torch.view(units, [-1]), 0, i)
    if units.shape[1] == 2:
      return torch.view(torch.view_as_real(torch.index_select(torch.view_as_complex(units), 0, i)), [-1])
    return torch.view(torch.index_select(units, 0, i), [-1])
  # levels of the elements f to `to`, less the zeros of their blocks
  def code_levels(self: __torch__.Kernels, codes: Tensor, zeros: List[Tensor], units: Tensor, block: int, f: int, to: int) -> Tensor:
    x = self.unit_levels(units, self.code_units(codes, units, f, to))
    if len(zeros) == 1:
      torch.sub_(torch.view(x, [-1, block]), torch.unsqueeze(torch.slice(zeros[0], 0, f // block, to // block), 1))
    return x
  # scale · (level - zero) of the elements from start on, which begins a block, into out: n elements of any floating type. In larger tiles than elsewhere, so that what a
  # call costs beside its work counts little
  def code_into(self: __torch__.Kernels, out: Tensor, codes: Tensor, scales: List[Tensor], zeros: List[Tensor], units: Tensor, block: int, start: int) -> Tensor:
    flat = torch.view(out, [-1])
    n = flat.shape[0]
    tile = max(1, 262144 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      f, to = start + i, start + j
      x = self.code_levels(codes, zeros, units, block, f, to)
      s = self.code_scales(scales, f // block, (to + block - 1) // block)
      whole = (j - i) // block
      if whole > 0:
        torch.mul_(torch.view(torch.slice(x, 0, 0, whole * block), [whole, block]), torch.unsqueeze(torch.slice(s, 0, 0, whole), 1))
      if j - i > whole * block:
        torch.mul_(torch.slice(x, 0, whole * block, j - i), torch.slice(s, 0, whole, whole + 1))
      torch.copy_(torch.slice(flat, 0, i, j), x)
    return out
  # rows i to j of a matrix [out, in] kept so, in a given type
  def code_rows(self: __torch__.Kernels, codes: Tensor, scales: List[Tensor], zeros: List[Tensor], units: Tensor, block: int, i: int, j: int, width: int, dtype: int) -> Tensor:
    return self.code_into(torch.empty([j - i, width], dtype=dtype), codes, scales, zeros, units, block, i * width)
  # gradient of the scales: dW of the elements from start on -> ds = Σ over a block of dW · (level - zero).  Float32, written to ds [n/block]
  def code_ds_into(self: __torch__.Kernels, ds: Tensor, dw: Tensor, codes: Tensor, zeros: List[Tensor], units: Tensor, block: int, start: int) -> Tensor:
    flat = torch.view(dw, [-1])
    n = flat.shape[0]
    tile = max(1, 65536 // block) * block
    for t in range((n + tile - 1) // tile):
      i, j = t * tile, min(n, t * tile + tile)
      x = self.code_levels(codes, zeros, units, block, start + i, start + j)
      torch.mul_(x, torch.slice(flat, 0, i, j))
      torch.copy_(torch.slice(torch.view(ds, [-1]), 0, i // block, j // block), torch.sum(torch.view(x, [-1, block]), [1]))
    return ds
# how far v is from w, in tiles: Σ (w - v)², Σ w², max |w - v|.  -> [3] float32
  def store_error(self: __torch__.Kernels, w: Tensor, v: Tensor) -> Tensor:
    a, b = torch.view(w, [-1]), torch.view(v, [-1])
    n = a.shape[0]
    e = torch.zeros([3], dtype=6)
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      x = torch.to(torch.slice(a, 0, i, j), 6)
      torch.add_(torch.select(e, 0, 1), torch.dot(x, x))
      d = torch.sub(x, torch.slice(b, 0, i, j))
      torch.add_(torch.select(e, 0, 0), torch.sum(torch.pow(d, 2)))
      m = torch.select(e, 0, 2)
      torch.copy_(m, torch.maximum(m, torch.to(torch.amax(torch.abs(d), [0]), 6)))
    return e

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
# NF4: blocks of 64, 16 levels, two codes a byte: element 2k in the high four bits of byte k, element 2k+1 in the low four. n must be even
  def nf4_quantise(self: __torch__.Kernels, w: Tensor, book: Tensor) -> Tuple[Tensor, Tensor]:
    flat = torch.view(w, [-1])
    n = flat.shape[0]
    codes = torch.empty([n // 2], dtype=0)
    scales = torch.empty([(n + 63) // 64], dtype=6)
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      xt = torch.to(torch.slice(flat, 0, i, j), 6)
      c = self.block_scales(xt, 64)
      q = torch.view(torch.to(self.nearest_level(xt, c, book, 64), 0), [-1, 2])
      torch.bitwise_or(torch.bitwise_left_shift(torch.select(q, 1, 0), 4), torch.select(q, 1, 1), out=torch.slice(codes, 0, i // 2, j // 2))
      torch.copy_(torch.slice(scales, 0, i // 64, (j + 63) // 64), c)
    return (codes, scales)
  # double quantisation of the scales: their mean is taken off, the rest goes block-wise (256) to the signed 8-bit dynamic code.  -> codes, a scale per 256, mean [1]
  def double_quantise(self: __torch__.Kernels, scales: Tensor, book8: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    mean = torch.mean(scales, [0], True)
    codes, outer = self.block_quantise(torch.sub(scales, mean), book8, 256)
    return (codes, outer, mean)
  def double_dequantise(self: __torch__.Kernels, codes: Tensor, outer: Tensor, mean: Tensor, book8: Tensor) -> Tensor:
    scales = self.block_dequantise_into(torch.empty([codes.shape[0]], dtype=6), codes, outer, book8, 256)
    return torch.add_(scales, mean)
  # elements from to from + n of the flat tensor into out (n elements of any floating type); from must be a multiple of 64.  pairs [256, 2] are the two levels of each byte
  def nf4_into(self: __torch__.Kernels, out: Tensor, codes: Tensor, scales: Tensor, pairs: Tensor, start: int) -> Tensor:
    flat = torch.view(out, [-1])
    n = flat.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      f, to = start + i, start + j
      x = torch.view(torch.index_select(pairs, 0, torch.to(torch.slice(codes, 0, f // 2, to // 2), 3)), [-1])
      torch.mul_(x, self.spread(torch.slice(scales, 0, f // 64, (to + 63) // 64), j - i, 64))
      torch.copy_(torch.slice(flat, 0, i, j), x)
    return out
  # the same with doubly quantised scales
  def nf4_double_into(self: __torch__.Kernels, out: Tensor, codes: Tensor, scale_codes: Tensor, outer: Tensor, mean: Tensor, pairs: Tensor, book8: Tensor, start: int) -> Tensor:
    flat = torch.view(out, [-1])
    n = flat.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      f, to = (start + i) // 64, (start + j + 63) // 64
      s = torch.index_select(book8, 0, torch.to(torch.slice(scale_codes, 0, f, to), 3))
      o = torch.index_select(outer, 0, torch.floor_divide(torch.arange(f, to), 256))
      torch.add_(torch.mul_(s, o), mean)
      x = torch.view(torch.index_select(pairs, 0, torch.to(torch.slice(codes, 0, (start + i) // 2, (start + j) // 2), 3)), [-1])
      torch.mul_(x, self.spread(s, j - i, 64))
      torch.copy_(torch.slice(flat, 0, i, j), x)
    return out
# rows from to `to` of a matrix [out, in] kept so, in a given type
  def nf4_rows(self: __torch__.Kernels, codes: Tensor, scales: Tensor, pairs: Tensor, i: int, j: int, width: int, dtype: int) -> Tensor:
    return self.nf4_into(torch.empty([j - i, width], dtype=dtype), codes, scales, pairs, i * width)
  def nf4_double_rows(self: __torch__.Kernels, codes: Tensor, scale_codes: Tensor, outer: Tensor, mean: Tensor, pairs: Tensor, book8: Tensor, i: int, j: int, width: int, dtype: int) -> Tensor:
    return self.nf4_double_into(torch.empty([j - i, width], dtype=dtype), codes, scale_codes, outer, mean, pairs, book8, i * width)

# Keyed randomness: a number is a function of (key, coordinate) and of nothing else; order, tiles and threads do not matter. Draws.java computes the same on the host.
#   lane(c) = mix(key + G c):  x ^= x >> 30, x *= M1, x ^= x >> 27, x *= M2   in 64-bit integers that wrap, >> keeping the sign (Stafford's finaliser but for its last step)
# Integers are the same on every machine; so are the uniforms. Normals pass through log, cos and sin: the same on one kind of processor, equal to a few units in the last place elsewhere
  def keyed_lanes(self: __torch__.Kernels, key: int, first: int, n: int) -> Tensor:
    return self.keyed_mix(torch.rsub(torch.arange(first, first + n), key, 7046029254386353131))
  def keyed_mix(self: __torch__.Kernels, x: Tensor) -> Tensor:
    t = torch.bitwise_right_shift(x, 30)
    torch.mul_(torch.bitwise_xor_(x, t), -4658895280553007687)
    torch.bitwise_right_shift(x, 27, out=t)
    return torch.mul_(torch.bitwise_xor_(x, t), -7723592293110705685)
  # r = √(-2 ln u), u = ((lane ^ lane >> 32 in its low 32 bits) + 1/2) / 2³²
  def keyed_radius(self: __torch__.Kernels, lanes: Tensor) -> Tensor:
    t = torch.bitwise_right_shift(lanes, 32)
    r = torch.to(torch.bitwise_and_(torch.bitwise_xor_(t, lanes), 4294967295), 6)
    return torch.sqrt_(torch.mul_(torch.log_(torch.mul_(torch.add_(r, 0.5), 2.3283064365386963e-10)), -2.0))
  # θ = 2π (the high 24 bits of the lane, signed) / 2²⁴
  def keyed_angle(self: __torch__.Kernels, lanes: Tensor) -> Tensor:
    return torch.mul_(torch.to(torch.bitwise_right_shift_(lanes, 40), 6), 3.7450702829238409e-07)
  # the first n normals from a tile on: element e of the stream is in tile e / 65,536; its first half is r cos θ of the tile's 32,768 lanes, its second half r sin θ
  def keyed_normals(self: __torch__.Kernels, key: int, tile: int, n: int) -> Tensor:
    if n > 65536:
      return torch.slice(self.keyed_tiles(key, tile, (n + 65535) // 65536), 0, 0, n)
    m = min(n, 32768)
    lanes = self.keyed_lanes(key, tile * 32768, m)
    r = self.keyed_radius(lanes)
    a = self.keyed_angle(lanes)
    z = torch.empty([n], dtype=6)
    torch.mul_(torch.cos(a, out=torch.slice(z, 0, 0, m)), r)
    if n > m:
      torch.mul(torch.sin_(torch.slice(a, 0, 0, n - m)), torch.slice(r, 0, 0, n - m), out=torch.slice(z, 0, m, n))
    return z
  # those of several tiles: one tile's lanes are too few for libtorch to share them among its threads
  def keyed_tiles(self: __torch__.Kernels, key: int, tile: int, tiles: int) -> Tensor:
    lanes = self.keyed_lanes(key, tile * 32768, tiles * 32768)
    r = torch.view(self.keyed_radius(lanes), [tiles, 32768])
    a = torch.view(self.keyed_angle(lanes), [tiles, 32768])
    z = torch.empty([tiles, 2, 32768], dtype=6)
    torch.mul_(torch.cos(a, out=torch.select(z, 1, 0)), r)
    torch.mul(torch.sin_(a), r, out=torch.select(z, 1, 1))
    return torch.view(z, [-1])
  # n values in [0, 1), in steps of 2⁻²⁴: coordinate c has the high 24 bits of lane c
  def uniform(self: __torch__.Kernels, key: int, start: int, n: int) -> Tensor:
    u = torch.empty([n], dtype=6)
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      lanes = self.keyed_lanes(key, start + i, j - i)
      torch.copy_(torch.slice(u, 0, i, j), torch.bitwise_and_(torch.bitwise_right_shift_(lanes, 40), 16777215))
    return torch.mul_(u, 5.9604644775390625e-08)
  # x ← uniform in [-bound, bound), by tiles, element e from coordinate e
  def uniform_into(self: __torch__.Kernels, x: Tensor, key: int, bound: float) -> Tensor:
    flat = torch.view(x, [-1])
    n = flat.shape[0]
    for t in range((n + 65535) // 65536):
      i, j = t * 65536, min(n, t * 65536 + 65536)
      u = self.uniform(key, i, j - i)
      torch.copy_(torch.slice(flat, 0, i, j), torch.sub_(torch.mul_(u, 2.0 * bound), bound))
    return x
  # n standard normals from coordinate start on
  def normal(self: __torch__.Kernels, key: int, start: int, n: int) -> Tensor:
    return self.add_normal_into(torch.zeros([n], dtype=6), key, start, 1.0)
  # w += c z, z the stream of normals of key from coordinate start on; drawn in float32, up to four tiles at a time from where one begins
  def add_normal_into(self: __torch__.Kernels, w: Tensor, key: int, start: int, c: float) -> Tensor:
    flat = torch.view(w, [-1])
    end = start + flat.shape[0]
    i = start
    while i < end:
      tile = i // 65536
      j = min(end, tile * 65536 + 65536)
      if i == tile * 65536:
        j = min(end, i + 262144)
      z = torch.slice(self.keyed_normals(key, tile, j - tile * 65536), 0, i - tile * 65536, j - tile * 65536)
      torch.add_(torch.slice(flat, 0, i - start, j - start), torch.to(torch.mul_(z, c), w.dtype))
      i = j
    return w
  # rows[n] += c z of row ids[n] of a table whose rows have rows' width: what add_normal_into would add there
  def add_normal_rows_into(self: __torch__.Kernels, rows: Tensor, ids: Tensor, key: int, c: float) -> Tensor:
    n, d = rows.shape[0], rows.shape[1]
    r = self.tile_rows(d)
    for t in range((n + r - 1) // r):
      i, j = t * r, min(n, t * r + r)
      e = torch.add(torch.unsqueeze(torch.mul(torch.slice(ids, 0, i, j), d), 1), torch.arange(d))
      second = torch.ne(torch.bitwise_and(e, 32768), 0)
      lane = torch.bitwise_and(e, 32767)
      torch.bitwise_or_(lane, torch.bitwise_left_shift_(torch.bitwise_right_shift_(e, 16), 15))
      lanes = self.keyed_mix(torch.rsub(lane, key, 7046029254386353131))
      radius = self.keyed_radius(lanes)
      a = self.keyed_angle(lanes)
      z = torch.mul_(torch.where(second, torch.sin(a), torch.cos(a)), radius)
      torch.add_(torch.slice(rows, 0, i, j), torch.to(torch.mul_(z, c), rows.dtype))
    return rows

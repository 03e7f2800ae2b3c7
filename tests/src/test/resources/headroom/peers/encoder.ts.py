# BERT as plain PyTorch has it: embeddings, a norm, layers normalised after each sum, the mean over the tokens, a classifier, the mean cross-entropy.
# x [B, T, d]; ids [B, T] and targets [B] int64
# p: token, position and type table, gain and shift of the norm; 16 tensors a layer; weight and bias of the classifier.
# Of a layer: weight and bias of q, k, v, out; gain and shift; weight and bias of up and down; gain and shift
  def split_heads(self: __torch__.Peer, x: Tensor, heads: int) -> Tensor:
    return torch.transpose(torch.view(x, [x.shape[0], x.shape[1], heads, x.shape[2] // heads]), 1, 2)
  def join_heads(self: __torch__.Peer, x: Tensor) -> Tensor:
    return torch.reshape(torch.transpose(x, 1, 2), [x.shape[0], x.shape[2], x.shape[1] * x.shape[3]])
  def encoder_layer(self: __torch__.Peer, x: Tensor, p: List[Tensor], i: int, heads: int, eps: float) -> Tensor:
    d = x.shape[2]
    q = self.split_heads(torch.linear(x, p[i], p[i + 1]), heads)
    k = self.split_heads(torch.linear(x, p[i + 2], p[i + 3]), heads)
    v = self.split_heads(torch.linear(x, p[i + 4], p[i + 5]), heads)
    a = self.join_heads(torch.scaled_dot_product_attention(q, k, v, None, 0.0, False))
    h = torch.layer_norm(torch.add(torch.linear(a, p[i + 6], p[i + 7]), x), [d], p[i + 8], p[i + 9], eps)
    f = torch.linear(torch.gelu(torch.linear(h, p[i + 10], p[i + 11])), p[i + 12], p[i + 13])
    return torch.layer_norm(torch.add(f, h), [d], p[i + 14], p[i + 15], eps)
  def encoder_loss(self: __torch__.Peer, p: List[Tensor], ids: Tensor, targets: Tensor, layers: int, heads: int, eps: float) -> Tensor:
    t, d = ids.shape[1], p[0].shape[1]
    x = torch.add(torch.embedding(p[0], ids), torch.embedding(p[2], torch.zeros_like(ids)))
    x = torch.add_(x, torch.embedding(p[1], torch.arange(t)))
    x = torch.layer_norm(x, [d], p[3], p[4], eps)
    for l in range(layers):
      x = self.encoder_layer(x, p, 5 + 16 * l, heads, eps)
    n = 5 + 16 * layers
    logits = torch.linear(torch.mean(x, [1]), p[n], p[n + 1])
    return torch.cross_entropy_loss(torch.to(logits, 6), targets)
  def encoder_gradients(self: __torch__.Peer, p: List[Tensor], ids: Tensor, targets: Tensor, layers: int, heads: int, eps: float) -> Tuple[Tensor, List[Tensor]]:
    torch.set_grad_enabled(True)
    loss = self.encoder_loss(p, ids, targets, layers, heads, eps)
    return (torch.detach(loss), self.gradients(loss, p))

# softmax(q kᵀ / √D + mask) v and its gradients as libtorch fuses them for processors; softmax_card has the same methods of plain operators, for a card.  q, out [B, H, T, D];
# k, v [B, H, S, D]; mask [B, 1, 1, S] or none; lse [B, H, T]
  def fused_attention(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
    o, l = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, attn_mask=mask)
    return (o, l)
  def fused_attention_dx(self: __torch__.Kernels, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, causal: bool, mask: Optional[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(dout, q, k, v, out, lse, 0.0, causal, attn_mask=mask)
    return (dq, dk, dv)

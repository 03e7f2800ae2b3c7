/**
 * The kernels that the engine knows, as {@link headroom.engine.compute.Kernel} constants with their rules: one class per family of {@code headroom/kernels}, named
 * {@code LinearKernels}, {@code ElementwiseKernels}, {@code NormKernels}, {@code EmbeddingKernels}, {@code AttentionKernels}, {@code LossKernels},
 * {@code OptimizerKernels}, {@code CodedOptimizerKernels}, {@code RandomKernels}, {@code QuantisationKernels}, {@code LowRankKernels}, {@code SaveKernels},
 * {@code StoreKernels}, {@code QueryKernels}, {@code SupportKernels}, {@code ScalingKernels}, {@code FactorKernels}, {@code HeadKernels} and {@code PackedKernels}. A constant has the kernel's name in upper case ({@code linear_dw_acc} is {@code LINEAR_DW_ACC}); {@code KernelCatalog.all()} lists them for the generic kernel test.
 *
 * <p>What operations call (N = B·T token rows, [r, c] shapes; {@code _acc} and {@code _into} work in place on the first argument):
 * <pre>
 * linear(x[N,in], w[out,in])                linear_bias(x, w, b[out])           linear_dx(dy[N,out], w) -> [N,in]
 * linear_acc(y[N,out], x, w, alpha)         linear_dx_acc(dx[N,in], dy, w)      linear_dw(dy, x) -> [out,in]
 * linear_dw_acc(dw[out,in], dy, x, alpha)   bias_db(dy) -> [out]                bias_db_acc(db, dy)         cast(x, dtypeCode)
 * add(a, b)  add_into(a, b)  scale_into(x, c)  axpy_into(w, g, c)               dropout(x, key, p, offset)  (also its own backward)
 * gelu(x) gelu_dx(dy, x)  gelu_tanh(x) gelu_tanh_dx(dy, x)  relu(x) relu_dx(dy, x)  tanh(x) tanh_dx(dy, y)
 * swiglu(g, u) -> silu(g)*u                 swiglu_dx(dy, g, u) -> dg, du
 * layer_norm(x, w, b, eps) -> y, mean[N] f32, rstd[N] f32      layer_norm_dx(dy, x, w, mean, rstd)     layer_norm_dw(dy, x, mean, rstd) -> dw, db
 * rms_norm(x, w, eps) -> y, rstd[N] f32                        rms_norm_dx(dy, x, w, rstd)             rms_norm_dw(dy, x, rstd) -> dw
 * embedding(w[V,d], ids[N] i64)             embedding_dw(dy, ids, V) -> [V,d]   embedding_dw_acc(dw, dy, ids)
 * attention(q[N,H*D], k[N,K*D], v[N,K*D], lengths[B] i64, H, K, causal) -> out[N,H*D], lse[B,H,T] f32
 * attention_dx(dout, q, k, v, out, lse, lengths, H, K, causal) -> dq, dk, dv
 * rope(x[N,H*D], cos[T,D/2] f32, sin, H)    rope_dx(dy, cos, sin, H)
 * cross_entropy(logits[N,V], targets[N] i64) -> loss[N] f32    cross_entropy_dx(logits, targets, coefficient[N] f32) -> dlogits
 * cross_entropy_dx_into(logits, targets, coefficient)          (overwrites the logits with their gradient; target -100 is ignored)
 * cross_entropy_gradient_into(logits, loss[N] f32, targets)   (loss, and the logits become softmax - onehot)      entropy_rows(logits[N,V]) -> [N] f32
 * mean_pool(x[N,d], lengths[B], T) -> [B,d]  mean_pool_dx(dy[B,d], lengths, T) -> [N,d]
 * pick_rows(x[N,d], ids[M] i64) -> [M,d]     pick_rows_dx(dy[M,d], ids, N) -> [N,d]
 * adamw(w, g, m, v, rate, beta1, beta2, eps, decay, correction1, correction2)   adamw8(w, g, codes and scales of m and v, tables, block, ...)
 * adamw_rounded(rounded, w, g, m, v, …)  (the weight that comes of it is written in rounded's type too)   squares_of(xs) -> [k] f32
 * adamw_aged(w, g, m, v, age f32, rate, beta1, beta2, eps, decay, before)
 * sgd(w, g, rate, decay)  sgd_momentum(w, g, b, ...)  sign_sgd(w, g, ...)  lion(w, g, m, ...)  adafactor(w, g, [R, C] or [v], [] or [m], ...)
 * sum_squares(x) -> [] f32                  clamp_into(x, limit)               floor_into(x, floor)
 * add_normal_into(w, key, start, c)         add_normal_rows_into(rows[N,d], ids, key, c)
 * code_quantise(w, book, bits, block)  integer_quantise(w, bits, block, symmetric, dtype)  integer_fit(…, candidates, step, power)
 * code_rows(codes, [scales], [zeros], units, block, from, to, in, dtype)
 * code_into(out, codes, [scales], [zeros], units, block, start)  code_ds_into(ds, dw, codes, [zeros], units, block, start)  store_error(w, v) -> [3] f32
 * linear_columns_acc(y, x, w[r,in], i)  linear_columns_dx_acc(dx, dy, w, i)     products with r rows of a weight that exists by rows
 * gram_acc(h[in,in], x[N,in], kept[N])  gptq_factor(h, damp) -> U  gptq_quantise(w, U, bits, block, symmetric, dtype)
 * balance_into(p[m,r], q[r,n])  add_entries_into(rows, values, ids, row)  keep_of_groups_into(w, n, m)  keep_where_into(g, w)
 * scale_columns(x[n,d], c[d])  scale_rows(x, c[n])  rescale_columns_into(x, c, b)   column_dots(a, b) -> [d]  column_dots_beyond(a, b, o)  row_dots(a, b) -> [n]   quotient(a, b)
 * lora_row_norms(squares, u, b, g, s) -> [out]   svd_pair(w, r, c) -> a, b   orthogonal_rows(a), _columns(b) and their _dx   sensitivity_into   triplet_scores
 * svd_basis(g, rank, left) -> basis         project_left(basis, g)  project_right(g, basis)  unproject_left/right_into(w, basis, n, c)
 * columns_of(w, ids i32)  rows_of  picks_of(w, ids[out,k])  entries_of(w, flat ids)      put_columns/rows/picks/entries_into(w, values, ids)
 * kth_magnitude(w, k) -> [] f32             extreme_entries(w, theta, k, largest) -> [k] i32          extreme_picks(w, k, largest) -> [out,k] i32
 * outer_squares(dy, x, B) -> [B] f32 (squared norm of each example's dW)  scatter_squares(dy, ids, B)  row_squares(x)  column_squares(w)
 * add_normal_below_into(w, key, start, c, theta)
 * attention_texts(q, k, v, texts[N] i64, T, H, K, causal) -> out, lse[H,N]     attention_texts_dx(dout, q, k, v, out, lse, texts, T, H, K, causal) -> dq, dk, dv
 * text_mean(x, texts[N] i64, S) -> [S,d]    text_mean_dx(dy[S,d], texts)        text_last(texts, S) -> [S] i64
 * group_code(x, bits, group) -> codes, steps f16, lows f16                      group_decode(codes, steps, lows, bits, group, n, dtypeCode) -> [n]
 * fp8_code(x, fp8Code, group) -> bits u8, scales bf16                           fp8_decode(bits, scales, fp8Code, group, dtypeCode) -> [n]
 * sample_rows(x[N,d], k, key) -> rows[k,d] scaled, ids[k] i64                   (put back by pick_rows_dx)
 * insert_rows(x[B*T,d], rows[p,d], T) -> [B*(p+T),d]  drop_rows(y, p+T, p) -> x  front_sum(dy, p+T, p) -> [p,d]  front_zeros(ids, T, p)  first_rows(B, T)  plus(ids, c)
 * informativeness(q, k, lengths, H, K, block) -> [B,n]  kept_rows(scores[B,n], lengths, T, block, k) -> rows  kept_places(rows, lengths, T) -> sequences, positions  set_rows_into(y, x, rows)  clear_rows_into
 * cross_attention(q[N,H*D], k[P,K*D], v, H, K) -> out, lse[H,N]                 cross_attention_dx(dout, q, k, v, out, lse[B,H,T], H, K) -> dq, dk, dv
 * projections(x, ws, bs) -> [N Σout/u, u]   projections_dx(dy, ws) -> [N,in]   projections_dx_acc(dx, dy, ws)     (several products of one input in one tensor, part after part)
 * attention_packed(qkv, lengths, H, K, causal) -> out, lse   attention_packed_dx(dout, qkv, out, lse, lengths, H, K, causal) -> dqkv     attention_texts_packed(_dx) with texts, T
 * rope_packed_into(qkv, cos, sin, H, K, back)   swiglu_packed(gu[2N,F]) -> [N,F]   swiglu_packed_dx(dy, gu) -> dgu
 * merge_attention_into(out, lse[B,H,T], other, its lse[H,N])                    (two softmaxes over different keys become one)
 * query_attention(q[B*t,H*D], k[B*T,K*D], v, lengths, H, K) -> out              query_attention_dx(dout, q, k, v, lengths, H, K) -> dq alone
 * put_unit_piece_into(h[B,W], x[B,w], at)   unit_piece_dx(dh[B,W], x[B,w], at) -> dx[B,w]        (columns at to at + w, as rows of length 1)
 * </pre>
 *
 * <p>A kernel whose outputs are large has a twin, {@code NAME_out(outputs…, arguments…)}, in its family or in one of the families {@code *_out}: the same operators, writing where they are told
 * to. It has the rule of its original and no constant of its own; an output never lies in an argument.
 */
package headroom.engine.compute.kernel;

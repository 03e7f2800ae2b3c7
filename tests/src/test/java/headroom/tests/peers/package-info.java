/**
 * Training steps of Headroom and the same steps by libtorch's own autograd: same start, same batch, same recipe. That the losses agree shows that both do the same work
 * ({@code PeersAgreeTest}); how fast each is and what it takes is measured by {@code headroom.tests.bench.TrainingRate} and {@code Versus}.
 */
package headroom.tests.peers;

/**
 * Published figures beside planned ones. A method's claims stand in the resource {@code headroom/claims/ID.json}: what a paper says, where it says it, in which setting, and which
 * quantity of which dry runs has to come near it. Only what a ledger can count is claimed; where a paper measured whole processes, the claim is a bound.
 */
package headroom.engine.plan.claims;

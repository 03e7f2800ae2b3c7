/** The five stages and the start page: nodes and bindings, no logic. What they show comes from {@code headroom.app.viewmodel}. */
package headroom.app.view;

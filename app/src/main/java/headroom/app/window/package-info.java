/**
 * The window: the application, its shell with header, path and status bar, the theme and the keys, Learn and About. The five stages are
 * views that plug in through {@link headroom.app.window.View}.
 */
package headroom.app.window;

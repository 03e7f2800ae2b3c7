/**
 * The parts the window is made of: drawn charts and small controls. They know the records of the facade and the roles of the theme, no
 * view model and no engine. Sizes in logical pixels; memory in bytes; times in seconds.
 */
package headroom.app.component;

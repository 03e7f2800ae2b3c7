/** What the five stages show and do, without a control in it: only these classes of the window talk to the workbench. */
package headroom.app.viewmodel;

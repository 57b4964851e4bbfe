// Package job is what is done with a whole PST file at once: tell what is in it, list it, export it, copy into it. The
// command line and the import and export dialogs stand on it. Every job streams, can be stopped by its context, tells its
// progress, and reports what could not be read item by item instead of giving up.
package job

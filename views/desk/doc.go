// Package desk joins the windows: the main window, the wizard and settings in it, and composers beside it. It turns what a start of the program is given
// (mailto: links, .eml files) into windows, and stays thin: what a window does is in its own package.
package desk

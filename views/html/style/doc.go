// Package style computes the style of each node of a mail: user agent sheet, presentational attributes, style sheets, inline styles, inheritance.
package style

// Package style computes the style of each node of a mail: user agent sheet, presentational attributes, style sheets, inline styles, inheritance
// (CSS Cascade 4; the rendering section of the HTML standard; quirks for mail without a doctype).
//
// How a value gets to a node:
//
//	compile   each declaration becomes setters, one a longhand (props.go, boxprops.go, textprops.go; shorthands are taken apart in short*.go); what cannot be read is dropped
//	          here, as the cascade demands. Rules are filed by the rightmost id, class or type of their selectors. Kept with the document.
//	match     an element's candidates come from those files; ancestors are refused by a bloom filter; all work is counted against a budget
//	cascade   the last declaration of each longhand by origin, importance, specificity and order wins (cascade.go)
//	compute   the winners' setters run in the order of the property table (font size first: em depends on it), then keywords that depend
//	          on other properties are settled (finish)
//
// Elements of the same parent style and the same declarations share one Style. Custom properties are substituted when computing, with
// a bound on the size of what comes out.
package style

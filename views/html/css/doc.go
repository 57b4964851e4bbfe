// Package css reads style sheets: tokens (CSS Syntax Module Level 3), rules and declarations, selectors (Selectors Level 4, as far as mail uses them)
// and media queries. It knows no properties: what a declaration's value means is package style's business. It fetches nothing: an @import or a
// @font-face is only written down (see [Sheet]).
//
// Everything is bounded: a sheet by [Limits], selectors by the number of their parts, matching by the steps of a [Matcher].
package css

// Package assets holds what the program carries with it: icons (Lucide, ISC), fonts (Inter and JetBrains Mono, OFL) and the program's own
// icon. It is a leaf: it knows no other package and turns nothing into pictures itself.
package assets

// Package text finds fonts, shapes text and finds where lines may break; see [Shaper].
package text

// Package text finds fonts, shapes text, and finds where lines may break and which way text runs. It knows nothing of boxes.
//
// A [Shaper] turns a piece of text and a font request into runs of glyphs. The request names families in order, as CSS does; the
// fonts of the system are found by name (their index is kept in the cache directory, the first scan takes a few hundred
// milliseconds, so the first call belongs on a goroutine of its own), generic families and the names that every mail uses
// (Arial, Times, Courier) mean what they mean in a browser on this system, and where nothing fits the fonts that the program carries do.
// Advances are linear and unhinted: a text is as wide at every zoom as its scale says. Metrics are those of Chromium on Linux, whole px.
//
// What has been shaped is kept, bounded in bytes, so that laying a mail out again costs next to nothing. Everything here is safe for
// concurrent use; no call touches the network.
package text

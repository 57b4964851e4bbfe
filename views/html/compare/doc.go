// Package compare holds the test that shows mails with this engine and with Chromium and compares what came out: the places and sizes of words and
// boxes, and the pictures. It writes a page with both pictures side by side, html-report/index.html in the folder that POSTRIDER_BUILD names
// (build of the repository without it).
//
// Mails are our own, each for one group of features, ones in the style of real senders that the engine was not developed with (held back, held_test.go),
// and all HTML of the shared corpora. Mails beyond the aims are listed on the page with the reason. Chromium is driven by its own protocol, with scripts off and
// no network: every request is answered here, pictures with ones that are drawn from their address, so that both engines see the same.
package compare

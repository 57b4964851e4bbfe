package style

import (
	"sync"

	"github.com/postrider/postrider/views/html/css"
)

// agent is the user agent's sheet, after the rendering section of the HTML standard (15), with the values that browsers agree on.
const agent = `
html, body, address, blockquote, center, dialog, div, dl, dt, dd, fieldset, figure, figcaption, footer, form, header, hgroup, hr, legend, listing, main, menu, nav, ol, optgroup, p, plaintext, pre, search, section,
article, aside, details, summary, ul, dir, xmp, h1, h2, h3, h4, h5, h6, frameset, frame, noframes, slot { display: block }
head, link, meta, script, style, title, base, template, area, param, datalist, noembed, rp, source, track, [hidden]:not(embed), dialog:not([open]), input[type=hidden] { display: none }
slot { display: contents }
noscript { display: inline }
body { margin: 8px }
html { -x-lang: "" }
p, blockquote, figure, listing, plaintext, pre, xmp, dl { margin-top: 1em; margin-bottom: 1em }
blockquote, figure { margin-left: 40px; margin-right: 40px }
address, cite, dfn, em, i, var { font-style: italic }
b, strong { font-weight: bolder }
big { font-size: larger }
small { font-size: smaller }
sub, sup { font-size: smaller }
sub { vertical-align: sub }
sup { vertical-align: super }
tt, code, kbd, samp, listing, plaintext, pre, xmp { font-family: monospace }
listing, plaintext, pre, xmp { white-space: pre }
u, ins { text-decoration: underline }
s, strike, del { text-decoration: line-through }
:link { color: -webkit-link; text-decoration: underline }
:link img { }
abbr[title], acronym[title] { text-decoration: dotted underline }
mark { background: yellow; color: black }
nobr { white-space: nowrap }
marquee { display: inline-block; width: 100%; overflow: hidden; white-space: nowrap }
wbr { }
center { text-align: -webkit-center }
h1 { font-size: 2em; margin-top: .67em; margin-bottom: .67em; font-weight: bold }
h2 { font-size: 1.5em; margin-top: .83em; margin-bottom: .83em; font-weight: bold }
h3 { font-size: 1.17em; margin-top: 1em; margin-bottom: 1em; font-weight: bold }
h4 { margin-top: 1.33em; margin-bottom: 1.33em; font-weight: bold }
h5 { font-size: .83em; margin-top: 1.67em; margin-bottom: 1.67em; font-weight: bold }
h6 { font-size: .67em; margin-top: 2.33em; margin-bottom: 2.33em; font-weight: bold }
dd { margin-inline-start: 40px }
dir, menu, ol, ul { margin-top: 1em; margin-bottom: 1em; padding-inline-start: 40px; counter-reset: list-item }
dir, menu, ul { list-style-type: disc }
:is(dir, menu, ol, ul) ul { list-style-type: circle }
:is(dir, menu, ol, ul) :is(dir, menu, ol, ul) ul { list-style-type: square }
ol { list-style-type: decimal }
:is(dir, dl, menu, ol, ul) :is(dir, dl, menu, ol, ul) { margin-top: 0; margin-bottom: 0 }
li { display: list-item; text-align: match-parent }
hr { color: gray; border: 1px inset; margin: .5em auto; overflow: hidden; box-sizing: content-box }
img, svg { }
iframe { border: 2px inset }
q::before { content: open-quote }
q::after { content: close-quote }
ruby { display: inline }
rt { font-size: 50% }
details > summary:first-of-type { display: list-item; counter-increment: list-item 0; list-style: disclosure-closed inside }
details[open] > summary:first-of-type { list-style-type: disclosure-open }

table { display: table; border-collapse: separate; border-spacing: 2px; box-sizing: border-box; text-indent: initial }
caption { display: table-caption; text-align: -webkit-center }
colgroup { display: table-column-group }
col { display: table-column }
thead { display: table-header-group; vertical-align: middle; border-color: inherit }
tbody { display: table-row-group; vertical-align: middle; border-color: inherit }
tfoot { display: table-footer-group; vertical-align: middle; border-color: inherit }
table > tr { vertical-align: middle }
tr { display: table-row; vertical-align: inherit; border-color: inherit }
td, th { display: table-cell; vertical-align: inherit; padding: 1px; border-color: inherit }
th { font-weight: bold; text-align: -internal-center }

fieldset { margin-left: 2px; margin-right: 2px; padding: .35em .75em .625em; border: 2px groove #efefef; min-width: min-content }
legend { padding-left: 2px; padding-right: 2px }
input, select, textarea, button { display: inline-block; margin: 0; font: 13.3333px Arial, sans-serif; color: fieldtext; letter-spacing: normal; word-spacing: normal; line-height: normal; text-transform: none; text-indent: 0; text-shadow: none; text-align: start; white-space: pre; overflow: hidden }
input { padding: 1px 2px; border: 2px inset #767676; background-color: field }
textarea { padding: 2px; border: 1px solid #767676; background-color: field; font-family: monospace; white-space: pre-wrap; overflow-wrap: break-word; vertical-align: text-bottom; overflow: auto }
select { border: 1px solid #767676; background-color: field; box-sizing: border-box; border-radius: 5px; align-items: center }
button, input[type=button], input[type=submit], input[type=reset] { padding: 1px 6px; border: 2px outset buttonborder; background-color: buttonface; color: buttontext; box-sizing: border-box; text-align: center; align-items: flex-start }
button { white-space: normal }
input[type=checkbox], input[type=radio] { width: 13px; height: 13px; padding: 0; border: 1px solid #767676; box-sizing: border-box; margin: 3px 3px 3px 4px; border-radius: 2px }
input[type=radio] { margin: 3px 3px 0 5px; border-radius: 50% }
input[type=image] { padding: 0; border: 0; background: none }
input[type=range], input[type=color], input[type=file] { padding: 0; border: 0; background: none }
input[type=range] { margin: 2px }
input:disabled, button:disabled, select:disabled, textarea:disabled { color: graytext }
option, optgroup { display: none }
progress, meter { display: inline-block; width: 10em; height: 1em; vertical-align: -0.2em; background-color: #efefef; border: 1px solid #767676; box-sizing: border-box }
meter { width: 5em }
video, audio, object, canvas { display: inline }

[dir=ltr], bdi, output, [dir=auto] { unicode-bidi: isolate }
[dir=rtl] { unicode-bidi: isolate; direction: rtl }
[dir=ltr] { direction: ltr }
bdo, bdo[dir] { unicode-bidi: isolate-override }
`

// agentQuirks is added for mail without a doctype.
const agentQuirks = `
table { white-space: normal; line-height: normal; font-weight: normal; font-size: medium; font-variant: normal; font-style: normal; color: -internal-quirk-inherit; text-align: start }
input:not([type=image]), textarea { box-sizing: border-box }
img[align=left] { margin-right: 3px }
img[align=right] { margin-left: 3px }
form { margin-bottom: 1em }
`

var agents [2]struct {
	once sync.Once
	x    *index
}

func agentIndex(quirks bool) *index {
	i, text := 0, agent
	if quirks {
		i, text = 1, agent+agentQuirks
	}
	a := &agents[i]
	a.once.Do(func() {
		a.x = newIndex()
		a.x.add(css.ParseSheet(text, css.Options{Quirks: quirks}), nil, false)
	})
	return a.x
}

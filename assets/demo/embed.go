// Package demo holds the mail of the built-in demo: invented people at example domains. The format of mail.txt is described by package app/demo,
// which reads it.
package demo

import _ "embed"

// Mail is the demo's mail.
//
//go:embed mail.txt
var Mail string

// Package printing puts messages and pages of the calendar on paper: a [Document] is laid out by package html for the width of the sheet, cut into pages,
// shown as they will be, and goes to a printer of the system (CUPS, by lp) or into a PDF file.
//
//	document.go  parts below each other, laid out for a paper;  message.go  the part of a message
//	pictures.go  the pictures of the parts: what was not allowed in the reader is not on paper either
//	paper.go     sizes of paper, which pages;  printer.go  the system's printers
//	dialog.go    what the person chooses;  sheet.go  the page as it will be
//
// Layout, drawing and the printer's programs run on goroutines of their own.
package printing

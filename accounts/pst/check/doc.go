// Package check holds PST files against every rule of the format ([MS-PST]), layer by layer: blocks, trees and maps of
// free space (package ndb), heaps and tables (package ltp), and here the store: the nodes every file must have, folders
// and their tables, messages with their recipients and attachments, and the map of named properties.
//
// The whole file is read. A [Problem] that is Minor does no harm: space that nothing uses, a hint that is out of date. Files
// that Outlook wrote have some of those; files that package pst writes have none.
package check

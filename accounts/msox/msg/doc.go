// Package msg reads and writes Outlook items in files (.msg, [MS-OXMSG]): one message object in a compound file. [Read] gives it
// as a prop.Message, [Write] makes a file of one; package cmail turns it into internet formats.
//
// A storage of the compound file is an object: the message, each recipient, each attachment, each embedded message. Its stream
// __properties_version1.0 is the list of its properties, with the values of fixed size; the others have a stream each. What
// named properties mean is told once, at the top.
//
// The container is read by mscfb; foreign bytes can surprise it, so a panic of it counts as a damaged file. Values are read
// when they are asked for; sizes, counts and depth are bounded.
package msg

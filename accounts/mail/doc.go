// Package mail is the vocabulary of the program: accounts, mailboxes, messages and drafts as every other
// package names them. It imports the standard library only and holds no behaviour beyond what the words mean.
//
// A [Message] is one message in one mailbox. The same bytes filed in two mailboxes are two messages that share
// one stored body (bodies are content-addressed), so that each has the flags its mailbox gives it. A message
// that moves keeps its [MessageID].
package mail

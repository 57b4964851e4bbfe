package search

import (
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// Query is what was understood. Root nil = no condition.
type Query struct {
	Root Node
	// Problem is a sentence about what was not understood and left out, "" when all was.
	Problem string
	// Nothing: something was asked for that can match no message (only punctuation).
	Nothing bool
}

// Node is one of And, Or, Not, Text, Flag, Attachment, In, Account, Date, Size.
type Node interface{ node() }

type (
	// And is all of, at least two.
	And []Node
	// Or is any of, at least two.
	Or []Node
	// Not is everything else.
	Not struct{ Of Node }
	// Text is words in a row, in one column or any.
	Text struct {
		Column Column
		Words  string
		Prefix bool // the last word may go on
	}
	// Flag is a mark that is set or not.
	Flag struct {
		Flag mail.Flags
		On   bool
	}
	// Attachment is: has one.
	Attachment struct{}
	// In is: in a mailbox of this role or with this in its path, compared without case.
	In struct {
		Role mail.Role
		Name string
	}
	// Account is: of an account whose name or address holds this, compared without case.
	Account struct{ Name string }
	// Date is a half-open range; a zero time is no bound.
	Date struct{ From, To time.Time }
	// Size is a range in bytes: at least Min and, unless it is 0, less than Max.
	Size struct{ Min, Max int64 }
)

func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (Text) node()       {}
func (Flag) node()       {}
func (Attachment) node() {}
func (In) node()         {}
func (Account) node()    {}
func (Date) node()       {}
func (Size) node()       {}

// Column is a part of a message that words are looked for in.
type Column string

// The columns; Any is all of them.
const (
	Any      Column = ""
	Subject  Column = "subject"
	From     Column = "sender"
	To       Column = "rcpt"
	Cc       Column = "cc"
	Body     Column = "body"
	Filename Column = "names"
)

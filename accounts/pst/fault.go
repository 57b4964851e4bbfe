package pst

import (
	"errors"

	"github.com/postrider/postrider/accounts/fault"
)

func unreadable(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return &fault.Error{Kind: fault.Local, Code: "damaged", Op: "read", Title: "A part of the Outlook data file cannot be read",
		Detail: "The file is damaged there. Everything else in it can be used; what is lost is in the report.", Err: err}
}

package app

import (
	"context"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
)

func (n appNet) wake(mail.AccountID) {}

func (n appNet) freeBusy(context.Context, pim.Window, []string) ([]pim.FreeBusy, error) {
	return nil, nil
}

func (n appNet) services(context.Context, mail.AccountID) ([]Service, error) { return []Service{}, nil }

func (n appNet) useService(context.Context, mail.AccountID, mail.Protocol, bool) error {
	return fault.New(fault.Refused, "no-service", "This account has none", "Its provider offers no contacts and calendars over CardDAV and CalDAV.")
}

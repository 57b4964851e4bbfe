package desk

import (
	"errors"
	"testing"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/viewtest"
)

func TestTroubleIsShownAndTriedAgain(t *testing.T) {
	d := viewtest.NewDesk(t, kit.ModeLight)
	fail, tries, ended := errors.New("no such program"), 0, 0
	d.Show(trouble(fault.New(fault.Local, "in-use", "Another Postrider uses this profile", "Close the other one."), func() error { tries++; return fail }, func() { ended++ }), kit.NarrowDialog, 220)
	if !d.Says("Another Postrider uses this profile") || !d.Says("Close the other one.") {
		t.Errorf("says %q", d.Texts())
	}
	d.Press("Try again")
	if tries != 1 || ended != 0 {
		t.Errorf("after a try in vain: %d tries, %d times closed", tries, ended)
	}
	fail = nil
	d.Press("Try again")
	if tries != 2 || ended != 1 {
		t.Errorf("then: %d tries, %d times closed", tries, ended)
	}
	d.Press("Close")
	if tries != 2 || ended != 2 {
		t.Errorf("Close: %d tries, %d times closed", tries, ended)
	}
}

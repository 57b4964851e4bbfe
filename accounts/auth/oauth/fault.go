package oauth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/postrider/postrider/accounts/fault"
)

// refusal is an error answer of an authorisation server (RFC 6749 sections 4.1.2.1 and 5.2).
type refusal struct {
	code, text string
}

func (r refusal) Error() string { return strings.TrimSpace(r.code + " " + r.text) }

// oneLine makes foreign text fit for a detail line.
func oneLine(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(s); len(r) > n {
		s = string(r[:n-1]) + "…"
	}
	return s
}

// words turns a refusal into what happened and what to do. address is the account's.
func words(r refusal, address string) *fault.Error {
	r.code, r.text = oneLine(r.code, 60), oneLine(r.text, 400)
	e := &fault.Error{Kind: fault.Auth, Op: "sign in", Account: address, ServerText: r.Error()}
	_, domain, _ := strings.Cut(address, "@")
	has := func(codes ...string) bool {
		for _, c := range codes {
			if strings.Contains(r.text, c) {
				return true
			}
		}
		return false
	}
	switch {
	case has("AADSTS65001", "AADSTS90094", "AADSTS90095", "AADSTS90008") || r.code == "consent_required" && has("AADSTS"):
		e.Code, e.Title = "admin-consent", "Your organisation has to approve Postrider first"
		e.Detail = "Send this to its administrator: “I would like to read my mail with Postrider, a free mail program on my own computer. It needs the delegated permissions " +
			"IMAP.AccessAsUser.All, POP.AccessAsUser.All and SMTP.Send of Office 365 Exchange Online. Would you approve it in Microsoft Entra under Enterprise applications?”"
		e.Action = fault.ActOpenPage
		e.URL = "https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent"
	case has("AADSTS50020", "AADSTS700016", "AADSTS50034", "AADSTS90072", "AADSTS50194"):
		e.Code, e.Title = "wrong-tenant", "This Microsoft account is of another kind, or of another organisation"
		e.Detail = "In the browser choose the account " + address + ". Work and school accounts and personal ones are apart, even under the same address."
	case has("AADSTS65004") || r.code == "access_denied":
		e.Code, e.Title = "declined", "Postrider was not given access"
		e.Detail = "In the browser the request was declined or closed. Try again and allow it, or use an app password where the provider has one."
		if has("admin", "administrator", "policy") {
			e.Detail = "The administrator of " + domain + " may have to allow Postrider."
		}
	case has("AADSTS50105"):
		e.Code, e.Title = "admin-consent", "Your organisation has not assigned Postrider to you"
		e.Detail = "Ask its administrator to assign you to the application in Microsoft Entra."
	case r.code == "invalid_grant", r.code == "interaction_required", r.code == "login_required":
		return again(address, r)
	case r.code == "invalid_client", r.code == "unauthorized_client", r.code == "redirect_uri_mismatch":
		e.Code, e.Title = "no-client", "The provider does not know this client id"
		e.Detail = "Check the client id and its secret. The id must be registered as a desktop program."
		e.Action = fault.ActEdit
	case r.code == "invalid_scope":
		e.Code, e.Title = "scope", "The provider does not let this client id read mail"
		e.Detail = "The registration of the client id lacks the permissions for mail."
		e.Action = fault.ActEdit
	case r.code == "temporarily_unavailable", r.code == "slow_down":
		e.Kind, e.Code, e.Title, e.Detail = fault.Busy, "busy", "The provider’s sign-in asks to wait", "Postrider tries again by itself."
	case r.code == "server_error":
		e.Kind, e.Code, e.Title, e.Detail = fault.Busy, "server", "The provider’s sign-in has a fault of its own", "It is not your password. Try again later."
	default:
		e.Code, e.Title = "refused", "The provider refused the sign-in"
		e.Detail = "Try again. If it happens again, copy the report from Technical details."
	}
	return e
}

// again is what follows from a refresh token that is no good any more.
func again(address string, cause error) *fault.Error {
	e := &fault.Error{Kind: fault.Auth, Code: "sign-in-again", Op: "sign in", Account: address, Title: "The sign-in for " + address + " has expired",
		Detail: "The provider wants to see you in the browser again: the password was changed, access was taken back, or it was not used for long. Nothing is lost.", Action: fault.ActSignIn}
	var r refusal
	if errors.As(cause, &r) {
		e.ServerText = r.Error()
	} else {
		e.Err = cause
	}
	return e
}

func wrongAccount(address, got string) *fault.Error {
	got = oneLine(got, 120)
	return &fault.Error{Kind: fault.Auth, Code: "wrong-account", Op: "sign in", Account: address, Title: "The browser signed in to another account",
		Detail: fmt.Sprintf("It signed in as %s, not as %s. Try again and choose %s there.", got, address, address)}
}

func protocol(address, what string, cause error) *fault.Error {
	return &fault.Error{Kind: fault.Protocol, Code: "oauth", Op: "sign in", Account: address, Title: "The provider’s sign-in gave an answer that makes no sense", Detail: "Try again. " + what, Err: cause}
}

// networked keeps context errors as they are and words the rest.
func networked(err error, service string) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	f := *fault.Of(err)
	f.Op, f.Service = "sign in", service
	if f.Kind == fault.Protocol {
		f.Kind, f.Code, f.Title, f.Detail = fault.Network, "cut", "The provider’s sign-in cannot be reached", "Postrider tries again by itself."
	}
	return &f
}

package pop3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/wire"
)

// open connects and signs in, once more with a fresh credential after a refusal.
func open(ctx context.Context, o wire.Options) (*session, error) {
	return wire.SignIn(ctx, o, func(c auth.Credential) (*session, error) { return openWith(ctx, o, c) })
}

func openWith(ctx context.Context, o wire.Options, c auth.Credential) (*session, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if c.User == "" {
		c.User = o.Server.User
	}
	stop := s.guard(ctx)
	err = s.signIn(c)
	stop()
	if err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func (s *session) signIn(c auth.Credential) error {
	if !s.secured {
		return noSTLS(s.o.Server, "") // never reached: connect ends before
	}
	if s.caps.utf8() {
		// Messages then come as they are and are not rewritten for old clients (RFC 6856 section 3).
		if _, _, err := s.cmd("UTF8"); err != nil {
			return err
		}
	}
	mech, err := auth.Choose(s.caps.mechanisms(), c)
	switch {
	case err == nil:
		err = s.sasl(mech)
	case c.Token == "" && fault.Of(err).Code == "no-mechanism" && (!s.caps.known || s.caps.has("USER")):
		err = s.userPass(c)
	case c.Token == "" && fault.Of(err).Code == "no-mechanism" && s.timestamp != "":
		err = s.apop(c)
	}
	if err != nil {
		return wire.Fault(err, s.o.Server, "sign in")
	}
	// What is offered may differ behind the sign-in.
	return s.capabilities()
}

// maxAuthLine is the longest command with an initial response (RFC 5034 section 4: a command has at most 255 bytes with its line end).
const maxAuthLine = 255 - 2

func (s *session) sasl(mech sasl.Client) error {
	name, ir, err := mech.Start()
	if err != nil {
		return err
	}
	line := "AUTH " + name
	if ir != nil {
		enc := "="
		if len(ir) > 0 {
			enc = base64.StdEncoding.EncodeToString(ir)
		}
		if len(line)+1+len(enc) <= maxAuthLine {
			line += " " + enc
			ir = nil
		}
	}
	s.w.WriteString(line + "\r\n")
	if err := s.flush(); err != nil {
		return err
	}
	for range 8 {
		b, err := s.readLine()
		if err != nil {
			return err
		}
		if text, ok, good := parseStatus(b); good {
			if !ok {
				e := s.refused("sign in", text)
				if r := auth.Reason(mech); r != "" {
					if e.Kind == fault.Auth && e.Code == auth.CodeBadPassword {
						e = auth.Refusal(s.o.Server.Protocol, s.o.Server.Host, clean(text)+" (invalid_token: "+clean(r)+")", "")
						e.Service = wire.Addr(s.o.Server)
					}
				}
				return e
			}
			if !auth.Proven(mech) {
				return &fault.Error{Kind: fault.Auth, Code: "not-proven", Op: "sign in", Title: "The server could not prove that it knows your password",
					Detail: "It let us in all the same, which the right server does not do. Check the server's name."}
			}
			return nil
		}
		if len(b) == 0 || b[0] != '+' {
			return s.protocol("bad-status", "Its answer to AUTH is none.", string(b[:min(len(b), 200)]))
		}
		ch, derr := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b[1:])))
		var out []byte
		if ir != nil {
			out, ir = ir, nil // asked for the initial response
		} else if derr == nil {
			out, derr = mech.Next(ch)
		}
		reply := base64.StdEncoding.EncodeToString(out)
		if derr != nil {
			reply = "*"
		}
		s.w.WriteString(reply + "\r\n")
		if err := s.flush(); err != nil {
			return err
		}
		if derr != nil {
			text, _, err := s.status()
			if err != nil {
				return err
			}
			return &fault.Error{Kind: fault.Auth, Code: "mechanism", Op: "sign in", Title: "Signing in by " + name + " failed",
				Detail: "The server did not keep to the rules of it. Your password was not given away.", ServerText: clean(text), Err: derr}
		}
	}
	return s.protocol("auth-endless", "It asks on and on while signing in.", "")
}

// userPass is the plain log-in of RFC 1939 section 7, inside TLS.
func (s *session) userPass(c auth.Credential) error {
	if strings.ContainsAny(c.User+c.Password, "\r\n") {
		return &fault.Error{Kind: fault.Auth, Code: "bad-secret", Op: "sign in", Title: "The user name or password contains a line end", Detail: "It was probably pasted along with them. Type them again."}
	}
	text, ok, err := s.cmd("USER " + c.User)
	if err != nil {
		return err
	}
	if !ok {
		if s.timestamp != "" && !s.caps.known {
			return s.apop(c)
		}
		return s.refused("sign in", text)
	}
	text, ok, err = s.cmd("PASS " + c.Password)
	if err != nil {
		return err
	}
	if !ok {
		return s.refused("sign in", text)
	}
	return nil
}

// apop is RFC 1939 section 7; MD5 is not what protects it here, TLS is.
func (s *session) apop(c auth.Credential) error {
	if strings.ContainsAny(c.User, " \r\n") {
		return &fault.Error{Kind: fault.Auth, Code: "bad-secret", Op: "sign in", Title: "The user name contains a space", Detail: "Check it."}
	}
	sum := md5.Sum([]byte(s.timestamp + c.Password))
	text, ok, err := s.cmd("APOP " + c.User + " " + hex.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	if !ok {
		return s.refused("sign in", text)
	}
	return nil
}

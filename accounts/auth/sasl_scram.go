package auth

import (
	"errors"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// Servers use 4,096 to some 600,000 rounds; a hostile one must not be able to keep the processor busy for hours.
const maxScramRounds = 5_000_000

type scramClient struct {
	name string
	conv *scram.ClientConversation
	step int
}

// newScram prepares name and password by SASLprep (RFC 4013) as RFC 5802 section 5.1 asks. What SASLprep does not know, newer emoji for
// one, goes in as it is: servers of today do the same.
func newScram(name string, c Credential) (sasl.Client, error) {
	hash := scram.SHA256
	if name == ScramSHA1 {
		hash = scram.SHA1
	}
	cl, err := hash.NewClient(c.User, c.Password, "")
	if err != nil {
		if cl, err = hash.NewClientUnprepped(c.User, c.Password, ""); err != nil {
			return nil, errors.New("scram: the name or password cannot be used")
		}
	}
	return &scramClient{name: name, conv: cl.NewConversation()}, nil
}

func (s *scramClient) Start() (string, []byte, error) {
	ir, err := s.conv.Step("")
	if err != nil {
		return "", nil, err
	}
	return s.name, []byte(ir), nil
}

func (s *scramClient) Next(challenge []byte) ([]byte, error) {
	s.step++
	if s.step > 2 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	if s.step == 1 {
		for f := range strings.SplitSeq(string(challenge), ",") {
			if n, ok := strings.CutPrefix(f, "i="); ok {
				if i, err := strconv.Atoi(n); err != nil || i > maxScramRounds {
					return nil, errors.New("scram: the server asks for too many rounds")
				}
			}
		}
	}
	out, err := s.conv.Step(string(challenge))
	if err != nil {
		return nil, err
	}
	return []byte(out), nil
}

func (s *scramClient) proven() bool { return s.conv.Valid() }

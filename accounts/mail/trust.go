package mail

// TrustState is what is to be thought of who a message says it is from.
type TrustState string

// The states.
const (
	TrustUnknown  TrustState = ""         // nobody checked whose word counts
	TrustVerified TrustState = "verified" // the domain of From has signed it, or its policy is met
	TrustUnproven TrustState = "unproven" // it was checked, and nothing speaks for From
	TrustForged   TrustState = "forged"   // it is likely not from whom it says
)

// Trust is what speaks for and against the From of a message. The findings are those of the server that received it (RFC 8601).
type Trust struct {
	State            TrustState
	SPF, DKIM, DMARC string // "pass", "fail", "none" and so on; "" = not said
	Signer           string // the domain whose signature is valid
	By               string // the server that checked
	Contact          bool   // From is in the person's contacts
	// Pretends is the name of a contact that From bears with an address that is none of the contact's.
	Pretends string
}

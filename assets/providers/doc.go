// Package providers is the table of mail providers that Postrider knows without asking the network: where their servers are, how one
// signs in, what has to be switched on first, and the OAuth 2.0 endpoints.
//
// The table is one text file, providers.txt, written for this program. A line is a word and its values; an entry starts with "provider ID" or
// "oauth ID" and ends where the next one starts. The words of a provider:
//
//	name       for people
//	domains    address domains, exact; "*.d" means the subdomains of d
//	mx         suffixes of mail exchanger names that this provider runs for other domains
//	imaps pop3s smtps   HOST[:PORT] with TLS from the first byte
//	imap pop3 smtp      HOST[:PORT] with STARTTLS, required
//	           followed by user=TEMPLATE ({email}, {local}, {domain}; left out: {email}) and auth=METHODS (left out: password)
//	own        before a server line: used instead where the domain is the person's own (found by its MX)
//	oauth-by   id of an oauth entry
//	sent       "server": the provider itself files what is sent through it
//	carddav caldav activesync ews jmap   URLs; {email} may occur
//	fallback   another provider to try when this one refuses
//	hint       KIND URL TEXT; "-" for no URL
//	help       the provider's own page
//
// The words of an oauth entry: authorize, token, device, userinfo and issuer are URLs; loopback is the host of the redirect address; "pkce no", "secret yes" and
// "approval yes" say what a server does not take, wants, and that it registers programs by agreement only; sasl, param NAME VALUE, and scope PROTOCOL SCOPES.
//
// There is no word for a server without TLS. [Load] checks the whole table, so that a mistake in it is found by the tests
// and not by a person's set-up.
package providers

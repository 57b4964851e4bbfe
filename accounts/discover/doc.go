// Package discover finds the servers of an e-mail address. No password takes part: what is asked is public, and nothing but the domain
// leaves this computer unless the person allowed more ([Options.SendAddress]).
//
// [Find] asks several sources at the same time, each with a rank and a limit of its own:
//
//	1  the provider table of package providers, by domain; nothing else is asked where its servers answer
//	2  a configuration file that the domain vouches for by a digest in DNS (draft-ietf-mailmaint-pacc), at ua-auto-config.DOMAIN
//	3  the provider's autoconfig file, https://autoconfig.DOMAIN/mail/config-v1.1.xml and https://DOMAIN/.well-known/autoconfig/mail/config-v1.1.xml
//	4  the public list (ISPDB) at autoconfig.thunderbird.net, with the domain only
//	5  the mail exchanger: its provider in the table, or the autoconfig file and the list entry of its domain
//	6  service records (RFC 6186, RFC 8314)
//	7  usual host names, taken only where a server answers with the right certificate
//
// The best-ranked success wins as soon as every better source has finished, or [soft] after the first success; all ends after [hard]. Exchange
// (Autodiscover, without credentials) and calendars and contacts (RFC 6764) are looked for beside that and are reported as "also".
//
// Every server found is tried: TLS, the certificate's name, the greeting. A server that fails stays in the list, but behind those that
// work, so that a stale entry of a public list falls through to the next source. What is reached only in plain text is never offered. Hosts
// that DNS alone points to (which is not signed) and that lie outside the address's domain come with a hint that says so.
//
// Autodiscover is asked only at DOMAIN and autodiscover.DOMAIN, never further up, and never over http: the "back-off" of other programs
// sent credentials to strangers.
package discover

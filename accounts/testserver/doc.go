// Package testserver runs real mail servers for tests: Dovecot (IMAP, POP3, LMTP) and Postfix (submission on 587 and 465) from the system's
// packages, on free loopback ports, with everything they write in one temporary folder and certificates made for the occasion.
// Radicale, SOGo and Cyrus (contacts and calendars) and CUPS (printers) run beside them where a test asks for one.
// A test that cannot find them is skipped with a message that names the packages; Postfix and SOGo also need root.
package testserver

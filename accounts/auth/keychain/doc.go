// Package keychain keeps secrets: in the system's keychain, in a file locked with a passphrase, or in memory for this run.
// Nothing is ever written in the clear, and no error carries a secret.
//
// [System] speaks to the Secret Service (Linux), the Keychain (macOS) or the Credential Manager (Windows) through go-keyring. Three
// things are done around that library. A session bus is looked for first, because without one it starts a bus daemon of its own that
// outlives the program. Calls run on a goroutine of their own, because a locked keychain blocks until the person has answered its window; [Chain.Waiting] tells when
// that happens, and the call gives up after [MaxWait]. Values longer than [maxItem] bytes are split over several items, because Windows and macOS bound
// the size of one; the item that names the parts is written last, so that a crash leaves the old value or the new one.
//
// [File] is for computers without a keychain: Argon2id (RFC 9106) makes a key of the passphrase and XChaCha20-Poly1305 seals all secrets
// in one file, which is replaced as a whole.
package keychain

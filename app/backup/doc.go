// Package backup writes a whole profile into one file and makes a profile of such a file.
//
// The file is a tar archive inside a zstd stream, so that it can be opened without this program. The first entry is "postrider-backup", a JSON object with
// the version of the layout and the time; then come the profile's files under "profile/"; the last entry is "manifest", JSON lines with path, size and
// SHA-256 of each. A file without its manifest was cut short and is not restored.
//
// Passwords are not in it: they are in the system's keychain, and a file of secrets that a passphrase locks is left out.
//
// A backup is taken while no program uses the profile (its lock is held), or by the program that has it open, of one moment ([Live]). It is read back and compared
// before it gets its name, and writes over nothing. A restored profile is put together in a folder beside its place, compared file by file, and gets its name last: there is a
// whole one or none. Where there is a profile already, the restored one waits beside it ([Stage]) and takes its place when the program starts the next time ([Adopt]); the
// former one is kept.
package backup

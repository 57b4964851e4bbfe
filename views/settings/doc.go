// Package settings is the place where the person changes what was chosen once: accounts, appearance, reading, writing, privacy, keys, and what is
// stored, archived and backed up.
//
// [New] is one object: a list of sections at the left, the section at the right. Every change applies and is stored at once; there is no
// button to confirm. The view holds no copy of the truth: it reads the client, and reads it again when the bus says that something changed.
package settings

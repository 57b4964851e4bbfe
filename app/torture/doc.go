// Package torture holds no code, only tests: the whole product below the window against real Dovecot and Postfix while everything goes wrong
// that can. The program is killed by SIGKILL at every step of its journal and at random times, connections are cut, held and refused, servers are killed and
// lie, another client works in the same mailboxes, the disk is full, the keychain locked.
//
// After each of these the same is asked: every message is where it belongs exactly once, here and on the server, byte for byte; nothing was
// sent twice; the store finds no fault with itself; the next run has nothing to do.
//
// A kill test runs its own binary as a child (see TestMain). The children are killed at some of the crash points; with POSTRIDER_TORTURE=full in the
// environment at all of them.
package torture

// Package remotetest is the conformance suite of package remote: the comments there are contracts, and each is a test here. Every back
// end passes it, the one in memory and those against real servers alike; what a back end cannot do (a nil member of its Conn, Keep,
// FlagsUnknown) is skipped, nothing else is.
//
// A back end's own test calls [Run] with an [Env] that opens connections and plays the other side: the mail system that delivers and
// the other client that changes things.
package remotetest

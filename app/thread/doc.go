// Package thread holds the rules by which messages form conversations. It is pure: the store asks it what a message names and
// whether two messages without a link belong together, and keeps the answer.
//
// A conversation is a set of Message-IDs: a message belongs to the conversation that any of the ids it names (its own, In-Reply-To, References)
// belongs to. When it names several, they become one, under the name of the earliest known. That is JWZ's algorithm without the containers: the
// list shows conversations flat, so who answered whom does not matter.
//
// Only an answer that names nobody (broken clients drop References) falls back to its subject, and only near in time and among the same people.
package thread

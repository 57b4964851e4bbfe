// Package accounts opens what a person set up: it is the one place that knows which protocol package serves which account. Everything above it
// sees package remote; everything below it speaks one protocol and knows nothing of the others.
package accounts

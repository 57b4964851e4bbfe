// Package wizard sets an account up: who you are, looking up, how to connect, test and finish.
//
// [New] is the whole wizard as one object: the content of the window on the first run, or inside an overlay later ([Open]). [SignIn] and
// [Certificate] are the two dialogs that bring a stopped account back.
//
// One [View] holds all the state; each page is built from it, so going back keeps everything that was typed. Calls of the client run on
// goroutines of their own and come back through Hooks.Do; a result that belongs to an older attempt is dropped by its generation number.
// The password stays in memory until AddAccount, which is only called after the test, or when the person chose "Save anyway".
package wizard

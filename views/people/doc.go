// Package people is the contacts of the window: address books and the list with its letters at the left, the card of a contact with recent mail at the right, its editor,
// merging of duplicates, import and export. It depends on [Client], a part of what the program offers; everything shown comes from the local store.
package people

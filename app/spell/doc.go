// Package spell says whether words are spelled as a dictionary of the system spells them, and what may be meant. It reads the dictionaries in Hunspell's format that
// systems bring for all their programs (hunspell(5): an .aff file of rules and a .dic file of stems); nothing is sent anywhere. Both files are foreign: sizes, rules
// and the work for a word are bounded, and what is not understood is left out, which makes the checker milder, never stricter.
package spell

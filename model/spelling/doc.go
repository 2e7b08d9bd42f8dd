// Package spelling answers: which name did somebody mean who wrote another?
//
// [Nearest] picks from the names that there are, by typing errors alone, and guesses nothing of
// which more than a third would be wrong. It costs a few microseconds a name, bounded for names
// of any length, so that a hostile file cannot make an error message expensive.
package spelling

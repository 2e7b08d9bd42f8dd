// Package spelling answers: which name did somebody mean who wrote another?
//
// [Nearest] picks from the names that there are. How many errors are too many to
// guess is for the caller to say: names of instance types lie closer together than
// keys of metrics. It costs a few microseconds a name, bounded for names of any
// length, so that a hostile file cannot make an error message expensive.
package spelling

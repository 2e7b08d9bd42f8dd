// Package tree answers: what does a text say, and where?
//
// [Read] reads a TOML file with the files that it includes into one tree of
// [Node]s, each with its [Position]. [Override] applies assignments such as those
// of --set; [Node.Text] writes a tree as a file again; [Changes] compares two.
// What is wrong is a [Mistake], and all of them are returned at once. Nothing here
// knows what a key means.
//
// # Guarantees
//
// No text panics or hangs: files are bounded in size, number and depth, and only
// regular files are opened. A tree written and read again is equal.
//
// # Costs
//
// The TOML library tells no positions of what it has decoded, so a text is scanned
// twice: a millisecond for a hundred kilobytes.
package tree

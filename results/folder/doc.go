// Package folder answers: how do results reach a disk so that none is lost?
//
// [Open] takes the folder of a command before it computes anything, [Folder.Save]
// puts a set of files in place, [Folder.Close] gives the folder back. [WriteNew]
// writes one file that must not exist yet; [Temporary] makes a folder that goes away.
//
// # Vocabulary
//
//   - A [Kind] is what a folder is for: a run, a sweep, a search, a comparison.
//   - The marker, .headroom, says so, and is locked while a command has the folder.
//   - What is unfinished is written in .unfinished. What is ready is whole, in .ready,
//     with a list of what belongs to it, and only has to be moved.
//
// # Guarantees and costs
//
// A folder is ours if it did not exist, was empty, has a marker of its kind, or holds
// nothing but files that its kind writes; and never a home directory. In any other,
// nothing is touched. A file stands under its name whole, the earlier one or the new
// one, whenever the process is killed and whichever operation of the disk fails. A
// set that was ready before a kill is moved into place by the next Open: it is then
// new as a whole. Everything is brought to disk before it is moved, which costs an
// fsync a file. Open leaves no rest of what was killed.
//
// # How to extend it
//
// A kind is a value of [Kind]. All operations that change a disk go through [Disk];
// tests fail or kill at any of them.
package folder

// Package regular answers: how is a file read that may turn out to be none?
//
// A path from a user may name a pipe that nobody writes to, a device that never
// ends, or a window of the kernel such as those of /proc. [Open] opens regular
// files alone, and [Read] reads them up to a bound; [OpenStream] opens pipes, too.
//
// # Guarantees and costs
//
// Neither waits for anybody: what a path names is asked of the file once it is
// open, without blocking, so that nothing can take its place in between. An error
// is a rule without the path, in words that follow one: "must be a regular file".
// Where there is no file it is [fs.ErrNotExist].
//
// # How to extend it
//
// A kind of file system whose files are not for reading is a line in the table of
// open_linux.go.
package regular

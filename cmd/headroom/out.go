package main

import (
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/vbauerster/mpb/v8/cwriter"

	"headroom/results/folder"
)

// disk is where commands write their files. Tests put one that fails in its place.
var disk = folder.Real()

// openOut takes the folder of --out, so that what cannot be written is known before
// anything is computed.
func openOut(dir string, k *folder.Kind) (*folder.Folder, error) {
	f, err := folder.Open(disk, dir, k)
	if err != nil {
		return nil, outFault(err)
	}
	return f, nil
}

// outFault says of what --out names whether it is wrong or the disk is.
func outFault(err error) error {
	if err == nil {
		return nil
	}
	return diskOrInput(&outError{err})
}

// diskOrInput says of an error of a file that is to be written whether the disk is at
// fault; else what the user asked for is.
func diskOrInput(err error) error {
	for _, of := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EIO, syscall.EMFILE, syscall.ENFILE, io.ErrShortWrite} {
		if errors.Is(err, of) {
			return err
		}
	}
	return badInput(err)
}

// outError is an error of the flag.
type outError struct{ err error }

func (o *outError) Error() string { return "--out: " + o.err.Error() }
func (o *outError) Unwrap() error { return o.err }

// giveBack returns a folder, and says what went wrong with it. None is fine.
func giveBack(f *folder.Folder) {
	if f == nil {
		return
	}
	if err := f.Close(); err != nil {
		complain(err.Error())
	}
}

// several is what went wrong with one command. The first decides the exit code.
type several []error

func (s several) Error() string { return errors.Join(s...).Error() }

// Unwrap returns the errors for [errors.As].
func (s several) Unwrap() []error { return s }

// together returns the errors that are any.
func together(errs ...error) error {
	var all several
	for _, err := range errs {
		all = append(all, separate(err)...)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// console is standard output. It remembers the first write that failed, so that no
// command has to look; what follows is not written.
type console struct{ failed error }

// unwritten is an error of standard output.
type unwritten struct{ err error }

func (u *unwritten) Error() string { return "standard output: " + u.err.Error() }
func (u *unwritten) Unwrap() error { return u.err }

// Write implements [io.Writer].
func (c *console) Write(b []byte) (int, error) {
	if c.failed != nil {
		return 0, c.failed
	}
	n, err := os.Stdout.Write(b)
	if err != nil {
		if path := (*os.PathError)(nil); errors.As(err, &path) {
			err = path.Err
		}
		c.failed = &unwritten{err}
		return n, c.failed
	}
	return n, nil
}

// Columns is how many columns a reader sees: what COLUMNS says, the width of the
// terminal, or 80.
func (c *console) Columns() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= fewestColumns {
		return n
	}
	if terminal(os.Stdout) {
		if n, _, err := cwriter.New(os.Stdout).GetTermSize(); err == nil && n >= fewestColumns {
			return n
		}
	}
	return usualColumns
}

// usualColumns is the width that everybody has, and fewestColumns the least for which
// tables are laid out.
const (
	usualColumns  = 80
	fewestColumns = 40
)

// nobodyReads reports whether standard output was a pipe whose other end has gone,
// as with head.
func (c *console) nobodyReads() bool { return errors.Is(c.failed, syscall.EPIPE) }

// Command headroom simulates cloud capacity: what a scenario costs, and how slow
// it gets.
//
//	headroom run FILE…      simulates and prints what it showed
//	headroom help           lists the other commands
//
// It exits with 0 when done, 1 on an internal or I/O error (what could be printed or
// written is), 2 on bad input (then nothing was run), 3 when a threshold was breached,
// 4 when the memory limit was reached and 130 when interrupted (then it keeps what was
// finished); and ends by SIGPIPE, silently, when nobody reads what it prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"headroom/sim/memory"
)

func main() {
	// What the runtime cannot go on after exits with 2, which is bad input. Like
	// this it ends by SIGABRT.
	debug.SetTraceback("crash")
	collectLate()
	signal.Ignore(syscall.SIGPIPE) // writing fails instead, and what is temporary goes away
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	ctx, watcher := memory.Watch(ctx)
	ctx, finale := withFinale(ctx)
	over := make(chan struct{})
	go finale.enforce(ctx, over)
	code := execute(ctx, os.Args[1:])
	close(over)
	watcher.Stop()
	stop()
	if code == exitUnread {
		signal.Reset(syscall.SIGPIPE)
		_, _ = os.Stdout.Write([]byte{'\n'}) // ends the program by the signal, where there is one
	}
	os.Exit(closed(code))
}

// closed closes standard output: some file systems tell only then that they could not
// write.
func closed(code int) int {
	err := os.Stdout.Close()
	if err == nil || code != 0 || errors.Is(err, syscall.EBADF) {
		return code
	}
	fmt.Fprintln(os.Stderr, diagnosis(&unwritten{err}))
	return exitInternal
}

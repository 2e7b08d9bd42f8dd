// Command headroom simulates cloud capacity: what a scenario costs, and how slow
// it gets.
//
//	headroom run FILE…      simulates and prints what it showed
//	headroom help           lists the other commands
//
// It exits with 0 when done, 1 on an internal or I/O error, 2 on bad input (then
// nothing was run), 3 when a threshold was breached, 130 when interrupted.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

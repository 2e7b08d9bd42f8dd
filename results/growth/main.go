// Command growth measures how the time and the memory of headroom grow with the size of
// what it simulates: requests, instances, groups, minutes and points of a sweep. It runs
// the program given by -program on scenarios of its own, prints a table and, for each
// curve, the exponent that fits it in the log-log plane with its 95 % interval, and draws
// them as SVG.
//
// A curve ends where a size would take more than -most of CPU time; a longer one goes on
// to the largest size. The exit code is 1 if an exponent is above 1.05 with its whole
// interval and the curve does not say why. README.md has what was measured last.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/headroom", "the program to measure")
	flag.DurationVar(&o.most, "most", 20*time.Second, "CPU time of a size above which a curve ends")
	flag.StringVar(&o.picture, "o", "", "file to draw the curves to, as SVG")
	flag.StringVar(&o.only, "only", "", "measure this curve alone")
	flag.Parse()
	steep, err := o.run(os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(2)
	case steep:
		os.Exit(1)
	}
}

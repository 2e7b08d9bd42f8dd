package main

import (
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how many replications have finished and when the rest will
// have, where somebody can see it: on a terminal.
type progress struct {
	container *mpb.Progress // nil: nobody looks
	bar       *mpb.Bar
}

func newProgress(name string, replications int, quiet bool) progress {
	if quiet || !terminal(os.Stderr) {
		return progress{}
	}
	container := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40))
	bar := container.AddBar(int64(replications),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name+" "), decor.CountersNoUnit("%d/%d")),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Name(", left: "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
	return progress{container, bar}
}

// advance is told the number of replications that have finished.
func (p progress) advance(done int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(done))
	}
}

// end removes the bar.
func (p progress) end() {
	if p.container != nil {
		p.bar.Abort(true)
		p.container.Wait()
	}
}

// terminal reports whether somebody may look at a file as it is written.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// colored reports whether text for a file may be coloured.
func colored(f *os.File) bool { return terminal(f) && os.Getenv("NO_COLOR") == "" }

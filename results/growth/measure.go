package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// limit is the exponent above which a curve says why.
const limit = 1.05

// options are what the command line says.
type options struct {
	program, picture, only string
	most                   time.Duration
}

// measured is a curve with what was seen.
type measured struct {
	curve
	sizes, seconds, megabytes []float64
	ended                     bool // before its largest size
	time, memory              exponent
}

// run measures the curves and writes what it saw. It reports whether one is too steep.
func (o options) run(out io.Writer) (steep bool, err error) {
	dir, err := os.MkdirTemp("", "growth")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	start, base, err := o.process(dir, curve{command: []string{"run"}}, header("1s")+"service.web = {}\ninstance.web = { instance_type = \"m6i.large\", service = \"web\" }\n")
	if err != nil {
		return false, err
	}
	fmt.Fprintf(out, "start: %.3f CPU-s, %.0f MB; exponents are of what stands out of it\n\n", start, base)
	var all []*measured
	for _, c := range curves() {
		if o.only != "" && o.only != c.name {
			continue
		}
		m := &measured{curve: c}
		if err := o.grow(dir, m, out); err != nil {
			return false, err
		}
		x, y := above(m.sizes, m.seconds, start)
		m.time = fit(x, y)
		x, y = above(m.sizes, m.megabytes, base)
		m.memory = fit(x, y)
		m.conclude(out)
		steep = steep || m.why == "" && (m.time.low > limit || m.memory.low > limit)
		all = append(all, m)
	}
	if o.picture == "" {
		return steep, nil
	}
	return steep, draw(o.picture, all)
}

// sizes are two a decade, and the largest.
func sizes(least, most int) []int {
	var s []int
	for decade := least; decade < most; decade *= 10 {
		s = append(s, decade)
		if half := decade * 3; half < most {
			s = append(s, half)
		}
	}
	return append(s, most)
}

// grow measures a curve up to its end, or until a size would take too long, and writes each
// size when it has it.
func (o options) grow(dir string, m *measured, out io.Writer) error {
	fmt.Fprintf(out, "%-14s%12s%14s%12s%14s\n", m.name, "CPU-s", "ns each", "MB", "bytes each")
	for _, size := range sizes(m.least, m.most) {
		if n := len(m.seconds); n > 0 && m.seconds[n-1]*float64(size)/m.sizes[n-1] > o.most.Seconds() {
			m.ended = true
			return nil
		}
		seconds, megabytes, err := o.process(dir, m.curve, m.scenario(size))
		if err != nil {
			return fmt.Errorf("%s of %d: %w", m.name, size, err)
		}
		n := float64(size)
		m.sizes, m.seconds, m.megabytes = append(m.sizes, n), append(m.seconds, seconds), append(m.megabytes, megabytes)
		fmt.Fprintf(out, "%-14d%12.3f%14.0f%12.1f%14.0f\n", size, seconds, seconds/n*1e9, megabytes, megabytes/n*1e6)
	}
	return nil
}

// process runs the program on a scenario and returns its CPU seconds and its peak of
// memory: the least of three runs where they are short.
func (o options) process(dir string, c curve, text string) (seconds, megabytes float64, err error) {
	file := filepath.Join(dir, "scenario.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return 0, 0, err
	}
	seconds, megabytes = math.Inf(1), math.Inf(1)
	for range 3 {
		run := exec.Command(o.program, append(c.command[:len(c.command):len(c.command)], file)...)
		var said bytes.Buffer
		run.Stderr = &said
		if err := run.Run(); err != nil {
			return 0, 0, fmt.Errorf("%w: %s", err, said.Bytes())
		}
		seconds = min(seconds, (run.ProcessState.UserTime() + run.ProcessState.SystemTime()).Seconds())
		megabytes = min(megabytes, peak(run.ProcessState))
		if seconds > 1 {
			break
		}
	}
	return seconds, megabytes, nil
}

// conclude writes what a curve says.
func (m *measured) conclude(out io.Writer) {
	fmt.Fprintf(out, "time    %s\nmemory  %s\n", m.verdict(m.time), m.verdict(m.memory))
	if m.ended {
		fmt.Fprintln(out, "ends here: MOST=10m goes on")
	}
	fmt.Fprintln(out)
}

// verdict words an exponent.
func (m *measured) verdict(e exponent) string {
	if e.points < 3 {
		return "does not stand out of the start"
	}
	text := fmt.Sprintf("size^%.3f (%.3f to %.3f)", e.value, e.low, e.high)
	switch {
	case e.low <= limit:
	case m.why != "":
		text += ": " + m.why
	default:
		text += fmt.Sprintf(": above %.2f", limit)
	}
	return text
}

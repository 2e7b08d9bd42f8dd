package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8/cwriter"
)

// screen shows a picture of some lines at the end of a terminal, each in the
// place of the one before.
type screen struct {
	out     io.Writer
	size    func() (columns, rows int)
	bold    bool // the first line
	columns int  // when it was last drawn
	lines   []string
}

func newScreen(f *os.File) *screen {
	terminal := cwriter.New(f)
	return &screen{out: f, bold: colored(f), size: func() (columns, rows int) {
		columns, rows, err := terminal.GetTermSize()
		if err != nil || columns <= 0 || rows <= 0 {
			return 80, 24
		}
		return columns, rows
	}}
}

// animate shows pictures until the function that it returns is called, which
// leaves nothing of them.
func (s *screen) animate(picture func(now time.Time) []string) (end func()) {
	stop := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				s.show(picture(time.Now()))
			}
		}
	})
	return func() {
		close(stop)
		ended.Wait()
		s.clear()
	}
}

// show draws a picture, cut to what fits.
func (s *screen) show(lines []string) {
	columns, rows := s.size()
	lines = slices.Clone(lines[:min(len(lines), max(1, rows-1))])
	for i := range lines {
		lines[i] = fitting(lines[i], columns-1)
	}
	if columns == s.columns && slices.Equal(lines, s.lines) {
		return
	}
	var text strings.Builder
	text.WriteString(s.home(columns))
	for i, line := range lines {
		if s.bold && i == 0 {
			line = "\x1b[1m" + line + "\x1b[0m"
		}
		text.WriteString(line + "\x1b[K\n")
	}
	text.WriteString("\x1b[J")
	_, _ = io.WriteString(s.out, text.String()) // a picture that is not seen is no loss
	s.lines, s.columns = lines, columns
}

// clear removes the picture.
func (s *screen) clear() {
	if s.lines != nil {
		columns, _ := s.size()
		_, _ = io.WriteString(s.out, s.home(columns)+"\x1b[J")
		s.lines = nil
	}
}

// home moves to the first line of the picture. Terminals wrap lines that have
// become too long for them.
func (s *screen) home(columns int) string {
	if len(s.lines) == 0 {
		return "\r"
	}
	rows := 0
	for _, line := range s.lines {
		rows += max(1, (columnsOf(line)+columns-1)/columns)
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}

// fitting cuts a line that is too long for so many columns.
func fitting(line string, columns int) string {
	if columnsOf(line) <= columns {
		return line
	}
	room := columns - 1 // for the …
	for i, letter := range line {
		if room -= columnsOf(string(letter)); room < 0 {
			return strings.TrimRight(line[:i], " ") + "…"
		}
	}
	return line
}

// wide lists the ranges of letters that take two columns (East Asian Width W and
// F, Unicode Standard Annex 11).
var wide = [][2]rune{
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
	{0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
}

// columnsOf is the width of a text on a terminal.
func columnsOf(text string) int {
	n := 0
	for _, letter := range text {
		n++
		if slices.ContainsFunc(wide, func(r [2]rune) bool { return r[0] <= letter && letter <= r[1] }) {
			n++
		}
	}
	return n
}

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/results/report"
	"headroom/results/sweep"
	"headroom/scenarios/space"
)

// What an earlier run left done does not make the rest look quick.
func TestPaceForgetsWhatWasThereBefore(t *testing.T) {
	var p pace
	finished := 500 // at once
	for at := time.Duration(0); at <= 100*time.Second; at += redraw {
		p.note(at, finished+int(at/time.Second))
	}
	left, ok := p.left(1000)
	if want := 400 * time.Second; !ok || left < want*9/10 || left > want*11/10 {
		t.Errorf("%v left, %v; want about %v", left, ok, want)
	}
	if _, ok := (&pace{marks: []paceMark{{0, 0}}}).left(10); ok {
		t.Error("an estimate from nothing")
	}
}

// A terminal that is drawn on, in letters: what moves the cursor is obeyed.
type paper struct {
	columns int
	lines   []string
	row     int
}

func (p *paper) Write(b []byte) (int, error) {
	text := strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "", "\x1b[K", "").Replace(string(b))
	for text != "" {
		var up int
		switch {
		case strings.HasPrefix(text, "\r"):
			text = text[1:]
		case strings.HasPrefix(text, "\x1b[J"):
			p.lines, text = p.lines[:p.row], text[3:]
		case strings.HasPrefix(text, "\x1b["):
			_, after, _ := strings.Cut(text, "A")
			if _, err := fmt.Sscanf(text, "\x1b[%dA", &up); err != nil || up > p.row {
				return 0, fmt.Errorf("up by %d from row %d: %v", up, p.row, err)
			}
			p.row, text = p.row-up, after
		default:
			line, after, _ := strings.Cut(text, "\n")
			p.lines, text = append(p.lines[:p.row], line), after
			p.row++
		}
	}
	return len(b), nil
}

// Pictures replace each other, are cut to the terminal, and leave nothing.
func TestScreenLeavesNothingBehind(t *testing.T) {
	p := &paper{columns: 20}
	rows := 24
	s := &screen{out: p, bold: true, size: func() (int, int) { return p.columns, rows }}
	io.WriteString(p, "before\n")
	for _, c := range []struct {
		show, want []string
	}{
		{[]string{"one"}, []string{"before", "one"}},
		{[]string{"one", "", "a table that is much too wide"}, []string{"before", "one", "", "a table that is mu…"}},
		{[]string{"서울 서울 서울 서울 서울"}, []string{"before", "서울 서울 서울 서…"}},
	} {
		if s.show(c.show); !slices.Equal(p.lines, c.want) {
			t.Errorf("shows %q, want %q", p.lines, c.want)
		}
	}
	rows = 3
	if s.show([]string{"1", "2", "3", "4"}); !slices.Equal(p.lines, []string{"before", "1", "2"}) {
		t.Errorf("of three rows, shows %q", p.lines)
	}
	s.show([]string{"0123456789", "0123"})
	p.columns = 5 // the first line takes two rows now
	p.lines, p.row = []string{"before", "01234", "56789", "0123"}, 4
	if s.show([]string{"new"}); !slices.Equal(p.lines, []string{"before", "new"}) {
		t.Errorf("made narrower, shows %q", p.lines)
	}
	if s.clear(); !slices.Equal(p.lines, []string{"before"}) {
		t.Errorf("leaves %q", p.lines)
	}
}

// The table shows the best, whatever the order in which points finish.
func TestProgressShowsTheBest(t *testing.T) {
	layout := sweep.NewLayout([]string{"cost.total", "availability"}, []string{"USD", "ratio"})
	for seed := range uint64(50) {
		p := &sweepProgress{points: 30, screen: &screen{}, page: &report.SweepPage{
			Scenario: "shop", Metrics: []string{"cost.total"},
			Points: &report.Points{Axes: []string{"a.long_key"}, Settings: func(point int) []space.Setting {
				text := fmt.Sprint("v", point)
				return []space.Setting{{Text: text, Brief: text}}
			}},
		}}
		for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(30) {
			row := sweep.Row{Point: i, Layout: layout, Values: [][]float64{{float64(40 - i), 1}}}
			switch i {
			case 29:
				row = sweep.Row{Point: i, Err: "failed"}
			case 28:
				row.Ruled = "availability > 1"
			}
			p.done(row)
		}
		got := strings.Join(p.picture(p.begin, 80), "\n")
		want := `shop: 30 of 30 points, 1 failed · 0s

point  long_key  n  cost.total
────────────────────────────────
27     v27       1      $13.00
26     v26       1      $14.00
25     v25       1      $15.00
24     v24       1      $16.00
23     v23       1      $17.00`
		if got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		if narrow := p.picture(p.begin, 31)[2]; narrow != "point  long_…  n  cost.total" {
			t.Fatalf("in 31 columns: %s", narrow)
		}
	}
}

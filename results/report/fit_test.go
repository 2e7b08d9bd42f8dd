package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// lined is a writer whose reader sees so many columns.
type lined struct {
	bytes.Buffer
	columns int
}

func (l *lined) Columns() int { return l.columns }

// drawn is what a reader sees of a table.
func drawn(t *testing.T, b block, columns int) string {
	t.Helper()
	w := &lined{columns: columns}
	if err := b.fitting(w); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(w.String()) {
		if n := visible(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("%d columns, want at most %d: %s", n, columns, line)
		}
	}
	return w.String()
}

func TestTablesFitTheirReader(t *testing.T) {
	wide := block{
		head: []string{"Capacity", "autoscaling_group.web", "autoscaling_group.app", "all"}, left: 1,
		rows: [][]string{{"in service mean", "2.9900 ± 0.0001", "17.1 ± 1.0", "20"}, {"launched", "1", "2", "3"}},
	}
	for columns, want := range map[int]string{
		80: `Capacity         autoscaling_group.web  autoscaling_group.app  all
────────────────────────────────────────────────────────────────────
in service mean        2.9900 ± 0.0001             17.1 ± 1.0   20
launched                             1                      2    3
`,
		64: `                 autoscaling_group.  autoscaling_group.
Capacity                        web                 app  all
──────────────────────────────────────────────────────────────
in service mean     2.9900 ± 0.0001          17.1 ± 1.0   20
launched                          1                   2    3
`,
		40: `Capacity         autoscaling_group.web
────────────────────────────────────────
in service mean        2.9900 ± 0.0001
launched                             1

Capacity         autoscaling_group.app
────────────────────────────────────────
in service mean             17.1 ± 1.0
launched                             2

Capacity         all
──────────────────────
in service mean   20
launched           3
`,
	} {
		if got := drawn(t, wide, columns); got != want {
			t.Errorf("at %d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
}

func TestTextsBreakWhereTheyMay(t *testing.T) {
	text := block{
		head: []string{"key", "meaning"}, left: 2,
		rows: [][]string{{"autoscaling_group.NAME.default_cooldown", "pause of simple scaling after an activity"}},
	}
	want := `key                 meaning
──────────────────────────────────────
autoscaling_group.  pause of simple
  NAME.             scaling after an
  default_cooldown  activity
`
	if got := drawn(t, text, 40); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	const red, plain = "\x1b[31m", "\x1b[0m"
	if got, want := breakText(red+"breaches a limit"+plain, 10, ""), red+"breaches a"+plain+"\n"+red+"limit"+plain; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// However narrow it is, no cell is lost and no line too long.
func TestNarrowTablesLoseNothing(t *testing.T) {
	head := []string{"Plan"}
	row := []string{"compute-savings-plan-3y-all-upfront"}
	for _, name := range strings.Fields("cost saving hourly upfront covered used breakeven months") {
		head, row = append(head, name), append(row, "<"+name+">")
	}
	b := block{head: head, rows: [][]string{row}, left: 1}
	for columns := 40; columns < 140; columns++ {
		got := drawn(t, b, columns)
		if at := slices.IndexFunc(append(head[1:], row[1:]...), func(cell string) bool { return strings.Count(got, cell) < 1 }); at >= 0 {
			t.Errorf("at %d columns a cell is lost:\n%s", columns, got)
		}
	}
}

package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/results"
)

// decisionsFile has why groups have the capacity that they have.
const decisionsFile = "decisions.csv"

// decisionColumns are those of decisionsFile.
var decisionColumns = []string{"time", "until", "autoscaling_group", "policy", "alarm", "decision", "before", "after", "why"}

// The tables of what has decisions. The file has Auto Scaling groups without theirs.
const (
	GroupTable   = "autoscaling_group."
	ServiceTable = "container_service."
)

// What a decision is called.
const (
	decisionTaken = "scaled"
	decisionNone  = "no change"
	decisionRest  = "at rest" // the alarm asked for nothing
)

// writeDecisions writes each decision about the capacity of a group in replication 0, taken
// or not, in the time zone of the run. Those in a row that say the same are one line.
func writeDecisions(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write(decisionColumns) // csv.Writer keeps the first error for Error
	for i := range s.Decisions {
		d := &s.Decisions[i]
		_ = out.Write([]string{
			s.Config.Stamp(d.At), s.Config.Stamp(d.Until), d.Group, d.Policy, d.Alarm, decided(d.Taken, d.AtRest),
			strconv.Itoa(d.Before), strconv.Itoa(d.After), d.Why,
		})
	}
	out.Flush()
	return out.Error()
}

// decided is what a decision is called.
func decided(taken, rests bool) string {
	switch {
	case taken:
		return decisionTaken
	case rests:
		return decisionRest
	}
	return decisionNone
}

// Decision is a line of the decisions of a saved run.
type Decision struct {
	At, Until     time.Time
	Group, Policy string // Policy: "" for what no policy asked for
	Alarm         string
	Taken, AtRest bool // AtRest: the alarm asked for nothing
	Before, After int
	Why           string
}

// OpenDecisions reads the decisions of a run, from the directory that it was saved to or
// from any file there, and returns the directory. The error says what there is instead,
// or what is damaged.
func OpenDecisions(path string) ([]Decision, string, error) {
	dir := path
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("%s: no such file or directory; `headroom run FILE --out DIR` writes a run", path)
	case err != nil:
		return nil, "", err
	case !info.IsDir() && !slices.Contains(RunFolder().Files, filepath.Base(path)) && filepath.Base(path) != summaryFile:
		return nil, "", fmt.Errorf("%s: must be a directory of `headroom run --out`, or a file in one, like %s", path, decisionsFile)
	case !info.IsDir():
		dir = filepath.Dir(path)
	}
	file := filepath.Join(dir, decisionsFile)
	text, err := regular(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%s: must be a directory of `headroom run --out`, which has a %s%s", dir, decisionsFile, runsBelow(dir))
	}
	if err != nil {
		return nil, "", err
	}
	lines, err := decisionsOf(text)
	if err != nil {
		return nil, "", fmt.Errorf("%s: damaged, or of no run: %w", file, err)
	}
	return lines, dir, nil
}

// runsBelow suggests the runs that a directory has below it, as several scenarios leave
// them.
func runsBelow(dir string) string {
	found, err := filepath.Glob(filepath.Join(dir, "*", decisionsFile))
	if err != nil || len(found) == 0 {
		return ""
	}
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return "; there are " + strings.Join(found, ", ")
}

// decisionsOf decodes the file.
func decisionsOf(text []byte) ([]Decision, error) {
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = len(decisionColumns)
	rows, err := in.ReadAll()
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0 || !slices.Equal(rows[0], decisionColumns):
		return nil, fmt.Errorf("line 1: must be %s", strings.Join(decisionColumns, ","))
	}
	all := make([]Decision, 0, len(rows)-1)
	for i, row := range rows[1:] {
		d := Decision{Group: row[2], Policy: row[3], Alarm: row[4], Taken: row[5] == decisionTaken, AtRest: row[5] == decisionRest, Why: row[8]}
		var errs [4]error
		d.At, errs[0] = time.Parse(time.RFC3339, row[0])
		d.Until, errs[1] = time.Parse(time.RFC3339, row[1])
		d.Before, errs[2] = strconv.Atoi(row[6])
		d.After, errs[3] = strconv.Atoi(row[7])
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("line %d: %w", 2+i, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// Subject is what the decision is about: "autoscaling_group.web".
func (d *Decision) Subject() string { return DecidedBy(d.Group) }

// DecidedBy is the whole name of a group as decisions have it.
func DecidedBy(group string) string {
	if strings.HasPrefix(group, ServiceTable) {
		return group
	}
	return GroupTable + group
}

// Sentence says what a decision was and why: "desired 6 → 8: AlarmHigh (84 % > 50 %), …".
func (d *Decision) Sentence() string {
	if d.Taken {
		return fmt.Sprintf("desired %d → %d: %s", d.Before, d.After, d.Why)
	}
	return "no change: " + d.Why
}

// WriteDecisions writes decisions of one group: for people the times of the clock, with
// days if there are several, and sentences; for programs all fields.
func WriteDecisions(w io.Writer, all []Decision, format Format) error {
	if format == Table || format == Markdown {
		s := Sheet{Columns: []string{"time", "policy", "decision"}, Left: 3}
		for i := range all {
			d := &all[i]
			s.Rows = append(s.Rows, []Entry{{Text: span(all, d)}, {Text: d.Policy}, {Text: d.Sentence()}})
		}
		return s.Write(w, format)
	}
	s := Sheet{Columns: slices.Concat(decisionColumns, []string{"sentence"})}
	for i := range all {
		d := &all[i]
		var row []Entry
		for _, v := range []any{
			d.At.Format(time.RFC3339Nano), d.Until.Format(time.RFC3339Nano), d.Group, d.Policy, d.Alarm, decided(d.Taken, d.AtRest), d.Before, d.After, d.Why, d.Sentence(),
		} {
			row = append(row, Entry{Value: v})
		}
		s.Rows = append(s.Rows, row)
	}
	return s.Write(w, format)
}

// span writes when a decision was made: "14:05", or "14:06 – 14:09" for several that said
// the same.
func span(all []Decision, d *Decision) string {
	const day = "2006-01-02"
	days := all[0].At.Format(day) != all[len(all)-1].Until.Format(day)
	clock := func(t time.Time) string {
		layout := "15:04"
		if t.Second() != 0 || t.Nanosecond() != 0 {
			layout = "15:04:05"
		}
		if days {
			layout = day + " " + layout
		}
		return t.Format(layout)
	}
	if d.Until.Equal(d.At) {
		return clock(d.At)
	}
	return clock(d.At) + " – " + clock(d.Until)
}

package page

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"headroom/results/report"
	"headroom/sim/regular"
)

// mark is something that happened, and why.
type mark struct {
	at, until time.Time
	kind      int // of markKinds
	subject   string
	text      string
}

// markKind is a kind of mark. Those that plots show at first are drawn.
type markKind struct {
	ID, Name string
	Drawn    bool
	Count    int // of a run
}

// Kinds of marks, the most telling first.
const (
	kindFault = iota
	kindInterruption
	kindScaled
	kindHeld
	kindQuiet
	kindInstance
	kindOther
)

var markKinds = []markKind{
	kindFault:        {ID: "fault", Name: "faults and recoveries", Drawn: true},
	kindInterruption: {ID: "interruption", Name: "Spot interruptions", Drawn: true},
	kindScaled:       {ID: "scaled", Name: "capacity changed", Drawn: true},
	kindHeld:         {ID: "held", Name: "asked, not changed", Drawn: true},
	kindQuiet:        {ID: "quiet", Name: "alarm at rest"},
	kindInstance:     {ID: "instance", Name: "launches and terminations"},
	kindOther:        {ID: "other", Name: "other activities"},
}

// activityKinds says which kind of mark an activity is. Those that say what a decision
// says too are none; what operators do is other.
var activityKinds = map[string]int{
	"fault": kindFault, "recovery": kindFault, "recovered": kindFault, "failure": kindFault, "retirement": kindFault,
	"unhealthy": kindFault, "healthy": kindFault, "capacity-short": kindFault, "launch-failed": kindFault, "task-waits": kindFault, "tasks-throttled": kindFault,
	"refused": kindFault, "schedule-refused": kindFault, "certificate-expired": kindFault,
	"spot-request-failed": kindFault, "spot-request-waits": kindFault,
	"interruption": kindInterruption, "rebalance-recommendation": kindInterruption,
	"suspend": kindHeld,
	"launch":  kindInstance, "terminate": kindInstance, "warm-start": kindInstance, "rebalance": kindInstance, "stopped": kindInstance,
	"warmed": kindInstance, "return": kindInstance, "spot-launch": kindInstance, "spot-start": kindInstance,
	"task-start": kindInstance, "task-stop": kindInstance,
	"alarm": kindOther, "allocated": kindOther, "archived": kindOther, "attached": kindOther, "available": kindOther, "certificate-expires": kindOther,
	"detached": kindOther, "HibernateExpired": kindOther, "lifecycle-hook": kindOther, "modified": kindOther, "refresh": kindOther, "deployment": kindOther,
	"released": kindOther, "renew": kindOther, "renewal-needs-approval": kindOther, "reservation": kindOther, "restored": kindOther, "snapshot": kindOther,
	"spot-request-closed": kindOther, "user-data": kindOther, "zonal-shift-expired": kindOther,
}

// saidByDecisions are activities of which decisions.csv tells more.
var saidByDecisions = []string{"set-desired", "no-change", "complete"}

// mostMarks is how many marks of a kind a page lists: beyond, those that are near each
// other are taken together.
const mostMarks = 300

// happenings are the marks of a run in the order of time.
type happenings struct {
	Kinds []markKind
	Rows  []happening
}

// happening is a mark as the page lists it.
type happening struct {
	Unix, Until         int64
	Clock, Kind         string
	Subject, Text, Name string
}

// readMarks reads what happened in a run.
func readMarks(dir string) ([]mark, error) {
	decisions, _, err := report.OpenDecisions(dir)
	if err != nil {
		return nil, err
	}
	var all []mark
	for i := range decisions {
		d := &decisions[i]
		kind := kindHeld
		switch {
		case d.Taken:
			kind = kindScaled
		case d.AtRest:
			kind = kindQuiet
		}
		all = append(all, mark{d.At, d.Until, kind, d.Subject(), d.Sentence()})
	}
	file := filepath.Join(dir, "activities.csv")
	activities, err := readActivities(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: damaged, or of no run: %w; run the scenario again", file, err)
	}
	all = append(all, activities...)
	slices.SortStableFunc(all, func(a, b mark) int { return a.at.Compare(b.at) })
	return all, nil
}

// readActivities reads the history of a run by the names of its columns.
func readActivities(path string) ([]mark, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, errors.New("line 1: must be the names of columns")
	}
	places := [5]int{}
	for i, name := range []string{"time", "subject", "kind", "detail", "cause"} {
		if places[i] = slices.Index(head, name); places[i] < 0 {
			return nil, fmt.Errorf("line 1: must have a column %q", name)
		}
	}
	var all []mark
	for line := 2; ; line++ {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		kind := record[places[2]]
		if slices.Contains(saidByDecisions, kind) {
			continue
		}
		at, err := time.Parse(time.RFC3339, record[places[0]])
		if err != nil {
			return nil, fmt.Errorf("line %d: time: must be one such as 2026-01-05T14:05:00Z, got %q", line, record[places[0]])
		}
		m := mark{at: at, until: at, kind: kindOther, subject: strings.Clone(record[places[1]]), text: sentence(kind, record[places[3]], record[places[4]])}
		if known, is := activityKinds[kind]; is {
			m.kind = known
		}
		all = append(all, m)
	}
}

// sentence is an activity as a sentence: "interruption: m6i.large in zone b (capacity …)".
func sentence(kind, detail, cause string) string {
	text := kind
	if detail != "" {
		text += ": " + detail
	}
	if cause != "" && cause != kind {
		text += " (" + cause + ")"
	}
	return text
}

// happened lists marks, taken together where there are too many of a kind.
func happened(all []mark) *happenings {
	h := &happenings{Kinds: slices.Clone(markKinds)}
	byKind := make([][]mark, len(markKinds))
	for _, m := range all {
		byKind[m.kind] = append(byKind[m.kind], m)
		h.Kinds[m.kind].Count++
	}
	var some []mark
	for _, of := range byKind {
		some = append(some, together(of)...)
	}
	slices.SortStableFunc(some, func(a, b mark) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind)) })
	for _, m := range some {
		kind := markKinds[m.kind]
		clock := m.at.Format("2006-01-02 15:04:05")
		switch {
		case m.until.Equal(m.at):
		case m.until.Format(time.DateOnly) == m.at.Format(time.DateOnly):
			clock += " – " + m.until.Format("15:04:05")
		default:
			clock += " – " + m.until.Format("2006-01-02 15:04:05")
		}
		h.Rows = append(h.Rows, happening{m.at.Unix(), m.until.Unix(), clock, kind.ID, m.subject, m.text, kind.Name})
	}
	return h
}

// together makes one mark of those of a kind that are near each other, if there are too
// many. It tells how many, of which it has the text of the first.
func together(all []mark) []mark {
	if len(all) <= mostMarks {
		return all
	}
	width := all[len(all)-1].at.Sub(all[0].at)/mostMarks + 1
	var some []mark
	for begin := 0; begin < len(all); {
		end := begin
		bucket := all[begin].at.Sub(all[0].at) / width
		m := all[begin]
		for ; end < len(all) && all[end].at.Sub(all[0].at)/width == bucket; end++ {
			if all[end].until.After(m.until) {
				m.until = all[end].until
			}
		}
		if n := end - begin; n > 1 {
			m.text += fmt.Sprintf(", and %d more", n-1)
			m.until = all[end-1].at
		}
		some = append(some, m)
		begin = end
	}
	return some
}

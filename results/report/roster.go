package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"headroom/sim/batch/jetstream"
)

// WriteRoster renders which sweeps run on a server, and who computes them. CSV has
// the sweeps only.
func WriteRoster(w io.Writer, o Options, r *jetstream.Roster, now time.Time) error {
	switch o.Format {
	case JSON:
		return writeRosterJSON(w, r)
	case CSV:
		return writeRosterCSV(w, r)
	}
	p := page{w: w, markdown: o.Format == Markdown, paint: painter(o.Color && o.Format == Table)}
	if len(r.Jobs) == 0 {
		p.line("no sweep runs here")
	} else {
		p.block(jobsBlock(r, now))
	}
	p.block(workersBlock(r, now))
	if r.Ignored > 0 {
		p.line("")
		p.line(fmt.Sprintf("%s %d answers to the roll call or offers are left out: they cannot be true, or are too many", p.paint.note("warning:"), r.Ignored))
	}
	for _, j := range r.Jobs {
		switch {
		case j.Begun.IsZero():
			p.line("")
			p.line(fmt.Sprintf("%s %s is an offer of another program; `headroom sweep cancel %s` removes it", p.paint.note("warning:"), j.ID, j.ID))
		case !j.Coordinated:
			p.line("")
			p.line(fmt.Sprintf("%s %s has no coordinator: start it again where it was (%s), or `headroom sweep cancel %s`", p.paint.note("warning:"), j.ID, j.Host, j.ID))
		}
	}
	return p.err
}

func jobsBlock(r *jetstream.Roster, now time.Time) block {
	b := block{head: []string{"Sweep", "scenario", "offered by", "points done", "of", "failed", "tasks waiting", "taken", "since"}, left: 3}
	for _, j := range r.Jobs {
		row := []string{j.ID, j.Title, fmt.Sprintf("%s (%d)", j.Host, j.Process), "unknown", "", ""}
		if j.Coordinated {
			row = append(row[:3], strconv.Itoa(j.Done), strconv.Itoa(j.Total), strconv.Itoa(j.Failed))
		}
		b.rows = append(b.rows, append(row, strconv.Itoa(j.Waiting), strconv.Itoa(j.Taken), age(now, j.Begun)))
	}
	return b
}

func workersBlock(r *jetstream.Roster, now time.Time) block {
	b := block{head: []string{"Worker", "process", "program", "slots", "busy", "tasks done", "since"}, left: 3}
	for _, v := range r.Workers {
		b.rows = append(b.rows, []string{
			v.Host, strconv.Itoa(v.Process), v.Program, strconv.Itoa(v.Slots), strconv.Itoa(v.Busy), strconv.Itoa(v.Tasks), age(now, v.Began),
		})
	}
	return b
}

// age writes how long ago something began.
func age(now, began time.Time) string {
	if began.IsZero() {
		return "unknown"
	}
	return max(0, now.Sub(began)).Truncate(time.Second).String()
}

func writeRosterJSON(w io.Writer, r *jetstream.Roster) error {
	type sweep struct {
		jetstream.Job
		Coordinated bool `json:"coordinated"`
		Done        *int `json:"done"` // null without a coordinator
		Failed      *int `json:"failed"`
		Total       *int `json:"total"`
		Waiting     int  `json:"tasks_waiting"`
		Taken       int  `json:"tasks_taken"`
		Answers     int  `json:"answers"`
	}
	all := struct {
		Sweeps  []sweep                  `json:"sweeps"`
		Workers []jetstream.WorkerStatus `json:"workers"`
		Ignored int                      `json:"ignored"` // answers to the roll call, and offers, that cannot be true or are too many
	}{[]sweep{}, []jetstream.WorkerStatus{}, r.Ignored}
	for i := range r.Jobs {
		j := &r.Jobs[i]
		s := sweep{Job: j.Job, Coordinated: j.Coordinated, Waiting: j.Waiting, Taken: j.Taken, Answers: j.Answers}
		if j.Coordinated {
			s.Done, s.Failed, s.Total = &j.Done, &j.Failed, &j.Total
		}
		all.Sweeps = append(all.Sweeps, s)
	}
	all.Workers = append(all.Workers, r.Workers...)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

func writeRosterCSV(w io.Writer, r *jetstream.Roster) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"sweep", "scenario", "host", "process", "done", "total", "failed", "tasks_waiting", "tasks_taken", "answers"})
	for _, j := range r.Jobs {
		known := func(n int) string {
			if !j.Coordinated {
				return ""
			}
			return strconv.Itoa(n)
		}
		_ = out.Write([]string{
			j.ID, j.Title, j.Host, strconv.Itoa(j.Process), known(j.Done), known(j.Total), known(j.Failed),
			strconv.Itoa(j.Waiting), strconv.Itoa(j.Taken), strconv.Itoa(j.Answers),
		})
	}
	out.Flush()
	return out.Error()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"headroom/results"
	"headroom/results/run"
	"headroom/scenarios"
	"headroom/scenarios/tables"
)

// fluidPage is the file that -fluid -write writes.
const fluidPage = "results/FLUID.md"

// likeness is what both fidelities show of a stock scenario.
type likeness struct {
	name    string
	refuses string // keys that rates do not carry; "": they were played
	apart   []float64
	half    []float64 // half-widths of apart, at 95 %
	marked  []bool    // the audit's difference is beyond its limit
	plays   int       // replications of each
	shorter bool      // than the file says
}

// compared are the metrics that are compared, and how: as a share of what requests show, or
// as a difference; audit is the metric that marks it.
var compared = []struct {
	key, audit string
	absolute   bool
	limit      float64
}{
	{"latency.mean", "audit.latency.mean", false, 0.01},
	{"latency.p50", "audit.latency.p50", false, 0.01},
	{"latency.p99", "audit.latency.p99", false, 0.01},
	{"availability", "audit.availability", true, 0.001},
	{"cost.total", "", false, 0.001},
}

// crowd is how many times as far apart both may be through a crowd.
const crowd = 5.0

// plays is how many replications of each fidelity are compared, and where those are too few to tell.
var plays = []int{5, 20}

// shorter is what of a scenario is compared that rates take minutes for: the laws of what is at 24 machines and their disks change in
// each step, which costs more than as few requests one by one. Only so many replications are played of it as at first.
var shorter = map[string][]string{"families": {"run.duration=20m", "run.warmup=10m"}}

// alike plays scenarios, or every stock one, by requests and by rates, with the seeds of their files.
func alike(root string, files []string, progress io.Writer) ([]likeness, error) {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob(filepath.Join(root, "scenarios", "*.toml")); err != nil {
			return nil, err
		}
	}
	var all []likeness
	for _, file := range files {
		l, err := liken(file)
		if err != nil {
			return nil, err
		}
		if l != nil {
			fmt.Fprintln(progress, l.name)
			all = append(all, *l)
		}
	}
	return all, nil
}

// liken plays one scenario, and more of it where that tells nothing; nil for one in which nobody sends requests, or
// whose file asks for rates itself.
func liken(file string) (*likeness, error) {
	var l *likeness
	for _, n := range plays {
		var err error
		if l, err = likenOf(file, n); err != nil || l == nil || l.shorter || l.verdict() != undecided {
			return l, err
		}
	}
	return l, nil
}

// likenOf plays so many replications of each fidelity.
func likenOf(file string, n int) (*likeness, error) {
	l := &likeness{name: strings.TrimSuffix(filepath.Base(file), ".toml"), plays: n}
	set := shorter[l.name]
	l.shorter = set != nil
	requests, err := scenarios.Load(file, tables.Options{Set: set, Replications: n})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case len(requests.Config.Workloads) == 0 || requests.Config.Fluid > 0: // nobody, or too many for the other
		return nil, nil
	}
	rates, err := scenarios.Load(file, tables.Options{Set: append(slices.Clip(set), "run.fidelity=fluid"), Replications: n})
	if err != nil {
		l.refuses = refusals(err)
		return l, nil
	}
	a, err := run.Scenario(context.Background(), requests, run.Options{Replications: n})
	if err != nil {
		return nil, err
	}
	b, err := run.Scenario(context.Background(), rates, run.Options{Replications: n})
	if err != nil {
		return nil, err
	}
	l.compare(a, b)
	return l, nil
}

func (l *likeness) compare(requests, rates *results.Summary) {
	for _, c := range compared {
		apart, half := math.NaN(), math.NaN()
		a, ok := requests.Metric(c.key)
		b, also := rates.Metric(c.key)
		if ok && also {
			apart, half = b.Value-a.Value, math.Hypot(a.HalfWidth, b.HalfWidth)
			if !c.absolute {
				apart, half = apart/a.Value, half/a.Value
			}
		}
		l.apart, l.half = append(l.apart, apart), append(l.half, half)
		l.marked = append(l.marked, rates.Marked(c.audit))
	}
}

// refusals are the keys that faults name, each once, without the names of the tables.
func refusals(err error) string {
	var keys []string
	for _, line := range strings.Split(err.Error(), "\n") {
		for _, word := range strings.Fields(line) {
			path := strings.TrimSuffix(word, ":")
			if path == word || strings.Contains(path, ".toml") || !strings.ContainsAny(path, "._") {
				continue
			}
			parts := strings.Split(path, ".")
			key := parts[0]
			if len(parts) > 2 {
				key += "." + strings.Join(parts[2:], ".")
			}
			if !strings.Contains(" "+strings.Join(keys, " ")+" ", " "+key+" ") {
				keys = append(keys, key)
			}
			break
		}
	}
	return strings.Join(keys, ", ")
}

// undecided is a verdict that more replications may change.
const undecided = "undecided"

// verdict says how near both are.
func (l *likeness) verdict() string {
	if l.refuses != "" {
		return "not carried"
	}
	worst, shown, marked := 0.0, 0.0, true // as shares of the limits; shown: beyond chance
	for i, c := range compared {
		beyond, sure := math.Abs(l.apart[i])/c.limit, (math.Abs(l.apart[i])-l.half[i])/c.limit
		if sure > crowd {
			marked = marked && l.marked[i]
		}
		if !math.IsNaN(beyond) {
			worst = max(worst, beyond)
		}
		if !math.IsNaN(sure) {
			shown = max(shown, sure)
		}
	}
	switch {
	case worst <= 1:
		return "inside"
	case worst <= crowd:
		return "inside of a crowd's"
	case shown <= crowd:
		return undecided
	case marked:
		return "marked"
	}
	return "outside"
}

// fluidMarkdown is the page.
func fluidMarkdown(all []likeness) string {
	var b strings.Builder
	b.WriteString("# Rates against requests\n\n" +
		"Written by `go run ./results/conformance -fluid -write`: every stock scenario in which somebody sends requests, five replications\n" +
		"with `fidelity = \"fluid\"` less five with `fidelity = \"request\"`, with the half-width of the difference at 95 %. Inside: latencies\n" +
		"within 1 %, availability and cost within 0.1 %; a crowd's limits are five times as wide. Undecided: beyond these, but no more than\n" +
		"chance explains; then twenty are played of each, and the verdict says so. An asterisk marks what the run's own audit marks. Both draw arrivals of the same law, not the same arrivals.\n" +
		"A quantile where hardly anybody is says little: half of the requests of keep-alive-502 take 6.0 ms and half 6.5, and its median is any time between.\n\n")
	counts := map[string]int{}
	for i := range all {
		counts[all[i].verdict()]++
	}
	fmt.Fprintf(&b, "%d scenarios: %d inside, %d inside of a crowd's limits, %d undecided, %d marked, %d outside, %d not carried.\n\n",
		len(all), counts["inside"], counts["inside of a crowd's"], counts[undecided], counts["marked"], counts["outside"], counts["not carried"])
	b.WriteString("| scenario | mean | p50 | p99 | availability | cost | |\n|---|---|---|---|---|---|---|\n")
	for i := range all {
		l := &all[i]
		fmt.Fprintf(&b, "| [%s](../scenarios/%s.toml) |", l.name, l.name)
		if l.refuses != "" {
			fmt.Fprintf(&b, " %s | | | | | %s |\n", cell(l.refuses), l.verdict())
			continue
		}
		for k, apart := range l.apart {
			mark := ""
			if l.marked[k] {
				mark = "*"
			}
			text := fmt.Sprintf("%+.2f ± %.2f %%", 100*apart, 100*l.half[k])
			if math.IsNaN(apart) {
				text = "–"
			}
			fmt.Fprintf(&b, " %s%s |", text, mark)
		}
		of := ""
		if l.plays > plays[0] {
			of = fmt.Sprintf(" (of %d)", l.plays)
		}
		if l.shorter {
			of = " (" + strings.Join(shorter[l.name], ", ") + ")"
		}
		fmt.Fprintf(&b, " %s%s |\n", l.verdict(), of)
	}
	return b.String()
}

// fluid plays all and prints the page, or writes it.
func fluid(root string, write bool, files []string) error {
	if write && len(files) > 0 {
		return errors.New("-write takes no files: the page is of all stock scenarios")
	}
	all, err := alike(root, files, os.Stderr)
	if err != nil {
		return err
	}
	page := fluidMarkdown(all)
	if write {
		return os.WriteFile(filepath.Join(root, fluidPage), []byte(page), 0o644)
	}
	fmt.Print(page)
	return nil
}

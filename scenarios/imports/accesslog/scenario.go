package accesslog

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"headroom/scenarios/imports"
	"headroom/sim/stat"
)

const (
	// topNames is how many paths, hosts and methods become classes of requests.
	topNames = 20
	// assumedDemand stands where no line says how long a target took.
	assumedDemand = 10_000 // microseconds
	// mostRows is what arrivals.file reads of a table.
	mostRows = 50_000_000
	// longestRun is the longest duration of a scenario that is written.
	longestRun = 364 * 24 * time.Hour
)

// instant formats microseconds since 1970.
func instant(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339Nano) }

// Start is when the scenario of an import begins: the minute of its first request.
func (in *Import) Start() time.Time { return time.UnixMicro(in.First).UTC().Truncate(time.Minute) }

// Duration is how long the scenario runs: to the end of the minute of the last request.
func (in *Import) Duration() time.Duration {
	whole := time.UnixMicro(in.Last).UTC().Truncate(time.Minute).Add(time.Minute).Sub(in.Start())
	return min(whole, longestRun)
}

// Scenario writes a scenario that plays the trace of a file: what the logs say of the
// requests, and instances that are assumed.
func (in *Import) Scenario(trace string, skipped []string) []byte {
	d := &imports.Document{}
	d.Comment("What the access logs say (headroom import %s), as a scenario.", in.Format.Name)
	d.Comment("")
	for _, line := range in.Facts() {
		d.Comment("%s: %s", line.Name, line.Text)
	}
	for _, line := range skipped {
		d.Comment("note: %s", line)
	}
	d.Comment("")
	d.Comment("TO FILL IN: what serves them. The instances and the demand below are assumed; " +
		"`headroom calibrate` fits the demand to what you measured.")
	d.Set("name", "imported")
	d.Table("run")
	d.SetWith("start", in.Start(), "the minute of the first one")
	d.Set("duration", strconv.FormatInt(int64(in.Duration()/time.Minute), 10)+"m")
	d.Set("replications", 5)
	imports.Servers{Network: in.Format.Name == "nlb-logs", PerSecond: float64(in.Count) / in.Duration().Seconds(), CPU: in.demand() / 1e6}.Write(d)
	in.writeWorkload(d, trace)
	return d.Bytes()
}

// demand is the CPU time that is assumed of a request, in microseconds.
func (in *Import) demand() float64 {
	if in.Target.Count() == 0 || in.Target.Mean() < 1 {
		return assumedDemand
	}
	return in.Target.Mean()
}

// writeWorkload writes who asks.
func (in *Import) writeWorkload(d *imports.Document, trace string) {
	d.Table("workload", "visitors")
	d.Set("to", "front")
	arrivals := fmt.Sprintf(`{ process = "trace", file = %s, time = %q, clock = "calendar"`, imports.Literal(trace), timeColumn)
	if in.periods != nil {
		arrivals += fmt.Sprintf(`, count = %q, width = "%dus"`, countColumn, in.Options.Per)
	}
	d.Set("arrivals", imports.Raw(arrivals+" }"))
	d.Comment("clock = \"calendar\" plays each when the log says; with clock = \"start\" the first comes at run.start.")
	cpu := fmt.Sprintf(`{ dist = "lognormal", mean = "%.0fus", cv = 1 }`, in.demand())
	received, sent := `{ column = "`+receivedColumn+`" }`, `{ column = "`+sentColumn+`" }`
	if in.periods != nil {
		received, sent = sizes(&in.Received), sizes(&in.Sent)
	}
	if in.Target.Count() > 0 {
		d.Comment("The CPU time is the mean time of the targets, which is more: it has waiting in it, for others and for what they call.")
	} else {
		d.Comment("The CPU time is assumed: no line says how long a target took.")
	}
	demand := "{ cpu = " + cpu
	if in.Received.Max() > 0 {
		demand += ", request_bytes = " + received
	}
	if in.Sent.Max() > 0 {
		demand += ", response_bytes = " + sent
	}
	d.Set("demand", imports.Raw(demand+" }"))
	d.Comment("Shares of all requests; a * stands for numbers and the like, and each share counts for every other.")
	for _, c := range []class{
		{"path", &in.Paths, "/(other)", pathName}, {"host", &in.Hosts, "other.invalid", hostName}, {"method", &in.Methods, "", methodName},
	} {
		c.write(d)
	}
}

// class is what requests are told apart by.
type class struct {
	key   string
	names *Names
	rest  string // the name of all that are not written; empty: they are left out
	valid string // what a name must be, a regular expression
}

// What the names of paths, hosts and methods are made of in a scenario. They are compiled where an import asks for
// them, not whenever the program starts.
const (
	pathName   = `^/`
	hostName   = `^[A-Za-z0-9._-]{1,128}$`
	methodName = `^[A-Z_-]{1,40}$`
)

// write writes the most frequent names as a table of shares.
func (c class) write(d *imports.Document) {
	valid := regexp.MustCompile(c.valid)
	top, others := c.names.Top(topNames)
	total := others
	var kept []Share
	for _, s := range top {
		total += s.Count
		if valid.MatchString(s.Name) {
			kept = append(kept, s)
		} else {
			others += s.Count
		}
	}
	if len(kept) == 0 {
		return
	}
	d.Table("workload", "visitors", c.key)
	for _, s := range kept {
		d.Set(s.Name, share(s.Count, total))
	}
	if others > 0 && c.rest != "" {
		d.Set(c.rest, share(others, total))
	}
}

// share is a part of a whole to six digits, never 0.
func share(part, whole int64) float64 {
	return max(1e-6, math.Round(1e6*float64(part)/float64(whole))/1e6)
}

// sizes is a law of bytes for what was seen.
func sizes(h *stat.Histogram) string {
	mean := h.Mean()
	if mean <= 0 || h.Max() == h.Min() {
		return strconv.Quote(strconv.FormatFloat(math.Round(mean), 'f', -1, 64) + "B")
	}
	return fmt.Sprintf(`{ dist = "lognormal", mean = "%.0fB", cv = %.3g }`, mean, max(0.05, spread(h)))
}

// spread estimates the coefficient of variation of a lognormal law from the median and
// the mean: mean/median = exp(σ²/2), cv² = exp(σ²) - 1.
func spread(h *stat.Histogram) float64 {
	median := float64(max(1, h.Quantile(0.5)))
	ratio := min(10, max(1, h.Mean()/median))
	return math.Sqrt(ratio*ratio - 1)
}

// Facts lists what the logs say.
func (in *Import) Facts() []imports.Fact {
	facts := []imports.Fact{
		{Name: "lines", Text: strconv.FormatInt(in.Lines, 10), Value: in.Lines},
		{Name: in.Format.What, Text: strconv.FormatInt(in.Count, 10), Value: in.Count},
	}
	add := func(name, text string, value any) {
		facts = append(facts, imports.Fact{Name: name, Text: text, Value: value})
	}
	if in.Outside > 0 {
		add("outside --from and --to", strconv.FormatInt(in.Outside, 10), in.Outside)
	}
	if in.Count == 0 {
		return facts
	}
	if in.periods == nil && in.Count > mostRows {
		add("note", "arrivals.file reads 50 million rows at most: count them with --per", in.Count)
	}
	add("first", instant(in.First), instant(in.First))
	add("last", instant(in.Last), instant(in.Last))
	if seconds := float64(in.Last-in.First) / 1e6; seconds > 0 {
		rate := float64(in.Count-1) / seconds
		add("rate", fmt.Sprintf("%.4g/s on average", rate), rate)
	}
	for class, count := range in.Status {
		if count > 0 && class > 0 {
			add(fmt.Sprintf("status %dxx", class), strconv.FormatInt(count, 10), count)
		}
	}
	if in.Received.Max() > 0 {
		add("request bytes", fmt.Sprintf("%.0f on average", in.Received.Mean()), in.Received.Mean())
	}
	if in.Sent.Max() > 0 {
		add("response bytes", fmt.Sprintf("%.0f on average", in.Sent.Mean()), in.Sent.Mean())
	}
	for _, times := range []struct {
		name string
		h    *stat.Histogram
	}{{"time of the target", &in.Target}, {"time of the whole", &in.Whole}} {
		if times.h.Count() > 0 {
			add(times.name, fmt.Sprintf("p50 %s, p95 %s, p99 %s, mean %s", took(float64(times.h.Quantile(.5))), took(float64(times.h.Quantile(.95))),
				took(float64(times.h.Quantile(.99))), took(times.h.Mean())), times.h.Mean()/1e6)
		}
	}
	return facts
}

// took formats microseconds with three digits, which is what the quantiles are good for.
func took(micros float64) string {
	if micros <= 0 {
		return "0s"
	}
	unit := math.Pow(10, max(0, math.Floor(math.Log10(micros))-2))
	return (time.Duration(math.Round(micros/unit)*unit) * time.Microsecond).String()
}

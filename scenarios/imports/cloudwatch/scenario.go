package cloudwatch

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/scenarios/imports"
)

// RequestMetrics lists the names of metrics that count what arrives, the best first.
func RequestMetrics() []string {
	return []string{"RequestCount", "Requests", "Invocations", "NewFlowCount", "NewConnectionCount"}
}

const (
	// lonePeriod is that of a series of one point.
	lonePeriod = time.Minute
	// mostPeriods bounds the rows of a trace.
	mostPeriods = 10_000_000
	// assumedCPU is the demand that is assumed of a request, in seconds.
	assumedCPU = 0.01
	// longestRun is the longest duration of a scenario that is written.
	longestRun = 364 * 24 * time.Hour
)

// Load is the series that counts requests, of those of a file.
type Load struct {
	Series
	All []Series
}

// Pick finds a series: the one with a label or an id, or without a name the only one whose
// label has the first of some words that any has. The flag is that which names it.
func Pick(all []Series, name string, words []string, flag string) (Series, error) {
	var found []Series
	for _, s := range all {
		if name != "" && (s.Name == name || s.ID == name) {
			found = append(found, s)
		}
	}
	for _, word := range words {
		if name != "" || len(found) > 0 {
			break
		}
		for _, s := range all {
			if strings.Contains(strings.ToLower(s.Name+" "+s.ID), strings.ToLower(word)) {
				found = append(found, s)
			}
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var names []string
	for _, s := range all {
		names = append(names, strconv.Quote(cmp.Or(s.Name, s.ID)))
	}
	switch {
	case len(found) > 0:
		return Series{}, fmt.Errorf("%s: must say which of %d series it is: %s", flag, len(found), strings.Join(names, ", "))
	case name != "":
		return Series{}, fmt.Errorf("%s: must be a series, got %q: there are %s", flag, name, strings.Join(names, ", "))
	}
	return Series{}, fmt.Errorf("%s: must say which series it is, as none is called %s: there are %s", flag, strings.Join(words, " or "), strings.Join(names, ", "))
}

// LoadOf finds the series of the requests, by name or as the only one of a metric that
// counts them.
func LoadOf(all []Series, name string) (*Load, error) {
	found, err := Pick(all, name, RequestMetrics(), "--series")
	if err != nil {
		return nil, err
	}
	l := &Load{Series: found, All: all}
	if l.Period == 0 {
		l.Period = lonePeriod
	}
	if s := l.Statistic; s != "" && s != "Sum" {
		return nil, fmt.Errorf("%s: must be a Sum to count requests, got %s", l.Name, s)
	}
	if rows := l.Missing() + int64(len(l.Points)); rows > mostPeriods {
		return nil, fmt.Errorf("%s: %d periods of %s lie between the first and the last point, at most %d can be: leave out what is far away", l.Name, rows, l.Period, mostPeriods)
	}
	return l, nil
}

// Count returns how many requests there were.
func (l *Load) Count() float64 { return l.Mean() * float64(len(l.Points)) }

// start and end are those of the first and the last period.
func (l *Load) start() time.Time { return l.Points[0].At }
func (l *Load) end() time.Time   { return l.Points[len(l.Points)-1].At.Add(l.Period) }

// WriteTrace writes a row a period with the number of its requests. CloudWatch has no
// point where there was no request: those periods have 0.
// Source: AWS, "CloudWatch metrics for your Application Load Balancer": metrics are
// reported only when requests are flowing through the load balancer.
func (l *Load) WriteTrace(w io.Writer) error {
	if _, err := io.WriteString(w, "time,requests\n"); err != nil {
		return err
	}
	row := func(at time.Time, count float64) error {
		_, err := fmt.Fprintf(w, "%s,%s\n", seconds(at), strconv.FormatFloat(count, 'f', -1, 64))
		return err
	}
	due := l.start()
	for _, p := range l.Points {
		for ; due.Add(l.Period).Before(p.At) || due.Add(l.Period).Equal(p.At); due = due.Add(l.Period) {
			if err := row(due, 0); err != nil {
				return err
			}
		}
		if err := row(p.At, p.Value); err != nil {
			return err
		}
		due = p.At.Add(l.Period)
	}
	return nil
}

// seconds formats an instant as seconds since 1970.
func seconds(at time.Time) string {
	if at.Nanosecond() == 0 {
		return strconv.FormatInt(at.Unix(), 10)
	}
	return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
}

// Columns names the series of a table, each by a name of its own.
func Columns(all []Series) []string {
	var names []string
	for _, s := range all {
		name := strings.NewReplacer(",", " ", "\"", "'", "\n", " ").Replace(cmp.Or(s.Name, s.ID, "series"))
		if s.ID != "" && slices.Contains(names, name) {
			name = s.ID
		}
		own := name
		for n := 2; slices.Contains(names, own); n++ {
			own = fmt.Sprintf("%s %d", name, n)
		}
		names = append(names, own)
	}
	return names
}

// WriteMeasured writes all series as one table: a row an instant, empty where a series
// has no point.
func WriteMeasured(w io.Writer, all []Series) error {
	instants := map[int64]bool{}
	for _, s := range all {
		for _, p := range s.Points {
			instants[p.At.UnixMicro()] = true
		}
	}
	var order []int64
	for at := range instants {
		order = append(order, at)
	}
	slices.Sort(order)
	if _, err := io.WriteString(w, "time,"+strings.Join(Columns(all), ",")+"\n"); err != nil {
		return err
	}
	next := make([]int, len(all))
	for _, at := range order {
		line := seconds(time.UnixMicro(at))
		for i, s := range all {
			line += ","
			if next[i] < len(s.Points) && s.Points[next[i]].At.UnixMicro() == at {
				line += strconv.FormatFloat(s.Points[next[i]].Value, 'f', -1, 64)
				next[i]++
			}
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// Scenario writes a scenario that plays the trace of a file.
func (l *Load) Scenario(trace string, skipped []string) []byte {
	d := &imports.Document{}
	d.Comment("What CloudWatch counted (headroom import cloudwatch), as a scenario.")
	d.Comment("")
	for _, f := range l.Facts() {
		d.Comment("%s: %s", f.Name, f.Text)
	}
	for _, line := range skipped {
		d.Comment("note: %s", line)
	}
	d.Comment("")
	d.Comment("TO FILL IN: what serves them. The instances and the demand below are assumed; " +
		"`headroom calibrate` fits the demand to the request count and the CPU utilization of a group.")
	d.Set("name", "imported")
	duration := min(l.end().Sub(l.start()), longestRun)
	d.Table("run")
	d.SetWith("start", l.start(), "the first period")
	d.Set("duration", strconv.FormatFloat(duration.Seconds(), 'f', -1, 64)+"s")
	d.Set("replications", 5)
	imports.Servers{Network: strings.Contains(l.Name, "Flow"), PerSecond: l.Count() / duration.Seconds(), CPU: assumedCPU}.Write(d)
	d.Table("workload", "visitors")
	d.Set("to", "front")
	d.Comment(`clock = "calendar" plays each period when CloudWatch says; with clock = "start" the first comes at run.start.`)
	d.Set("arrivals", imports.Raw(fmt.Sprintf(`{ process = "trace", file = %s, time = "time", count = "requests", width = "%gs", clock = "calendar" }`,
		imports.Literal(trace), l.Period.Seconds())))
	d.SetWith("demand", imports.Raw(`{ cpu = { dist = "lognormal", mean = "10ms", cv = 1 } }`), "to fill in")
	return d.Bytes()
}

// Facts lists what the series of the requests says.
func (l *Load) Facts() []imports.Fact {
	peak := slices.MaxFunc(l.Points, func(a, b Point) int { return cmp.Compare(a.Value, b.Value) })
	mean := l.Count() / l.end().Sub(l.start()).Seconds()
	facts := []imports.Fact{
		{Name: "series", Text: l.Name, Value: l.Name},
		{Name: "period", Text: inDays(l.Period), Value: l.Period.Seconds()},
		{Name: "points", Text: strconv.Itoa(len(l.Points)), Value: len(l.Points)},
		{Name: "requests", Text: fmt.Sprintf("%.10g", l.Count()), Value: l.Count()},
		{Name: "first", Text: l.start().Format(time.RFC3339), Value: l.start().Format(time.RFC3339)},
		{Name: "last", Text: l.end().Add(-l.Period).Format(time.RFC3339), Value: l.end().Add(-l.Period).Format(time.RFC3339)},
		{Name: "rate", Text: fmt.Sprintf("%.4g/s on average", mean), Value: mean},
		{Name: "peak", Text: fmt.Sprintf("%.4g/s at %s", peak.Value/l.Period.Seconds(), peak.At.Format(time.RFC3339)), Value: peak.Value / l.Period.Seconds()},
	}
	if missing := l.Missing(); missing > 0 {
		facts = append(facts, imports.Fact{Name: "periods without a point", Text: fmt.Sprintf("%d, counted as 0", missing), Value: missing})
	}
	for _, s := range l.All {
		if s.Name != l.Name || s.ID != l.ID {
			facts = append(facts, s.Fact())
		}
	}
	return facts
}

// Fact is what a series says in one line.
func (s *Series) Fact() imports.Fact {
	what := cmp.Or(s.Name, s.ID)
	if s.Statistic != "" {
		what += " (" + s.Statistic + ")"
	}
	return imports.Fact{Name: what, Text: fmt.Sprintf("%d points, %.4g on average", len(s.Points), s.Mean()), Value: s.Mean()}
}

// inDays formats a period, days as such.
func inDays(d time.Duration) string {
	const day = 24 * time.Hour
	switch days, rest := d/day, d%day; {
	case days == 0:
		return d.String()
	case rest == 0:
		return fmt.Sprintf("%dd", days)
	default:
		return fmt.Sprintf("%dd %s", days, rest)
	}
}

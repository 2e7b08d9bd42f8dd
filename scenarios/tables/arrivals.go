package tables

import (
	"math"
	"slices"
	"strings"

	"headroom/model/workload"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// arrivalKeys are those of the arrivals of requests and of instances.
func arrivalKeys() []schema.Key {
	rate := schema.Quantity(schema.PerSecond, 0, workload.MaxRate)
	return slices.Concat(
		schema.Within("arrivals", "", []schema.Key{
			schema.Row("process", schema.Choice(processes), `"poisson"`, "how arrivals follow each other"),
			schema.Row("rate", schema.Either("rate or table", rate, schema.Inner()).Like("rate"), "", `poisson and deterministic: "400/s", or a table with a shape`),
			schema.Row("interarrival", schema.Law(schema.Seconds), "", "renewal: time between two arrivals"),
			schema.Row("states", schema.List(), "", "mmpp: states between which the rate jumps"),
			schema.Row("states[].rate", rate, schema.Required, "rate in the state"),
			schema.Row("states[].sojourn", schema.Quantity(schema.Seconds, 1e-6, forever), schema.Required, "mean time spent in it, exponential"),
			schema.Row("transitions", schema.Either("rows of numbers", schema.ListOf(schema.ListOf(schema.Quantity(schema.Number, 0, 1)))), "(in turn)", "mmpp: rows of probabilities of the next state"),
			schema.Row("file", schema.Text(), "", "trace: a table file, CSV with a header, gzipped or not"),
			schema.Row("time", schema.Text(), `"time"`, "trace: column of the instants; timestamps count from the first, offsets from the start"),
			schema.Row("time_unit", schema.OneOf(timeWords...), `"s"`, "trace: unit of the times"),
			schema.Row("clock", schema.OneOf("start: the first timestamp is the start of the run, and offsets count from it", "calendar: all are timestamps and mean what they say; what comes before run.start is left out"), `"start"`, "trace: which clock the times are of"),
			schema.Row("count", schema.Text(), "", "trace: column of the numbers of requests in each period; one request a row without"),
			schema.Row("scale", schema.Quantity(schema.Number, 0, 1e12), "1", "trace of counts: multiplies them"),
			schema.Row("width", schema.Quantity(schema.Seconds, 1e-9, year), "", "trace of counts: length of a period; until the next row without"),
			schema.Row("spread", schema.OneOf("poisson: at random", "even: at even distances"), `"poisson"`, "trace of counts: where in a period its requests fall"),
			schema.Row("speed", schema.Quantity(schema.Number, 1e-9, 1e9), "1", "trace: 2 plays it in half the time"),
			schema.Row("resolution", schema.Quantity(schema.Seconds, 0, year), "(1s if all times are whole seconds, else 0s)", "trace of rows: those of one instant are spread over this"),
			schema.Row("lifetime", schema.Text(), "", "trace of instances: column of their lifetimes"),
			schema.Row("lifetime_unit", schema.OneOf(timeWords...), `"s"`, "trace of instances: unit of the lifetimes"),
			schema.Row("size", schema.Text(), "", "trace of instances: column of the names of their sizes"),
		}),
		schema.Within("rate", "", []schema.Key{
			schema.Row("shape", schema.OneOf("constant: it does not", "diurnal: as a sine, once a day", "steps: it jumps", "ramp: it moves evenly from one rate to another"), schema.Required, "how the rate varies with time"),
			schema.Row("mean", rate, "", "constant and diurnal: mean rate"),
			schema.Row("peak_to_mean", schema.Quantity(schema.Number, 1, 100), "2", "diurnal: peak over mean"),
			schema.Row("peak_at", schema.Either("time of day", schema.Text(), schema.Instant()), `"12:00"`, "diurnal: time of day of the peak"),
			schema.Row("steps", schema.List(), "", "steps: one rate after the other"),
			schema.Row("steps[].for", schema.Quantity(schema.Seconds, 1e-6, year), schema.Required, "how long"),
			schema.Row("steps[].rate", rate, schema.Required, "the rate meanwhile"),
			schema.Row("then", schema.OneOf("hold: its rate goes on", "stop: nothing", "repeat: all of them again"), `"hold"`, "steps: what follows the last"),
			schema.Row("from", rate, "", "ramp: rate at the start"),
			schema.Row("to", rate, "", "ramp: rate at the end, and from then on"),
			schema.Row("over", schema.Quantity(schema.Seconds, 1e-6, year), "", "ramp: how long it takes"),
		}),
	)
}

func processes() []schema.Word {
	var words []schema.Word
	for _, d := range workload.Processes() {
		words = append(words, schema.Word{Name: d.Name, Meaning: d.Summary})
	}
	return words
}

// timeWords are the units of times as files choose them.
var timeWords = []string{"ns: nanoseconds", "us: microseconds", "ms: milliseconds", "s: seconds", "m: minutes", "h: hours", "d: days"}

// arrivals is what an arrival table says.
type arrivals struct {
	process workload.Process // nil if something is wrong
	data    *dataFile        // of a trace with a row for each arrival
	mean    float64          // per second, over the run
	peak    float64          // per second
}

// poisson returns Poisson arrivals at a constant rate.
func poisson(rate float64) (workload.Process, error) {
	r, err := workload.Constant(rate)
	if err != nil {
		return nil, err
	}
	return workload.Poisson(r)
}

// rowsWanted are the columns that the owner of a trace needs of each row.
type rowsWanted struct {
	workload.Columns
	instances bool // rows are instances, which may have a lifetime and a size
}

// readArrivals reads when requests or instances come. Of a trace it also reads
// the other columns that its owner needs of each row.
func (l *loader) readArrivals(t *schema.Table, rows rowsWanted) arrivals {
	a := t.Within("arrivals")
	if a == nil {
		return arrivals{}
	}
	a.Pattern = "arrivals"
	process := a.Decider("process")
	before := len(l.Faults)
	var got arrivals
	var err error
	switch process {
	case "poisson", "deterministic":
		got, err = l.readRated(a, process)
	case "renewal":
		a.Require("interarrival")
		if gap := l.law(a, "interarrival"); gap != nil {
			got.process, err = workload.Renewal(gap)
		}
	case "mmpp":
		got, err = readModulated(a)
	case "trace":
		got = l.readTrace(a, rows)
	}
	a.Done()
	if len(l.Faults) > before {
		return arrivals{}
	}
	if err != nil {
		a.Absorb([]error{err}, "process")
		return arrivals{}
	}
	return l.summed(got)
}

// summed completes the rates of sound arrivals.
func (l *loader) summed(a arrivals) arrivals {
	if a.process == nil {
		return arrivals{}
	}
	a.mean = a.process.Mean(l.cfg.Duration)
	a.peak = max(a.peak, a.mean)
	return a
}

func (l *loader) readRated(t *schema.Table, process string) (arrivals, error) {
	t.Require("rate")
	rate, err := l.readRate(t)
	if rate == nil || err != nil {
		return arrivals{}, err
	}
	a := arrivals{peak: rate.Max()}
	if process == "poisson" {
		a.process, err = workload.Poisson(rate)
	} else {
		a.process, err = workload.Deterministic(rate)
	}
	return a, err
}

// readRate reads a rate: a quantity, or a table with a shape.
func (l *loader) readRate(t *schema.Table) (*workload.Rate, error) {
	n := t.Value("rate")
	if n == nil {
		return nil, nil
	}
	if n.Form != tree.TableForm {
		v, ok := t.Measured("rate", n, schema.PerSecond)
		if !ok {
			return nil, nil
		}
		if v <= 0 || v > workload.MaxRate {
			t.Mistake("rate", "must be above 0/s and at most 1000000000/s", "")
			return nil, nil
		}
		return workload.Constant(v)
	}
	r := t.Below(n, t.PathOf("rate"), "rate")
	shape := r.Decider("shape")
	before := len(l.Faults)
	var rate *workload.Rate
	var err error
	switch shape {
	case "constant":
		rate, err = workload.Constant(r.Needed("mean"))
	case "diurnal":
		rate, err = workload.Diurnal(workload.Day{
			Mean: r.Needed("mean"), PeakToMean: r.Quantity("peak_to_mean"), PeakAt: l.peakAt(r),
		})
	case "steps":
		rate, err = readSteps(r)
	case "ramp":
		rate, err = workload.Ramp(r.Needed("from"), r.Needed("to"), sim.Seconds(r.Needed("over")))
	}
	r.Done()
	if len(l.Faults) > before {
		return nil, nil
	}
	if err != nil {
		if rule, ok := strings.CutPrefix(err.Error(), "rate: "); ok {
			t.Mistake("rate", rule, "")
		} else {
			r.Absorb([]error{err}, "shape")
		}
		return nil, nil
	}
	return rate, nil
}

// peakAt reads a time of day as an instant of the run.
func (l *loader) peakAt(t *schema.Table) sim.Time {
	n := t.Value("peak_at")
	clock, ok := clockOf(n)
	if !ok {
		t.Mistake("peak_at", `must be a time of day such as "20:00"`, "")
	}
	return l.untilClock(clock)
}

func readSteps(t *schema.Table) (*workload.Rate, error) {
	t.Require("steps")
	var knots []workload.Knot
	at := sim.Time(0)
	for _, s := range t.Each("steps") {
		knots = append(knots, workload.Knot{At: at, PerSecond: s.Quantity("rate")})
		at += s.Duration("for")
		s.Done()
	}
	switch t.Choice("then") {
	case "stop":
		return workload.Steps(append(knots, workload.Knot{At: at}), workload.Tail{Stop: true})
	case "repeat":
		return workload.Steps(knots, workload.Tail{Period: at})
	default:
		return workload.Steps(knots, workload.Tail{})
	}
}

func readModulated(t *schema.Table) (arrivals, error) {
	t.Require("states")
	var states []workload.State
	peak := 0.0
	for _, s := range t.Each("states") {
		state := workload.State{PerSecond: s.Quantity("rate"), Sojourn: s.Duration("sojourn")}
		states = append(states, state)
		peak = max(peak, state.PerSecond)
		s.Done()
	}
	chain := readMatrix(t, "transitions")
	if !t.Faultless() {
		return arrivals{}, nil
	}
	p, err := workload.MMPP(states, chain)
	return arrivals{process: p, peak: peak}, err
}

// readMatrix reads rows of numbers.
func readMatrix(t *schema.Table, key string) [][]float64 {
	n := t.Value(key)
	if n == nil {
		return nil
	}
	var rows [][]float64
	for _, row := range n.List {
		var numbers []float64
		for _, e := range row.List {
			v, rule := schema.ReadQuantity(e, schema.Number)
			if rule != "" {
				t.Mistake(key, "must be rows of numbers", "")
				return nil
			}
			numbers = append(numbers, v)
		}
		rows = append(rows, numbers)
	}
	if n.Form != tree.ListForm {
		t.Mistake(key, "must be rows of numbers", "")
	}
	return rows
}

// readTrace reads arrivals from a file, by counts or one by one.
func (l *loader) readTrace(t *schema.Table, rows rowsWanted) arrivals {
	t.Require("file")
	clock, count := l.readTraceClock(t), t.Text("count")
	if !t.Sound("time", "time_unit", "speed", "clock") {
		t.Survey()
		return arrivals{}
	}
	if t.Has("count") {
		t.Mode = "with count"
		d := l.openTrace(t, clock, workload.Columns{Numbers: []string{clock.column, count}})
		if d == nil {
			t.Survey()
			return arrivals{}
		}
		return l.readCounts(t, d, workload.Bins{Starts: l.times(t, d, clock), Counts: d.table.Numbers(count), Width: t.Duration("width")}, clock.speed)
	}
	t.Mode = "without count"
	if rows.instances {
		t.Text("lifetime")
		t.Text("size")
		t.Choice("lifetime_unit")
	}
	rows.Numbers = append([]string{clock.column}, rows.Numbers...)
	rows.Until = clock.until(l.cfg.Duration)
	d := l.openTrace(t, clock, rows.Columns)
	if d == nil {
		return arrivals{}
	}
	instants := l.times(t, d, clock)
	if instants == nil {
		return arrivals{}
	}
	t.Assume("resolution", ordinaryResolution(d.table))
	p, err := workload.Trace(workload.Instants{At: instants, Speed: clock.speed, Resolution: t.Duration("resolution")})
	if err != nil {
		l.blame(d.path, err)
		return arrivals{}
	}
	return arrivals{process: p, data: d}
}

// ordinaryResolution is one second for a log that knows none finer.
func ordinaryResolution(t *workload.Table) string {
	if t.WholeSeconds() {
		return "1s"
	}
	return "0s"
}

// readCounts makes arrivals of numbers per period.
func (l *loader) readCounts(t *schema.Table, d *dataFile, b workload.Bins, speed float64) arrivals {
	b.Scale = t.Quantity("scale")
	spread := t.Choice("spread")
	if b.Starts == nil || !t.Sound("scale", "spread") {
		return arrivals{}
	}
	if speed != 1 {
		b.Starts = slices.Clone(b.Starts)
		for i, at := range b.Starts {
			b.Starts[i] = sim.Time(math.Round(float64(at) / speed))
		}
		b.Width = sim.Time(math.Round(float64(b.Width) / speed))
	}
	rate, err := workload.FromCounts(b)
	if err != nil {
		l.blame(d.path, err)
		return arrivals{}
	}
	a := arrivals{peak: rate.Max()}
	if spread == "even" {
		a.process, err = workload.Counts(b)
	} else {
		a.process, err = workload.Poisson(rate)
	}
	if err != nil {
		l.blame(d.path, err)
		return arrivals{}
	}
	return a
}

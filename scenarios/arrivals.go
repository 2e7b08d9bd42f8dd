package scenarios

import (
	"math"
	"slices"
	"strings"

	"headroom/model/workload"
	"headroom/sim"
)

// mostRate is the largest rate, a second: an arrival each nanosecond.
const mostRate = 1e9

// arrivalKeys are those of the arrivals of requests and of instances.
func arrivalKeys() []Key {
	rate := quantity(perSecond, 0, mostRate)
	return slices.Concat(
		within("arrivals", "", []Key{
			{"process", oneOf("poisson", "deterministic", "renewal", "mmpp", "trace"), `"poisson"`, "how arrivals follow each other", ""},
			{"rate", loose("rate or table"), "", `poisson and deterministic: "400/s", or a table with a shape`, ""},
			{"interarrival", law(inSeconds), "", "renewal: time between two arrivals", ""},
			{"states", list(), "", "mmpp: states between which the rate jumps", ""},
			{"states[].rate", rate, required, "rate in the state", ""},
			{"states[].sojourn", quantity(inSeconds, 1e-6, forever), required, "mean time spent in it, exponential", ""},
			{"transitions", loose("rows of numbers"), "(in turn)", "mmpp: rows of probabilities of the next state", ""},
			{"file", text(), "", "trace: a table file, CSV with a header, gzipped or not", ""},
			{"time", text(), `"time"`, "trace: column of the instants; timestamps count from the first, offsets from the start", ""},
			{"time_unit", oneOf("ns", "us", "ms", "s", "m", "h", "d"), `"s"`, "trace: unit of the times", ""},
			{"count", text(), "", "trace: column of the numbers of requests in each period; one request a row without", ""},
			{"scale", quantity(plainNumber, 0, 1e12), "1", "trace of counts: multiplies them", ""},
			{"width", quantity(inSeconds, 1e-9, year), "", "trace of counts: length of a period; until the next row without", ""},
			{"spread", oneOf("poisson", "even"), `"poisson"`, "trace of counts: where in a period its requests fall", ""},
			{"speed", quantity(plainNumber, 1e-9, 1e9), "1", "trace: 2 plays it in half the time", ""},
			{"resolution", quantity(inSeconds, 0, year), "(1s if all times are whole seconds, else 0s)", "trace of rows: those of one instant are spread over this", ""},
			{"lifetime", text(), "", "trace of instances: column of their lifetimes", ""},
			{"lifetime_unit", oneOf("ns", "us", "ms", "s", "m", "h", "d"), `"s"`, "trace of instances: unit of the lifetimes", ""},
			{"size", text(), "", "trace of instances: column of the names of their sizes", ""},
		}),
		within("rate", "", []Key{
			{"shape", oneOf("constant", "diurnal", "steps", "ramp"), required, "how the rate varies with time", ""},
			{"mean", rate, "", "constant and diurnal: mean rate", ""},
			{"peak_to_mean", quantity(plainNumber, 1, 100), "2", "diurnal: peak over mean", ""},
			{"peak_at", loose("time of day"), `"12:00"`, "diurnal: time of day of the peak", ""},
			{"steps", list(), "", "steps: one rate after the other", ""},
			{"steps[].for", quantity(inSeconds, 1e-6, year), required, "how long", ""},
			{"steps[].rate", rate, required, "the rate meanwhile", ""},
			{"then", oneOf("hold", "stop", "repeat"), `"hold"`, "steps: what follows the last", ""},
			{"from", rate, "", "ramp: rate at the start", ""},
			{"to", rate, "", "ramp: rate at the end, and from then on", ""},
			{"over", quantity(inSeconds, 1e-6, year), "", "ramp: how long it takes", ""},
		}),
	)
}

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
func (l *loader) readArrivals(t *table, rows rowsWanted) arrivals {
	n, _ := t.take("arrivals", tableKind)
	if n == nil {
		return arrivals{}
	}
	a := t.descend("arrivals", n)
	if t.bad["arrivals"] {
		return arrivals{}
	}
	a.pattern = "arrivals"
	process := a.choice("process")
	a.mode = "with process " + quote(process)
	before := len(l.faults)
	var got arrivals
	var err error
	switch process {
	case "poisson", "deterministic":
		got, err = l.readRated(a, process)
	case "renewal":
		a.require("interarrival")
		if gap := l.law(a, "interarrival"); gap != nil {
			got.process, err = workload.Renewal(gap)
		}
	case "mmpp":
		got, err = readModulated(a)
	case "trace":
		got = l.readTrace(a, rows)
	}
	if a.sound("process") {
		a.done()
	}
	if len(l.faults) > before {
		return arrivals{}
	}
	if err != nil {
		a.absorb([]error{err}, "process")
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

func (l *loader) readRated(t *table, process string) (arrivals, error) {
	t.require("rate")
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
func (l *loader) readRate(t *table) (*workload.Rate, error) {
	n, _ := t.take("rate", anyKind)
	if n == nil {
		return nil, nil
	}
	if n.form != tableForm {
		v, ok := t.measured("rate", n, perSecond)
		if !ok {
			return nil, nil
		}
		if v <= 0 || v > mostRate {
			t.mistake("rate", "must be above 0/s and at most 1000000000/s", "")
			return nil, nil
		}
		return workload.Constant(v)
	}
	r := t.below(n, t.pathOf("rate"), "rate")
	shape := r.choice("shape")
	r.mode = "with shape " + quote(shape)
	before := len(l.faults)
	var rate *workload.Rate
	var err error
	switch shape {
	case "constant":
		rate, err = workload.Constant(r.needed("mean"))
	case "diurnal":
		rate, err = workload.Diurnal(workload.Day{
			Mean: r.needed("mean"), PeakToMean: r.quantity("peak_to_mean"), PeakAt: l.peakAt(r),
		})
	case "steps":
		rate, err = readSteps(r)
	case "ramp":
		rate, err = workload.Ramp(r.needed("from"), r.needed("to"), sim.Seconds(r.needed("over")))
	}
	if r.sound("shape") {
		r.done()
	}
	if len(l.faults) > before {
		return nil, nil
	}
	if err != nil {
		if rule, ok := strings.CutPrefix(err.Error(), "rate: "); ok {
			t.mistake("rate", rule, "")
		} else {
			r.absorb([]error{err}, "shape")
		}
		return nil, nil
	}
	return rate, nil
}

// peakAt reads a time of day as an instant of the run.
func (l *loader) peakAt(t *table) sim.Time {
	n, _ := t.take("peak_at", anyKind)
	clock, ok := clockOf(n)
	if !ok {
		t.mistake("peak_at", `must be a time of day such as "20:00"`, "")
	}
	return l.untilClock(clock)
}

func readSteps(t *table) (*workload.Rate, error) {
	t.require("steps")
	var knots []workload.Knot
	at := sim.Time(0)
	for _, s := range t.each("steps") {
		knots = append(knots, workload.Knot{At: at, PerSecond: s.quantity("rate")})
		at += s.duration("for")
		s.done()
	}
	switch t.choice("then") {
	case "stop":
		return workload.Steps(append(knots, workload.Knot{At: at}), workload.Tail{Stop: true})
	case "repeat":
		return workload.Steps(knots, workload.Tail{Period: at})
	default:
		return workload.Steps(knots, workload.Tail{})
	}
}

func readModulated(t *table) (arrivals, error) {
	t.require("states")
	var states []workload.State
	peak := 0.0
	for _, s := range t.each("states") {
		state := workload.State{PerSecond: s.quantity("rate"), Sojourn: s.duration("sojourn")}
		states = append(states, state)
		peak = max(peak, state.PerSecond)
		s.done()
	}
	chain := readMatrix(t, "transitions")
	if len(t.bad) > 0 {
		return arrivals{}, nil
	}
	p, err := workload.MMPP(states, chain)
	return arrivals{process: p, peak: peak}, err
}

// readMatrix reads rows of numbers.
func readMatrix(t *table, key string) [][]float64 {
	n, _ := t.take(key, anyKind)
	if n == nil {
		return nil
	}
	var rows [][]float64
	for _, row := range n.list {
		var numbers []float64
		for _, e := range row.list {
			v, rule := readQuantity(e, plainNumber)
			if rule != "" {
				t.mistake(key, "must be rows of numbers", "")
				return nil
			}
			numbers = append(numbers, v)
		}
		rows = append(rows, numbers)
	}
	if n.form != listForm {
		t.mistake(key, "must be rows of numbers", "")
	}
	return rows
}

// readTrace reads arrivals from a file, by counts or one by one.
func (l *loader) readTrace(t *table, rows rowsWanted) arrivals {
	t.require("file")
	at, count := t.text("time"), t.text("count")
	unit := timeUnits[t.choice("time_unit")]
	speed := t.quantity("speed")
	if !t.sound("time", "time_unit", "speed") {
		t.pass(children("arrivals")...)
		return arrivals{}
	}
	if t.has("count") {
		t.mode = "with count"
		d := l.open(t, "file", workload.Columns{Numbers: []string{at, count}})
		if d == nil {
			return arrivals{}
		}
		return l.readCounts(t, d, workload.Bins{Starts: l.times(d, at, unit), Counts: d.table.Numbers(count), Width: t.duration("width")}, speed)
	}
	t.mode = "without count"
	if rows.instances {
		t.text("lifetime")
		t.text("size")
		t.choice("lifetime_unit")
	}
	rows.Numbers = append([]string{at}, rows.Numbers...)
	d := l.open(t, "file", rows.Columns)
	if d == nil {
		return arrivals{}
	}
	instants := l.times(d, at, unit)
	if instants == nil {
		return arrivals{}
	}
	t.assume("resolution", ordinaryResolution(instants))
	p, err := workload.Trace(workload.Instants{At: instants, Speed: speed, Resolution: t.duration("resolution")})
	if err != nil {
		l.blame(d.path, err)
		return arrivals{}
	}
	return arrivals{process: p, data: d}
}

// ordinaryResolution is one second for a log that knows none finer.
func ordinaryResolution(instants []sim.Time) string {
	for _, at := range instants {
		if at%sim.Second != 0 {
			return "0s"
		}
	}
	return "1s"
}

// readCounts makes arrivals of numbers per period.
func (l *loader) readCounts(t *table, d *dataFile, b workload.Bins, speed float64) arrivals {
	b.Scale = t.quantity("scale")
	spread := t.choice("spread")
	if b.Starts == nil || !t.sound("scale", "spread") {
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

package tables

import (
	"fmt"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/workload"
	"headroom/scenarios/imports"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// timeUnits are the units that a column of times may have.
var timeUnits = map[string]sim.Time{
	"ns": sim.Nanosecond, "us": sim.Microsecond, "ms": sim.Millisecond, "s": sim.Second,
	"m": sim.Minute, "h": sim.Hour, "d": sim.Day,
}

// firstTimestamp is where numbers of seconds count as timestamps rather than
// offsets: 2001-09-09.
const firstTimestamp = 1e9

// tableShare is the part of the memory that the columns of one file may take: while
// they grow and become times, they take some four times as much.
const tableShare = 5

// dataFile is a table file that a scenario names.
type dataFile struct {
	path  string
	table *workload.Table
}

// open reads columns of the file that a key names, nil after recording what is
// wrong with it. The path is relative to the file in which the key stands.
func (l *loader) open(t *schema.Table, key string, columns workload.Columns) *dataFile {
	name := t.Text(key)
	if !t.Sound(key) {
		return nil
	}
	path := l.located(t, key, name)
	cached := path + "\x00" + strings.Join(columns.Numbers, "\x00") + "\x00\x00" + strings.Join(columns.Texts, "\x00") + fmt.Sprint("\x00", columns.Until)
	d, ok := l.files[cached]
	if !ok {
		if d = l.readData(t, key, path, columns); d == nil {
			return nil
		}
		if l.files == nil {
			l.files = map[string]*dataFile{}
		}
		l.files[cached] = d
	}
	settle(t, key, path)
	return d
}

func (l *loader) readData(t *schema.Table, key, path string, columns workload.Columns) *dataFile {
	f, rule := l.options.files().Open(path)
	if rule != "" {
		t.Mistake(key, rule, "")
		return nil
	}
	columns.Bytes = l.options.Memory.Limit() / tableShare
	table, err := workload.ReadTable(f, columns)
	_ = f.Close()
	if err != nil {
		if rule := l.importOf(path); rule != "" {
			t.Mistake(key, rule, "")
			return nil
		}
		l.blame(path, err)
		t.MarkFaulty(key)
		return nil
	}
	return &dataFile{path, table}
}

// importOf says which import makes a table of a file that is none, "" for one of no kind
// that is known.
func (l *loader) importOf(path string) string {
	f, rule := l.options.files().Open(path)
	if rule != "" {
		return ""
	}
	defer f.Close()
	kind, known := imports.Recognise(f)
	if !known {
		return ""
	}
	return "must be a table (CSV with a header): " + path + " is " + kind.Name + ", of which `" + kind.Command + " " + path + " --out DIR` makes one"
}

// blame records what is wrong with a data file, at its line if the error names
// one.
func (l *loader) blame(path string, err error) {
	f := schema.Fault{File: path, Rule: err.Error()}
	if rest, ok := strings.CutPrefix(f.Rule, "line "); ok {
		f.Rule = rest
		number, rule, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			f.Line, f.Rule = line, rule
		}
	}
	if strings.HasPrefix(f.Rule, "column ") {
		f.Path, f.Rule, _ = strings.Cut(f.Rule, ": ")
	}
	l.Faults = append(l.Faults, f)
}

// column reads the values of an empirical distribution.
func (l *loader) column(t *schema.Table) []float64 {
	name := t.Text("column")
	factor := l.columnUnit(t, t.Unit)
	if !t.Sound("column") {
		return nil
	}
	d := l.open(t, "file", workload.Columns{Numbers: []string{name}})
	if d == nil {
		return nil
	}
	values := make([]float64, d.table.Rows())
	for i, v := range d.table.Numbers(name) {
		values[i] = v * factor
	}
	return values
}

// columnUnit reads the unit of a column, as base units of a measure.
func (l *loader) columnUnit(t *schema.Table, m *schema.Measure) float64 {
	name := t.Text("unit")
	if !t.Sound("unit") {
		return m.Bare
	}
	u, ok := m.Unit(name)
	if !ok {
		t.Mistake("unit", "must be one of "+strings.Join(m.UnitNames(), " "), t.Hint(name, m.UnitNames()))
		return m.Bare
	}
	return u.Num / u.Den
}

// priceTrace is recorded Spot prices by type and zone; an empty name stands for
// all.
type priceTrace struct {
	steps map[[2]string][]model.PriceStep
	zoned bool
	typed bool
}

// of returns the prices of a type in a zone, nil if there are none.
func (p *priceTrace) of(typ, zone string) []model.PriceStep {
	key := [2]string{}
	if p.typed {
		key[0] = typ
	}
	if p.zoned {
		key[1] = zone
	}
	return p.steps[key]
}

// readPriceTrace reads recorded Spot prices.
func (l *loader) readPriceTrace(t *schema.Table) *priceTrace {
	clock, usd, typ, zone := readMarketClock(t), t.Text("usd"), t.Text("type"), t.Text("zone")
	t.Require("file")
	columns := workload.Columns{Numbers: []string{clock.column, usd}}
	p := &priceTrace{steps: map[[2]string][]model.PriceStep{}, typed: typ != "", zoned: zone != ""}
	if p.typed {
		columns.Texts = append(columns.Texts, typ)
	}
	if p.zoned {
		columns.Texts = append(columns.Texts, zone)
	}
	d := l.open(t, "file", columns)
	if d == nil {
		return nil
	}
	instants := l.marketTimes(t, d, clock)
	if instants == nil {
		return nil
	}
	for _, i := range inOrder(d, clock, instants) {
		var key [2]string
		if p.typed {
			key[0] = d.table.Texts(typ).At(i)
		}
		if p.zoned {
			key[1] = l.letter(d.table.Texts(zone).At(i))
		}
		step := model.PriceStep{At: instants[i], USD: d.table.Numbers(usd)[i]}
		before := p.steps[key]
		if n := len(before); n > 0 && before[n-1] == step {
			continue // two downloads that overlap
		}
		if rule := faultOf(step, before); rule != "" {
			l.Faults = append(l.Faults, schema.Fault{File: d.path, Line: d.table.Line(i), Path: "column " + usd, Rule: rule})
			return nil
		}
		p.steps[key] = append(before, step)
	}
	return p
}

// faultOf returns what is wrong with a price that follows others of its pool.
func faultOf(step model.PriceStep, before []model.PriceStep) string {
	switch {
	case step.USD <= 0:
		return "must be above 0, got " + strconv.FormatFloat(step.USD, 'g', -1, 64)
	case len(before) > 0 && step.At < before[len(before)-1].At:
		return "must be later than the price before it of the same type and zone"
	case len(before) > 0 && step.At == before[len(before)-1].At:
		return "must be one price an instant of a type in a zone, got a second: of another platform?"
	default:
		return ""
	}
}

package scenarios

import (
	"math"
	"strings"

	"headroom/sim/rng"
)

// parameter stands for the measure of the quantity whose distribution it is.
var parameter = &measure{name: "quantity", bare: 1, units: []unit{noUnit}}

// distributionKeys are those of a random quantity that is given as a table,
// wherever one may stand.
func distributionKeys() []Key {
	inf := math.Inf(1)
	amount := quantity(parameter, 0, inf)
	number := quantity(plainNumber, 0, inf)
	return within("distribution", "", []Key{
		{"dist", choice(laws), required, "the law of a random quantity", ""},
		{"value", amount, "", "fixed: the value", ""},
		{"mean", amount, "", "the expectation; of the normal law, before it is truncated at 0", ""},
		{"cv", number, "", "coefficient of variation: standard deviation / mean", ""},
		{"sd", amount, "", "normal: standard deviation before truncation", ""},
		{"min", amount, "", "uniform: lower end", ""},
		{"max", amount, "", "uniform: upper end", ""},
		{"median", amount, "", "lognormal: median, instead of the mean", ""},
		{"sigma", number, "", "lognormal: standard deviation of the logarithm", ""},
		{"k", whole(1, 1e6), "", "erlang: stages", ""},
		{"shape", number, "", "weibull and pareto: shape", ""},
		{"scale", amount, "", "weibull and pareto: scale, instead of the mean", ""},
		{"weights", loose("list of numbers"), "", "hyperexponential and empirical: relative frequencies", ""},
		{"means", loose("list of quantities"), "", "hyperexponential: means of its branches", ""},
		{"values", loose("list of quantities"), "", "empirical: the values", ""},
		{"file", text(), "", "empirical: a table file, CSV with a header, gzipped or not", ""},
		{"column", text(), "", "empirical: the column of the file that holds the values", ""},
		{"unit", text(), "", "empirical: unit of the column; otherwise that of a bare number", ""},
	})
}

// lawReaders make a distribution of its table.
var lawReaders = []struct {
	name string
	read func(l *loader, t *table) (rng.Distribution, error)
}{
	{"fixed", func(_ *loader, t *table) (rng.Distribution, error) { return rng.Fixed(t.needed("value")) }},
	{"exponential", func(_ *loader, t *table) (rng.Distribution, error) { return rng.Exponential(t.needed("mean")) }},
	{"uniform", func(_ *loader, t *table) (rng.Distribution, error) {
		return rng.Uniform(t.needed("min"), t.needed("max"))
	}},
	{"normal", func(_ *loader, t *table) (rng.Distribution, error) {
		return rng.Normal(t.needed("mean"), t.needed("sd"))
	}},
	{"lognormal", func(_ *loader, t *table) (rng.Distribution, error) {
		if t.has("median") {
			return rng.LognormalMedian(t.needed("median"), t.needed("sigma"))
		}
		return rng.Lognormal(t.needed("mean"), t.needed("cv"))
	}},
	{"gamma", func(_ *loader, t *table) (rng.Distribution, error) {
		return rng.Gamma(t.needed("mean"), t.needed("cv"))
	}},
	{"erlang", func(_ *loader, t *table) (rng.Distribution, error) {
		t.require("k")
		return rng.Erlang(t.whole("k"), t.needed("mean"))
	}},
	{"weibull", func(_ *loader, t *table) (rng.Distribution, error) {
		if t.has("shape") {
			return rng.WeibullShape(t.needed("shape"), t.needed("scale"))
		}
		return rng.Weibull(t.needed("mean"), t.needed("cv"))
	}},
	{"pareto", func(_ *loader, t *table) (rng.Distribution, error) {
		if t.has("scale") {
			return rng.Pareto(t.needed("shape"), t.needed("scale"))
		}
		return rng.ParetoMean(t.needed("shape"), t.needed("mean"))
	}},
	{"hyperexponential", func(_ *loader, t *table) (rng.Distribution, error) {
		if t.has("means") {
			return rng.Hyperexponential(t.series("weights", plainNumber), t.series("means", t.unit))
		}
		return rng.HyperexponentialBalanced(t.needed("mean"), t.needed("cv"))
	}},
	{"empirical", readEmpirical},
}

func laws() []string {
	// A literal, for the readers above lead back to the declarations.
	return []string{
		"fixed", "exponential", "uniform", "normal", "lognormal", "gamma", "erlang",
		"weibull", "pareto", "hyperexponential", "empirical",
	}
}

// law reads a random quantity: a fixed value or a table that names a law. It
// returns nil if there is none or something is wrong with it.
func (l *loader) law(t *table, key string) rng.Distribution {
	n, d := t.take(key, lawKind)
	if n == nil {
		return nil
	}
	return l.lawOf(t, key, d.Type.measure)
}

// lawOf reads the value of a key as a law of a measure.
func (l *loader) lawOf(t *table, key string, m *measure) rng.Distribution {
	n := t.n.table[key]
	if n.form == tableForm {
		n.inline = true
		same := m.name + " " + n.String()
		if d, ok := l.laws[same]; ok {
			return d // a law may cost milliseconds to tabulate
		}
		child := t.below(n, t.pathOf(key), "distribution")
		child.unit = m
		d := l.readLaw(child)
		if t.bad[key] = d == nil; d != nil {
			l.laws[same] = d
		}
		return d
	}
	v, ok := t.measured(key, n, m)
	if !ok {
		return nil
	}
	if v < 0 {
		t.reject(key, Fault{Rule: "must not be negative", Code: noCode})
		return nil
	}
	d, err := rng.Fixed(v)
	if err != nil {
		t.absorb([]error{err}, key)
	}
	return d
}

func (l *loader) readLaw(t *table) rng.Distribution {
	before := len(t.r.faults)
	name := t.choice("dist")
	t.mode = "with dist " + quote(name)
	for _, reader := range lawReaders {
		if reader.name != name {
			continue
		}
		d, err := reader.read(l, t)
		t.done()
		if len(t.r.faults) > before {
			return nil
		}
		if err != nil {
			t.absorb([]error{renamed(err)}, "dist")
			return nil
		}
		return d
	}
	return nil
}

// renamed gives an error of package rng the names of our keys.
func renamed(err error) error {
	text := strings.NewReplacer("low: ", "min: ", "high: ", "max: ", "must not be below low", "must not be below min").Replace(err.Error())
	return errText(text)
}

// errText is an error that is just its text.
type errText string

// Error returns the text.
func (e errText) Error() string { return string(e) }

// needed reads a quantity that must be there in the mode of the table.
func (t *table) needed(key string) float64 {
	t.require(key)
	return t.quantity(key)
}

// require reports a key that is missing in the mode of the table.
func (t *table) require(key string) {
	if !t.has(key) && !t.bad[key] && !t.broken {
		t.add(Fault{Path: t.pathOf(key), Rule: "is required " + t.mode}, t.n, key)
	}
}

// series reads a list of quantities, none of them negative.
func (t *table) series(key string, m *measure) []float64 {
	n, _ := t.take(key, anyKind)
	if n == nil {
		return nil
	}
	if n.form != listForm {
		t.mistake(key, "must be a list of numbers or quantities", "")
		return nil
	}
	values := make([]float64, 0, len(n.list))
	for _, e := range n.list {
		v, ok := t.measured(key, e, m)
		if ok && v < 0 {
			t.reject(key, Fault{Rule: "must not be negative", Got: e.got(), Code: noCode})
			ok = false
		}
		if !ok {
			return nil
		}
		values = append(values, v)
	}
	return values
}

// readEmpirical takes the values from the table itself or from a file.
func readEmpirical(l *loader, t *table) (rng.Distribution, error) {
	if t.has("values") || !t.has("file") {
		t.require("values")
		values := t.series("values", t.unit)
		return rng.Empirical(values, t.series("weights", plainNumber))
	}
	t.require("column")
	values := l.column(t)
	if values == nil {
		return nil, nil
	}
	return rng.Empirical(values, nil)
}

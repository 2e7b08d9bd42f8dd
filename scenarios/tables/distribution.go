package tables

import (
	"math"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim/rng"
)

// distributionKeys are those of a random quantity that is given as a table,
// wherever one may stand.
func distributionKeys() []schema.Key {
	inf := math.Inf(1)
	amount := schema.Quantity(schema.Parameter, 0, inf)
	number := schema.Quantity(schema.Number, 0, inf)
	return schema.Within("distribution", "", []schema.Key{
		schema.Row("dist", schema.Choice(laws), schema.Required, "the law of a random quantity"),
		schema.Row("value", amount, "", "fixed: the value"),
		schema.Row("mean", amount, "", "the expectation; of the normal law, before it is truncated at 0"),
		schema.Row("cv", number, "", "coefficient of variation: standard deviation / mean"),
		schema.Row("sd", amount, "", "normal: standard deviation before truncation"),
		schema.Row("min", amount, "", "uniform: lower end"),
		schema.Row("max", amount, "", "uniform: upper end"),
		schema.Row("median", amount, "", "lognormal: median, instead of the mean"),
		schema.Row("sigma", number, "", "lognormal: standard deviation of the logarithm"),
		schema.Row("k", schema.Whole(1, 1e6), "", "erlang: stages"),
		schema.Row("shape", number, "", "weibull and pareto: shape"),
		schema.Row("scale", amount, "", "weibull and pareto: scale, instead of the mean"),
		schema.Row("weights", schema.Either("list of numbers", schema.ListOf(number)), "", "hyperexponential and empirical: relative frequencies"),
		schema.Row("means", schema.Either("list of quantities", schema.ListOf(amount)), "", "hyperexponential: means of its branches"),
		schema.Row("values", schema.Either("list of quantities", schema.ListOf(amount)), "", "empirical: the values"),
		schema.Row("file", schema.Text(), "", "empirical: a table file, CSV with a header, gzipped or not"),
		schema.Row("column", schema.Text(), "", "empirical: the column of the file that holds the values"),
		schema.Row("unit", schema.Text(), "", "empirical: unit of the column; otherwise that of a bare number"),
	})
}

// lawReaders make a distribution of its table.
var lawReaders = []struct {
	name string
	read func(l *loader, t *schema.Table) (rng.Distribution, error)
}{
	{"fixed", func(_ *loader, t *schema.Table) (rng.Distribution, error) { return rng.Fixed(t.Needed("value")) }},
	{"exponential", func(_ *loader, t *schema.Table) (rng.Distribution, error) { return rng.Exponential(t.Needed("mean")) }},
	{"uniform", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		return rng.Uniform(t.Needed("min"), t.Needed("max"))
	}},
	{"normal", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		return rng.Normal(t.Needed("mean"), t.Needed("sd"))
	}},
	{"lognormal", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		if t.Has("median") {
			return rng.LognormalMedian(t.Needed("median"), t.Needed("sigma"))
		}
		return rng.Lognormal(t.Needed("mean"), t.Needed("cv"))
	}},
	{"gamma", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		return rng.Gamma(t.Needed("mean"), t.Needed("cv"))
	}},
	{"erlang", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		t.Require("k")
		return rng.Erlang(t.Whole("k"), t.Needed("mean"))
	}},
	{"weibull", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		if t.Has("shape") {
			return rng.WeibullShape(t.Needed("shape"), t.Needed("scale"))
		}
		return rng.Weibull(t.Needed("mean"), t.Needed("cv"))
	}},
	{"pareto", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		if t.Has("scale") {
			return rng.Pareto(t.Needed("shape"), t.Needed("scale"))
		}
		return rng.ParetoMean(t.Needed("shape"), t.Needed("mean"))
	}},
	{"hyperexponential", func(_ *loader, t *schema.Table) (rng.Distribution, error) {
		if t.Has("means") {
			return rng.Hyperexponential(t.Series("weights", schema.Number), t.Series("means", t.Unit))
		}
		return rng.HyperexponentialBalanced(t.Needed("mean"), t.Needed("cv"))
	}},
	{"empirical", readEmpirical},
}

func laws() []schema.Word {
	// A literal, for the readers above lead back to the declarations.
	return []schema.Word{
		{Name: "fixed", Meaning: "always the same"},
		{Name: "exponential", Meaning: "memoryless, with a mean"},
		{Name: "uniform", Meaning: "anything from min to max alike"},
		{Name: "normal", Meaning: "truncated at 0"},
		{Name: "lognormal", Meaning: "its logarithm is normal"},
		{Name: "gamma", Meaning: "with a mean and a cv"},
		{Name: "erlang", Meaning: "the sum of k exponentials"},
		{Name: "weibull", Meaning: "of ages at failure"},
		{Name: "pareto", Meaning: "with a tail that is a power"},
		{Name: "hyperexponential", Meaning: "one of several exponentials, of cv above 1"},
		{Name: "empirical", Meaning: "one of given values"},
	}
}

// law reads a random quantity: a fixed value or a table that names a law. It
// returns nil if there is none or something is wrong with it.
func (l *loader) law(t *schema.Table, key string) rng.Distribution {
	n, m := t.Law(key)
	if n == nil {
		return nil
	}
	return l.lawOf(t, key, m)
}

// lawOf reads the value of a key as a law of a measure.
func (l *loader) lawOf(t *schema.Table, key string, m *schema.Measure) rng.Distribution {
	n := t.Node.Table[key]
	if n.Form == tree.TableForm {
		n.Inline = true
		same := m.Name + " " + n.String()
		if d, ok := l.laws[same]; ok {
			return d // a law may cost milliseconds to tabulate
		}
		if d, ok := l.origin.shared.law(same); ok {
			return d
		}
		child := t.Below(n, t.PathOf(key), "distribution")
		child.Unit = m
		d := l.readLaw(child)
		if d == nil {
			t.MarkFaulty(key)
			return nil
		}
		l.laws[same] = d
		return d
	}
	v, ok := t.Measured(key, n, m)
	if !ok {
		return nil
	}
	if v < 0 {
		t.Reject(key, schema.Fault{Rule: "must not be negative", Code: schema.NoCode})
		return nil
	}
	d, err := rng.Fixed(v)
	if err != nil {
		t.Absorb([]error{err}, key)
	}
	return d
}

func (l *loader) readLaw(t *schema.Table) rng.Distribution {
	before := len(l.Faults)
	name := t.Decider("dist")
	for _, reader := range lawReaders {
		if reader.name != name {
			continue
		}
		d, err := reader.read(l, t)
		t.Done()
		if len(l.Faults) > before {
			return nil
		}
		if err != nil {
			t.Absorb([]error{renamed(err)}, "dist")
			return nil
		}
		return d
	}
	t.Done()
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

// readEmpirical takes the values from the table itself or from a file.
func readEmpirical(l *loader, t *schema.Table) (rng.Distribution, error) {
	if t.Has("values") || !t.Has("file") {
		t.Require("values")
		values := t.Series("values", t.Unit)
		return rng.Empirical(values, t.Series("weights", schema.Number))
	}
	t.Require("column")
	values := l.column(t)
	if values == nil {
		return nil, nil
	}
	return rng.Empirical(values, nil)
}

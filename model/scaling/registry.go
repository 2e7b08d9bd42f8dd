package scaling

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"headroom/sim"
)

// Kind is a line of the table of scaling policies: it documents, parses and
// constructs one of them.
type Kind struct {
	Name        string // AWS's policy type
	Short       string // in running text
	Description string
	Parameters  []Parameter
	Example     Spec // a sound one
	construct   func(settings) Spec
}

// Policies returns the table of dynamic scaling policies.
func Policies() []Kind { return slices.Clone(policies()) }

// policies are those of [Policies]: every policy of a scenario asks for them.
var policies = sync.OnceValue(func() []Kind {
	return []Kind{trackingKind(), simpleKind(), stepKind(), predictiveKind()}
})

// Find returns the kind with that name.
func Find(name string) (Kind, bool) {
	for _, k := range policies() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// OwnAlarms reports whether policies of this kind bring alarms along.
func (k Kind) OwnAlarms() bool { return k.Example.Mechanism().Alarms != nil }

// Parameter is one setting of a kind of policy. Bounds and default hold for
// whoever parses: a spec written in Go is held to its Validate alone.
type Parameter struct {
	Name      string
	Form      Form
	Low, High float64 // of numbers, inclusive; of a Duration in seconds
	Words     []Word  // what a Choice may be; names for some values of a Number
	Default   any     // as in Values; nil: the parameter may be left out and then means nothing
	Required  bool
	Meaning   string      // one line
	Columns   []Parameter // of Rows
}

// Form is what the value of a parameter must be.
type Form uint8

// Forms, with the Go type that a value has in [Values].
const (
	Flag     Form = iota + 1 // bool
	Whole                    // int
	Number                   // float64 or int, or the string of a word
	Duration                 // sim.Time
	Choice                   // the string of a word
	Rows                     // []Values
)

// Word is a string that stands for a value of a parameter.
type Word struct {
	Name    string
	Value   float64 // of a Number
	Meaning string
}

// Values are settings by name of parameter.
type Values map[string]any

// Parse returns the spec with these settings, or every fault among them, each
// starting with the name of its parameter and a colon.
func (k Kind) Parse(values Values) (Spec, []error) {
	var f faults
	s := parse(&f, k.Parameters, values)
	if len(f) > 0 {
		return nil, f
	}
	spec := k.construct(s)
	if f := spec.Validate(); len(f) > 0 {
		return nil, f
	}
	return spec, nil
}

// settings are values that have been found good, with the defaults among them.
type settings map[string]any

// parse verifies values one by one and fills in the defaults.
func parse(f *faults, parameters []Parameter, values Values) settings {
	s := settings{}
	known := map[string]bool{}
	for _, p := range parameters {
		known[p.Name] = true
		v, given := values[p.Name]
		switch {
		case given:
			s[p.Name] = p.parse(f, v)
		case p.Required:
			f.add(p.Name, "is required")
		case p.Default != nil:
			s[p.Name] = p.parse(f, p.Default)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] {
			f.add(name, "unknown parameter")
		}
	}
	return s
}

// parse returns a value in its one form: a word of a Number becomes the number.
func (p Parameter) parse(f *faults, value any) any {
	number := func(v float64) {
		if !(v >= p.Low && v <= p.High) {
			f.add(p.Name, "must be %v..%v, got %v", p.Low, p.High, v)
		}
	}
	switch v := value.(type) {
	case bool:
		if p.Form == Flag {
			return v
		}
	case int:
		switch p.Form {
		case Whole:
			number(float64(v))
			return v
		case Number:
			number(float64(v))
			return float64(v)
		}
	case float64:
		if p.Form == Number {
			number(v)
			return v
		}
	case sim.Time:
		if p.Form == Duration {
			number(v.Seconds())
			return v
		}
	case string:
		if i := slices.IndexFunc(p.Words, func(w Word) bool { return w.Name == v }); i >= 0 {
			if p.Form == Number {
				return p.Words[i].Value
			}
			return v
		}
	case []Values:
		if p.Form == Rows {
			return p.rows(f, v)
		}
	}
	f.add(p.Name, "must be %s, got %v", p.wanted(), value)
	return nil
}

// rows parses each row by the columns.
func (p Parameter) rows(f *faults, values []Values) []settings {
	rows := make([]settings, len(values))
	for i, row := range values {
		var own faults
		rows[i] = parse(&own, p.Columns, row)
		for _, err := range own {
			f.add(fmt.Sprintf("%s[%d]", p.Name, i), "%w", err)
		}
	}
	return rows
}

// wanted says what a value must be.
func (p Parameter) wanted() string {
	if len(p.Words) == 0 || p.Form == Number {
		return [...]string{Flag: "true or false", Whole: "an integer", Number: "a number", Duration: "a duration", Rows: "rows"}[p.Form]
	}
	names := make([]string, len(p.Words))
	for i, w := range p.Words {
		names[i] = w.Name
	}
	return strings.Join(names, " | ")
}

// flag and its like return a setting of that form.
func (s settings) flag(name string) bool      { return s[name].(bool) }
func (s settings) whole(name string) int      { return s[name].(int) }
func (s settings) number(name string) float64 { return s[name].(float64) }
func (s settings) word(name string) string    { return s[name].(string) }
func (s settings) rows(name string) []settings {
	return s[name].([]settings)
}

// orNumber returns a number, or what stands for one that was left out.
func (s settings) orNumber(name string, without float64) float64 {
	if v, ok := s[name]; ok {
		return v.(float64)
	}
	return without
}

// orUnset returns a duration, or Unset where it was left out.
func (s settings) orUnset(name string) sim.Time {
	if v, ok := s[name]; ok {
		return v.(sim.Time)
	}
	return Unset
}

// Bounds of parameters that AWS leaves open, far beyond any that makes sense.
const (
	mostUnits    = 100_000
	mostNumber   = 1e18
	mostCooldown = 366 * 24 * 3600 // seconds
)

// mostWarmup is the longest warm-up in seconds.
const mostWarmup = 3600

// warmupParameter is the warm-up of the policies that have one.
func warmupParameter() Parameter {
	return Parameter{
		Name: "estimated_instance_warmup", Form: Duration, High: mostWarmup,
		Meaning: "warm-up of what it launches; the group's without",
	}
}

// adjustmentParameters are what simple and step scaling have in common.
func adjustmentParameters() []Parameter {
	var types []Word
	for a := ChangeInCapacity; a <= PercentChangeInCapacity; a++ {
		types = append(types, Word{Name: a.String(), Meaning: a.meaning()})
	}
	return []Parameter{
		{Name: "adjustment_type", Form: Choice, Words: types, Required: true, Meaning: "what the adjustment means"},
		{
			Name: "min_adjustment_magnitude", Form: Whole, High: mostUnits, Default: 0,
			Meaning: "least change of a percentage",
		},
	}
}

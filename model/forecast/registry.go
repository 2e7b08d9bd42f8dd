package forecast

// Spec is a forecaster that a scenario may name.
type Spec struct {
	Name    string
	Meaning string
	New     func() Forecaster
}

// Default is the name of the forecaster that is used unless told.
const Default = "mixture"

// Find returns the forecaster of that name.
func Find(name string) (Spec, bool) {
	for _, s := range Registry {
		if s.Name == name {
			return s, true
		}
	}
	return Spec{}, false
}

// Registry lists the forecasters.
var Registry = []Spec{
	{"naive", "the same hour of the day before", func() Forecaster { return &banded{expect: naive} }},
	{"seasonal", "the same hours of the last two weeks, or of all days", func() Forecaster { return &banded{expect: seasonal} }},
	{"trended", "the seasonal mean times the ratio of the last day to the one before", func() Forecaster { return &banded{expect: trended} }},
	{Default, "the mean of four forecasters, weighted by how they did of late", func() Forecaster { return &banded{expect: mixture} }},
}

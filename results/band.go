package results

import (
	"math"
	"slices"

	"headroom/sim/stat"
)

// Over is what the replications that kept their series show together in a minute.
func (c *Column) Over(minute int) stat.Estimate {
	if minute < len(c.Band) && c.Band[minute].N > 0 {
		return c.Band[minute]
	}
	e := stat.Estimate{Value: c.Values[minute], HalfWidth: math.NaN(), N: 1}
	if math.IsNaN(e.Value) {
		e.N = 0
	}
	return e
}

// banded returns the series of replication 0, with what all that kept theirs show by
// minute. A minute in which a replication observed nothing is none of its.
func banded(measured []*Measurement) []Column {
	type name struct{ entity, metric string }
	all := append([]Column(nil), measured[0].series...)
	if !slices.ContainsFunc(measured[1:], func(one *Measurement) bool { return one.series != nil }) {
		return all
	}
	others := make([]map[name][]float64, 0, len(measured))
	for _, one := range measured[1:] {
		named := make(map[name][]float64, len(one.series))
		for _, c := range one.series {
			named[name{c.Entity, c.Metric}] = c.Values
		}
		others = append(others, named)
	}
	confidence := stat.NewIntervals(Confidence)
	observed := make([]float64, 0, len(measured))
	for i := range all {
		c := &all[i]
		paths := [][]float64{c.Values}
		for _, named := range others {
			paths = append(paths, named[name{c.Entity, c.Metric}])
		}
		c.Band = make([]stat.Estimate, len(c.Values))
		for minute := range c.Values {
			observed = observed[:0]
			for _, path := range paths {
				if minute < len(path) && !math.IsNaN(path[minute]) {
					observed = append(observed, path[minute])
				}
			}
			c.Band[minute] = confidence.Of(observed)
		}
	}
	return all
}

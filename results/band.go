package results

import (
	"math"

	"headroom/sim/stat"
)

// banded returns the series of replication 0, with what all that kept theirs show by
// minute. A minute in which a replication observed nothing is none of its.
func banded(measured []*Measurement) []Column {
	type name struct{ entity, metric string }
	all := append([]Column(nil), measured[0].series...)
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

package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// rowPoints are the points of a distribution that stand for the rows of a trace.
const rowPoints = 4096

// asked is what the requests of a source ask for, each by itself: CPU time, and the bytes of
// a request and of its response on average. The rows of a trace are taken together.
func (p *Plane) asked(source int) (demand rng.Distribution, request, response float64) {
	if c := p.sources[source].call; c != nil {
		if demand = c.Demand; demand == nil {
			demand = nothing
		}
		return demand, meanBytes(c.Request), meanBytes(c.Response)
	}
	cfg := p.sources[source].cfg
	demand, request, response = cfg.Demand, meanBytes(cfg.Request), meanBytes(cfg.Response)
	rows := cfg.Rows
	if rows == nil {
		return demand, request, response
	}
	if rows.Request != nil {
		request = meanRow(rows.Request)
	}
	if rows.Response != nil {
		response = meanRow(rows.Response)
	}
	if rows.Demand == nil {
		return demand, request, response
	}
	key := "rows " + cfg.Name
	if p.fluid.mixtures[key] == nil {
		p.fluid.mixtures[key] = ofRows(rows.Demand, demand)
	}
	return p.fluid.mixtures[key], request, response
}

func meanRow(row []model.Bytes) float64 {
	sum := 0.0
	for _, bytes := range row {
		sum += float64(heldBytes(float64(bytes)))
	}
	return sum / float64(max(len(row), 1))
}

// ofRows is the distribution of a column; without rows it is another.
func ofRows(column []sim.Time, otherwise rng.Distribution) rng.Distribution {
	sorted := slices.Sorted(slices.Values(column))
	n := min(rowPoints, len(sorted))
	values, weights := make([]float64, n), make([]float64, n)
	for i := range values {
		values[i], weights[i] = sorted[(2*i+1)*len(sorted)/(2*n)].Seconds(), 1
	}
	d, err := rng.Empirical(values, weights)
	if err != nil {
		return otherwise
	}
	return d
}

// nothing is the CPU time of calls that ask for none: laws need some.
var nothing = sure(rng.Fixed(1e-9))

func sure(d rng.Distribution, err error) rng.Distribution {
	if err != nil {
		panic("dataplane: " + err.Error())
	}
	return d
}

// demands lists the CPU times that a traffic names, which all of its runs have.
func (t *Traffic) demands() (all []rng.Distribution) {
	for i := range t.Workloads {
		all = append(all, t.Workloads[i].Demand)
	}
	for i := range t.Services {
		for k := range t.Services[i].Steps {
			all = append(all, t.Services[i].Steps[k].Time)
		}
	}
	return all
}

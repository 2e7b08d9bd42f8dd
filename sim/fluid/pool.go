package fluid

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

// leastText is, for numbers of servers and targets, the share of requests that wait and
// the mean wait times 1 − load, in mean services, at each of leastLoads, where each
// request goes to the target that has the fewest, services are exponential and arrivals
// random. Each pair is the mean of 4 to 50 million events of the Markov chain of how many
// targets have how many requests; no closed form is known.
//
//go:embed least.txt
var leastText string

// leastLoads are the loads of that table, and its end, where all targets are one.
var leastLoads = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.985, 1}

// least is that table, read once.
var least = sync.OnceValue(func() leastTable {
	var t leastTable
	for line := range strings.Lines(leastText) {
		fields := strings.Fields(line)
		values := make([]float64, len(fields))
		for i, field := range fields {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				panic("fluid: least.txt: " + err.Error())
			}
			values[i] = v
		}
		servers, targets := values[0], values[1]
		if len(t.servers) == 0 || t.servers[len(t.servers)-1] != servers {
			t.servers, t.rows = append(t.servers, servers), append(t.rows, nil)
		}
		if len(t.servers) == 1 {
			t.targets = append(t.targets, targets)
		}
		row := append(values[2:], 1, 1/(servers*targets))
		t.rows[len(t.rows)-1] = append(t.rows[len(t.rows)-1], row)
	}
	return t
})

// leastTable is the waits by servers, targets and, in pairs, loads.
type leastTable struct {
	servers, targets []float64
	rows             [][][]float64
}

// look returns the share of those who wait and the mean wait. Between entries it goes by
// the logarithms; beyond the largest numbers by the load at which as many servers are free by
// the root of their number (Halfin and Whitt 1981).
func (t leastTable) look(servers, targets int, load float64) (waits, mean float64) {
	s, n := float64(servers), float64(targets)
	free := 1 - load
	if most := t.servers[len(t.servers)-1]; s > most {
		free, s = free*math.Sqrt(s/most), most
	}
	if most := t.targets[len(t.targets)-1]; n > most {
		free, n = free*math.Sqrt(n/most), most
	}
	load = max(1-free, 0)
	i, a := between(t.servers, s)
	k, b := between(t.targets, n)
	l, c := between(leastLoads, max(load, leastLoads[0]))
	value := func(of int) float64 {
		sum := 0.0
		for di, wa := range []float64{1 - a, a} {
			for dk, wb := range []float64{1 - b, b} {
				if wa*wb == 0 {
					continue
				}
				row := t.rows[i+di][k+dk]
				from, to := math.Log(row[2*l+of]+1e-8), math.Log(row[2*l+2+of]+1e-8)
				sum += wa * wb * (from + c*(to-from))
			}
		}
		return math.Exp(sum)
	}
	waits, mean = value(0), value(1)/(1-load)
	if low := load / leastLoads[0]; low < 1 { // all servers of all are busy
		fewer := math.Pow(low, s*n)
		waits, mean = waits*fewer, mean*fewer
	}
	return waits, mean * math.Sqrt(s/float64(servers)) * math.Sqrt(n/float64(targets))
}

// between finds x among increasing numbers, by its logarithm.
func between(of []float64, x float64) (i int, part float64) {
	for i < len(of)-2 && x >= of[i+1] {
		i++
	}
	return i, min(1, max(0, math.Log(x/of[i])/math.Log(of[i+1]/of[i])))
}

// newPool returns the number of jobs at one of several targets of which each request takes the one
// with the fewest. What it sees there, if it waits, falls by the load to the power of
// the number of targets for each more, as the number of all does by the load.
func newPool(servers, room, targets int, load float64) *chain {
	c := &chain{servers: servers, stages: 1, rate: load * float64(servers)}
	if full := float64(room) * float64(targets); load > MostLoad || room > 0 && full < manyRooms {
		c.blocked = newChain(servers*targets, room*targets, 1, load).blocked
	}
	waits, mean := least().look(servers, targets, min(load, MostLoad))
	c.seen = newChain(servers, servers, manyStages, min(load, MostLoad)).seen // nobody waits
	for i := range c.seen {
		c.seen[i] *= 1 - waits
	}
	for len(c.seen) < servers {
		c.seen = append(c.seen, 0)
	}
	fall := math.Pow(min(load, MostLoad), float64(targets))
	waiting := mean * float64(servers) // mean number of departures waited for
	second := max(0, (waiting-waits)*(1-fall)*(1-fall)/max(fall, 1e-12))
	first := waits - second/(1-fall)
	if first < 0 {
		first, fall = 0, max(0, 1-waits/waiting)
		second = waits * (1 - fall)
	}
	c.seen = append(c.seen, first+second)
	for tail := second * fall; tail > negligible && (room == 0 || len(c.seen) < room); tail *= fall {
		c.seen = append(c.seen, tail)
	}
	c.admit(load, room)
	return c
}

// manyRooms is how many requests may find room before none is refused at a load that
// can be served; manyStages makes arrivals nearly regular.
const (
	manyRooms  = 4096
	manyStages = 64
)

// admit makes what is seen a law and works out the shares of the time, by the cuts
// between the numbers of jobs, and the rates of arrivals.
func (c *chain) admit(load float64, room int) {
	if load > MostLoad && room > 0 { // there is one place at most
		c.seen = make([]float64, room)
		c.seen[room-1] = 1
	}
	total := 0.0
	for _, seen := range c.seen {
		total += seen
	}
	admitted := c.rate * (1 - c.blocked)
	c.share = make([]float64, len(c.seen)+1)
	c.rates = make([]float64, len(c.seen)+1)
	c.share[0] = 1
	for i := range c.seen {
		c.seen[i] /= total
		c.share[i+1] = admitted * c.seen[i] / float64(min(i+1, c.servers))
		c.share[0] -= c.share[i+1]
	}
	for i, seen := range c.seen {
		if c.share[i] > 0 {
			c.rates[i] = admitted * seen / c.share[i]
		}
	}
}

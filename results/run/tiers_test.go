package run

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"headroom/model/dataplane"
	"headroom/scenarios/tables"
	"headroom/sim"
	"headroom/sim/stat"
)

// threeTiers is a web tier that calls an application tier through an internal load
// balancer, which calls a database: twice, over a pool of two connections, with a
// time limit and a retry.
const threeTiers = `
run    = { duration = "30s", replications = 1 }
region = { name = "us-east-1", zones = ["a", "b"] }
[service.web]
discipline = "fcfs"
workers = 5
steps = [{ cpu = "demand" }, { call = "app-lb" }, { cpu = "500us" }]
[service.app]
discipline = "fcfs"
workers = 4
[[service.app.steps]]
cpu = "3000501ns"
[[service.app.steps]]
call    = "db"
count   = 2
timeout = "3500107ns"
demand  = { cpu = "2000013ns" }
retry   = { attempts = 1, backoff = "1201003ns" }
pool    = { size = 2 }
[[service.app.steps]]
pause = "700129ns"
[service.db]
discipline = "fcfs"
workers = 1
[target_group.web]
service = "web"
[target_group.app]
service = "app"
[load_balancer.front]
availability_zones = ["a", "b"]
latency = "2ms"
default_action = { forward = ["web"] }
[load_balancer.app-lb]
availability_zones = ["a", "b"]
latency = "1ms"
default_action = { forward = ["app"] }
[instance.web]
instance_type = "m5.2xlarge"
target_groups = ["web"]
[instance.app]
instance_type = "m5.xlarge"
target_groups = ["app"]
[instance.db]
instance_type = "m5.large"
service = "db"
[workload.users]
to = "front"
arrivals = { process = "trace", file = "arrivals.csv", time = "at", time_unit = "ns" }
demand = { cpu = { column = "cpu", unit = "ns" } }
`

// arrival is a request of the trace.
type arrival struct{ at, cpu sim.Time }

// A journey through three tiers comes out, to the nanosecond, as in a simulation
// that was written by hand for these three tiers.
func TestThreeTiersAreThoseWrittenByHand(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			requests := traced(seed)
			byHand := newHandmade()
			for _, r := range requests {
				byHand.at(r.at, func() { byHand.visit(r) })
			}
			byHand.play()
			if byHand.failed == 0 || byHand.retried == 0 || byHand.pooled == 0 {
				t.Fatalf("%d failed, %d retried, %d waited for a connection: the case shows little", byHand.failed, byHand.retried, byHand.pooled)
			}
			out := playedTiers(t, requests)
			u := out.Users[0]
			if u.Requests != int64(len(requests)) || u.Completed != int64(byHand.users.Count()) || u.Failed != byHand.failed {
				t.Errorf("%d requests, %d answered, %d failed; by hand %d, %d, %d",
					u.Requests, u.Completed, u.Failed, len(requests), byHand.users.Count(), byHand.failed)
			}
			if !reflect.DeepEqual(u.Latency, byHand.users) {
				t.Errorf("users wait %v ns on average, by hand %v", u.Latency.Mean(), byHand.users.Mean())
			}
			for _, hop := range out.Hops {
				if hop.Latency.Count() == 0 {
					continue // not the way that they go
				}
				want, retried := byHand.apps, int64(0)
				if hop.Service == 0 { // the application calls
					want, retried = byHand.calls, byHand.retried
				}
				if !reflect.DeepEqual(hop.Latency, want) {
					t.Errorf("calls of service %d take %v ns on average, by hand %v (of %d and %d)",
						hop.Service, hop.Latency.Mean(), want.Mean(), hop.Latency.Count(), want.Count())
				}
				if hop.Retried != retried {
					t.Errorf("%d retries of service %d, by hand %d", hop.Retried, hop.Service, retried)
				}
			}
		})
	}
}

// traced draws requests at about 150 a second for 20 s.
func traced(seed uint64) []arrival {
	draw := rand.New(rand.NewPCG(seed, 1))
	var all []arrival
	for at := sim.Time(0); at < 20*sim.Second; {
		at += sim.Time(draw.ExpFloat64() * float64(sim.Second) / 150)
		all = append(all, arrival{at, 500*sim.Microsecond + sim.Time(draw.Int64N(int64(4*sim.Millisecond)))})
	}
	return all
}

// playedTiers plays the scenario with these requests.
func playedTiers(t *testing.T, requests []arrival) *dataplaneOutcome {
	t.Helper()
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString("at,cpu\n")
	for _, r := range requests {
		fmt.Fprintf(&rows, "%d,%d\n", int64(r.at), int64(r.cpu))
	}
	if err := os.WriteFile(filepath.Join(dir, "arrivals.csv"), []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := tables.Parse(filepath.Join(dir, "tiers.toml"), []byte(threeTiers), tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Of(s).replicate(t.Context(), 0, ears{})
	if err != nil {
		t.Fatal(err)
	}
	return &dataplaneOutcome{r.Outcome.Users, r.Outcome.Hops}
}

// dataplaneOutcome is what is compared of an outcome.
type dataplaneOutcome struct {
	Users []dataplane.UserOutcome
	Hops  []dataplane.RouteOutcome
}

// handmade is a simulation of the three tiers: a list of things to do, and lines.
type handmade struct {
	now  sim.Time
	todo agenda
	n    int

	web, app, pool, db *counter

	users, apps, calls      *stat.Histogram
	failed, retried, pooled int64
}

func newHandmade() *handmade {
	return &handmade{
		web: &counter{free: 5}, app: &counter{free: 4}, pool: &counter{free: 2}, db: &counter{free: 1},
		users: &stat.Histogram{}, apps: &stat.Histogram{}, calls: &stat.Histogram{},
	}
}

// visit plays a request of a user.
func (h *handmade) visit(r arrival) {
	h.web.enter(func() {
		h.after(r.cpu, func() {
			h.ask(func(ok bool) {
				if !ok {
					h.failed++
					h.web.leave()
					return
				}
				h.after(500*sim.Microsecond, func() {
					h.users.Record(int64(h.now - r.at + 2*sim.Millisecond))
					h.web.leave()
				})
			})
		})
	})
}

// ask plays a request to the application tier.
func (h *handmade) ask(answered func(ok bool)) {
	began := h.now
	fails := func() { h.app.leave(); answered(false) }
	h.app.enter(func() {
		h.after(3000501, func() {
			h.query(false, fails, func() {
				h.query(false, fails, func() {
					h.after(700129, func() {
						h.apps.Record(int64(h.now - began + sim.Millisecond))
						h.app.leave()
						h.after(sim.Millisecond, func() { answered(true) })
					})
				})
			})
		})
	})
}

// query plays one attempt of a call to the database, and a retry.
func (h *handmade) query(again bool, fails, answered func()) {
	if h.pool.free == 0 {
		h.pooled++
	}
	h.pool.enter(func() {
		began := h.now
		var serving, over bool
		waiting := h.db.enter(func() {
			serving = true
			h.after(2000013, func() {
				if over {
					return
				}
				over = true
				h.calls.Record(int64(h.now - began))
				h.db.leave()
				h.pool.leave()
				answered()
			})
		})
		h.limit(3500107, func() {
			if over {
				return
			}
			over = true
			if serving {
				h.db.leave()
			} else {
				h.db.give(waiting)
			}
			h.pool.leave()
			if again {
				fails()
				return
			}
			h.retried++
			h.after(1201003, func() { h.query(true, fails, answered) })
		})
	})
}

// counter is free places, and a line of those who wait for one.
type counter struct {
	free int
	line []*func()
}

// enter begins at once or, in order of arrival, later.
func (c *counter) enter(begin func()) *func() {
	if c.free > 0 {
		c.free--
		begin()
		return nil
	}
	c.line = append(c.line, &begin)
	return &begin
}

// leave gives a place to the next.
func (c *counter) leave() {
	if len(c.line) == 0 {
		c.free++
		return
	}
	next := c.line[0]
	c.line = c.line[1:]
	(*next)()
}

// give takes somebody out of the line.
func (c *counter) give(waiting *func()) {
	for i, w := range c.line {
		if w == waiting {
			c.line = append(c.line[:i:i], c.line[i+1:]...)
			return
		}
	}
}

// at does something at an instant; what comes first at one instant is done first.
func (h *handmade) at(when sim.Time, do func()) {
	h.n++
	heap.Push(&h.todo, task{when, h.n, do})
}

// limit does something when a time is over: an answer of that very instant is in
// time.
func (h *handmade) limit(d sim.Time, do func()) {
	h.n++
	heap.Push(&h.todo, task{h.now + d, h.n + last, do})
}

// last comes after everything else of its instant.
const last = 1 << 40

func (h *handmade) after(d sim.Time, do func()) { h.at(h.now+d, do) }

func (h *handmade) play() {
	for h.todo.Len() > 0 {
		next := heap.Pop(&h.todo).(task)
		h.now = next.at
		next.do()
	}
}

type task struct {
	at sim.Time
	n  int
	do func()
}

type agenda []task

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].n < a[j].n
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(task)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

package station

import (
	"fmt"
	"testing"

	"headroom/sim"
)

// stream brings jobs to a station one by one, keeping some 80 % of it busy or,
// with a population, that many jobs in service.
type stream struct {
	s     Station
	state uint64
	now   sim.Time
	mean  sim.Time // of a demand
	gap   sim.Time
	id    uint32
}

func (m *stream) random(mean sim.Time) sim.Time {
	m.state = m.state*6364136223846793005 + 1442695040888963407
	return sim.Time(m.state>>33) % (2 * mean)
}

// job brings one more and returns how many turns came before it.
func (m *stream) job() (turns int) {
	m.now += m.random(m.gap)
	for _, ok := m.s.Settle(m.now); ok; _, ok = m.s.Settle(m.now) {
		turns++
	}
	m.s.Offer(m.now, m.id, m.random(m.mean))
	m.id++
	return turns
}

// streams are the loads that are measured.
func streams() map[string]*stream {
	const mean = sim.Millisecond
	m := map[string]*stream{}
	for _, servers := range []int64{1, 4, 64} {
		m[fmt.Sprintf("fcfs/servers=%d", servers)] = &stream{
			s:    New(Spec{Servers: servers, Limit: int32(servers), Backlog: NoLimit}),
			mean: mean, gap: mean * 5 / 4 / sim.Time(servers),
		}
	}
	for _, present := range []int64{4, 1000} { // M/G/∞, at half the speed
		s := &stream{s: New(Spec{Servers: 1 << 20, Limit: NoLimit}), mean: mean, gap: 2 * mean / sim.Time(present)}
		s.s.SetSpeed(0, FullSpeed/2)
		m[fmt.Sprintf("ps/present=%d", present)] = s
	}
	m["ps/servers=1"] = &stream{s: New(Spec{Servers: 1, Limit: NoLimit}), mean: mean, gap: mean * 5 / 4}
	return m
}

// BenchmarkJob measures a job from offer to departure.
func BenchmarkJob(b *testing.B) {
	for name, m := range streams() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.job()
			}
		})
	}
}

func TestJobsAllocateNothing(t *testing.T) {
	for name, m := range streams() {
		turns := 0
		for range 200_000 { // to grow to the most that are ever present
			m.job()
		}
		got := testing.AllocsPerRun(1, func() {
			for range 20_000 {
				turns += m.job()
			}
		})
		if got != 0 {
			t.Errorf("%s: %v allocations in 20,000 jobs", name, got)
		}
		if turns < 20_000 {
			t.Errorf("%s: %d turns of 20,000 jobs", name, turns)
		}
	}
}

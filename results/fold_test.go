package results

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/pricing"
	"headroom/sim"
	"headroom/sim/stat"
)

func TestChargesOfReplicationsAreMeaned(t *testing.T) {
	cfg := twoGroups()
	meter := NewMeter(cfg)
	without := invoice()
	without.Lines = without.Lines[:2] // no Spot, no monitoring
	s := meter.fold([]*Measurement{meter.Measure(oneOutcome(cfg), without), meter.Measure(oneOutcome(cfg), invoice())})
	sum := 0.0
	var order []string
	for _, c := range s.Charges {
		if c.Cost.N != 2 {
			t.Errorf("%s: n = %d, want 2: a replication without the line costs nothing", c.SKU, c.Cost.N)
		}
		sum += c.Cost.Value
		order = append(order, c.Owner+"/"+string(c.Option))
	}
	if total, _ := s.Metric("cost.total"); math.Abs(total.Value-sum) > 1e-9 {
		t.Errorf("charges sum to %v, cost.total is %v", sum, total.Value)
	}
	want := "/on-demand load_balancer.front/on-demand autoscaling_group.web/on-demand autoscaling_group.web/spot"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("order: got %s, want %s", got, want)
	}
	shares := 0.0
	for _, sub := range s.Subtotals {
		shares += sub.Share
		if sub.Option == pricing.Spot && sub.Cost.Value != 1.5 {
			t.Errorf("Spot: got %v, want the mean of 0 and 3", sub.Cost.Value)
		}
	}
	if math.Abs(shares-1) > 1e-9 {
		t.Errorf("shares sum to %v", shares)
	}
}

func TestUnobservedMetricsAreAbsent(t *testing.T) {
	cfg := twoGroups()
	meter := NewMeter(cfg)
	idle := oneOutcome(cfg)
	for i := range idle.Routes {
		idle.Routes[i] = dataplane.RouteOutcome{TargetGroup: idle.Routes[i].TargetGroup}
	}
	s := meter.fold([]*Measurement{meter.Measure(idle, invoice()), meter.Measure(idle, invoice())})
	for _, key := range []string{"latency.mean", "latency.p99", "latency.max", "wait.mean", "availability", "cost.per_million_requests"} {
		if v, ok := s.Metric(key); ok {
			t.Errorf("%s of no requests is %v", key, v)
		}
	}
	s = meter.fold([]*Measurement{meter.Measure(idle, invoice()), meter.Measure(oneOutcome(cfg), invoice())})
	if v, ok := s.Metric("latency.mean"); !ok || v.N != 1 || v.Value != 3 {
		t.Errorf("latency.mean observed by one of two replications: got %+v", v)
	}
	for _, v := range s.Metrics {
		if math.IsNaN(v.Value) {
			t.Errorf("%s is NaN", v.Key)
		}
	}
}

// byMinute makes the outcome of one workload from its minutes: so many arrivals
// and departures, of that latency.
func byMinute(warmup sim.Time, arrivals, departures func(int) int64, latency func(int) sim.Time) *cloud.Outcome {
	const length = 200
	r := dataplane.RouteOutcome{TargetGroup: cloud.None, LoadBalancer: cloud.None}
	for i := range length {
		r.Arrivals = append(r.Arrivals, arrivals(i))
		r.Completes = append(r.Completes, departures(i))
		r.Failures = append(r.Failures, 0)
		sum := stat.Sum{}
		sum.AddProduct(departures(i), int64(latency(i)))
		r.LatencyNs = append(r.LatencyNs, sum)
		r.InFlight += arrivals(i) - departures(i)
	}
	cfg := &cloud.Config{
		Frame: model.Frame{
			Duration: length * sim.Minute,
			Warmup:   warmup,
		},
		Traffic: dataplane.Traffic{
			Workloads: []dataplane.Workload{{Name: "w"}},
		},
	}
	return &cloud.Outcome{Config: cfg, Routes: []dataplane.RouteOutcome{r}, Users: []dataplane.UserOutcome{{Latency: &stat.Histogram{}}}}
}

func constant(n int64) func(int) int64 { return func(int) int64 { return n } }

func TestGrowingQueuesAreToldFromGrowingLoads(t *testing.T) {
	second := func(int) sim.Time { return sim.Second }
	growing := func(o *cloud.Outcome) bool {
		return (&part{outcome: o, belongs: belongingsOf(o, &pricing.Invoice{})}).growing()
	}
	if !growing(byMinute(0, constant(130), constant(100), second)) {
		t.Error("30 more requests in flight each minute do not grow")
	}
	if growing(byMinute(0, constant(100), constant(100), second)) {
		t.Error("a steady queue grows")
	}
	rising := func(i int) int64 { return int64(100 + 10*i) }
	behind := func(i int) int64 { return max(0, rising(i)-10) } // in flight ∝ load
	if growing(byMinute(0, rising, behind, second)) {
		t.Error("a queue that follows its load grows")
	}
}

func TestShortWarmupsAreFound(t *testing.T) {
	transient := func(i int) sim.Time { // one minute more or less of noise, and a start that is ten times as slow
		noise := sim.Time(i*7919%13) * sim.Millisecond
		if i < 30 {
			return 10*sim.Second + noise
		}
		return sim.Second + noise
	}
	got := initialBias(byMinute(0, constant(100), constant(100), transient))
	if !got.ok || got.cut < 25*sim.Minute || got.cut > 35*sim.Minute || got.bias < 1 {
		t.Errorf("a slow half hour: got %+v", got)
	}
	if got := initialBias(byMinute(40*sim.Minute, constant(100), constant(100), transient)); got.ok {
		t.Errorf("a slow half hour within the warm-up: got %+v", got)
	}
	load := func(i int) int64 {
		if i < 30 {
			return 1000
		}
		return 100
	}
	if got := initialBias(byMinute(0, load, load, transient)); got.ok {
		t.Errorf("a busy half hour is no transient: got %+v", got)
	}
}

func TestWarningsNameWhatIsMissing(t *testing.T) {
	cfg := twoGroups()
	meter := NewMeter(cfg)
	bill := invoice()
	bill.Lines[1].Estimated, bill.Lines[1].Region = true, "eu-west-2"
	bill.Unpriced = []pricing.Unpriced{{SKU: "ec2.mystery", Reason: "no price"}}
	faster := oneOutcome(cfg)
	faster.Routes[0].Latency = histogram(sim.Second, 2*sim.Second)
	m := []*Measurement{meter.Measure(oneOutcome(cfg), bill), meter.Measure(faster, bill)}
	s := meter.fold(m)
	s.judge([]model.Threshold{{Key: "latency.mean", Operator: "<", Limit: 3, Text: "< 3s"}})
	s.warn(meter, m)
	all := strings.Join(s.Warnings, "\n")
	for _, want := range []string{
		"the scenario: 6 measured requests are too few for latency.p50, latency.p90, latency.p95, latency.p99, latency.p999",
		"autoscaling_group.web: 1 ± 0 (n 2) launches a run failed",
		"autoscaling_group.web: 0.5 ± 0 (n 2) hours at its max_size while its policies wanted more",
		"instance_workload.jobs: 10 ± 0 (n 2) launches",
		"estimated prices: ec2.x (what no list of eu-west-2 has: the price of us-east-1 at the Region's level)",
		"not in the cost, because it has no price: ec2.mystery (no price)",
		"threshold latency.mean < 3s: the limit lies inside the interval",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in:\n%s", want, all)
		}
	}
	if n := strings.Count(all, "too few"); n != 1 {
		t.Errorf("%d parts are named where the whole is too small already:\n%s", n-1, all)
	}
}

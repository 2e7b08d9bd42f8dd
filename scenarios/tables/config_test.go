package tables

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/model/scaling"
	"headroom/model/workload"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
	"headroom/sim/rng"
)

// sound returns the files of scenarios that must be good.
func sound(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no stock scenarios", err)
	}
	return append(files, "testdata/full.toml", "testdata/storage.toml", "testdata/snapshots.toml", "testdata/network.toml", "testdata/firewall.toml", "testdata/places.toml", "testdata/regions.toml", "testdata/listeners.toml", "testdata/flows.toml", "testdata/life.toml", "testdata/groups.toml", "testdata/metrics.toml", "testdata/spot.toml", "testdata/functions.toml", "testdata/containers.toml")
}

func TestResolvedScenarioIsTheSame(t *testing.T) {
	for _, file := range sound(t) {
		t.Run(file, func(t *testing.T) {
			s, err := Load(file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			text := s.Resolved()
			again, err := Parse("elsewhere/"+filepath.Base(file), text, Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if where := difference(reflect.ValueOf(*s.Config), reflect.ValueOf(*again.Config), "Config"); where != "" {
				t.Errorf("the configs differ in %s", where)
			}
			if !reflect.DeepEqual(s.Thresholds, again.Thresholds) || s.Replications != again.Replications || s.Name != again.Name {
				t.Error("thresholds, replications or name differ")
			}
			if !reflect.DeepEqual(s.Plan.Commitments, again.Plan.Commitments) || !reflect.DeepEqual(s.Plan.Capacity, again.Plan.Capacity) {
				t.Error("commitments or Capacity Reservations differ")
			}
			if got := again.Resolved(); string(got) != string(text) {
				t.Errorf("resolving twice differs:\n%s\n---\n%s", text, got)
			}
		})
	}
}

// difference names the first place in which two values differ, "" if there is
// none. Laws and processes are compared by what they yield.
func difference(a, b reflect.Value, path string) string {
	if law, ok := a.Interface().(rng.Distribution); ok {
		other, _ := b.Interface().(rng.Distribution)
		for _, u := range []float64{0.001, 0.3, 0.5, 0.999} {
			if other == nil || law.Quantile(u) != other.Quantile(u) {
				return path
			}
		}
		return ""
	}
	if p, ok := a.Interface().(workload.Process); ok {
		other, _ := b.Interface().(workload.Process)
		if other == nil || !slices.Equal(firstArrivals(p), firstArrivals(other)) {
			return path
		}
		return ""
	}
	where := ""
	switch {
	case a.Type() == reflect.TypeFor[time.Time]() || a.Type().PkgPath() == "net/netip" || a.Type() == reflect.TypeFor[alarm.Expression]() || a.Type() == reflect.TypeFor[*time.Location]() || a.Kind() == reflect.Interface && a.Elem().Kind() != reflect.Invalid:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			where = path
		}
	case a.Kind() == reflect.Struct:
		for i := 0; i < a.NumField() && where == ""; i++ {
			if !a.Type().Field(i).IsExported() { // nothing to look into
				if !reflect.DeepEqual(a.Interface(), b.Interface()) {
					where = path
				}
				return where
			}
			where = difference(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name)
		}
	case a.Kind() == reflect.Slice:
		if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
			return path
		}
		for i := 0; i < a.Len() && where == ""; i++ {
			where = difference(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case a.Kind() == reflect.Pointer && !a.IsNil() && !b.IsNil():
		return difference(a.Elem(), b.Elem(), path)
	case !reflect.DeepEqual(a.Interface(), b.Interface()):
		where = path
	}
	return where
}

func firstArrivals(p workload.Process) []sim.Time {
	source := p.Start(rng.New(1, 0, "test"))
	var all []sim.Time
	for range 100 {
		at, _ := source.Next()
		all = append(all, at)
	}
	return all
}

func TestDifferencesAreFound(t *testing.T) {
	a, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]string{
		"run.seed=1":                                        "Config.Frame.Seed",
		"workload.browsers.arrivals.rate=81":                "Config.Traffic.Workloads[0].Arrivals",
		"workload.browsers.demand.cpu.cv=1":                 "Config.Traffic.Workloads[0].Demand",
		"autoscaling_group.web.policy.0.cadence=responsive": "Config.Estate.Groups[0].Policies[0].Spec",
		"run.start=2026-03-03T00:00:00Z":                    "Config.Frame.Start",
		"fault.0.zone=c":                                    "Config.Estate.Faults[0].Zone",
	} {
		b, err := parse(good, set)
		if err != nil {
			t.Fatal(err)
		}
		if got := difference(reflect.ValueOf(*a.Config), reflect.ValueOf(*b.Config), "Config"); got != want {
			t.Errorf("%s: found %q, want %q", set, got, want)
		}
	}
}

func TestResolvedScenarioSpellsOutDefaults(t *testing.T) {
	s, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.Resolved())
	for _, line := range []string{
		"replications = 5", "default_cooldown = 300", `user_data]`, `spot_allocation_strategy = "price-capacity-optimized"`,
		`availability_zones = ["a", "b", "c"]`, "datapoints_to_alarm = 2", "healthy_threshold = 5", "[spot_market.price]",
		`statistic = "Average"`, `backlog = 1024`, "iops = 3000",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
}

// TestEveryDeclaredKeyIsRead is half of why the documentation cannot drift: a
// key that is read without a declaration panics.
func TestEveryDeclaredKeyIsRead(t *testing.T) {
	asked := map[string]bool{}
	for _, file := range sound(t) {
		for _, key := range newLoader(tree.Read(tree.Disk{}, file).Root, &origin{path: file}).Asked() {
			asked[key] = true
		}
	}
	for _, k := range Vocabulary().Keys() {
		if !asked[k.Path] {
			t.Errorf("%s is declared, but no test reads it", k.Path)
		}
	}
}

func TestDeclarationsAreComplete(t *testing.T) {
	for _, k := range Vocabulary().Keys() {
		if k.Doc == "" || strings.HasSuffix(k.Doc, ".") || k.Type.String() == "" {
			t.Errorf("%s: doc %q, type %q", k.Path, k.Doc, k.Type)
		}
		for _, w := range k.Type.Words() {
			if w.Name == "" || w.Meaning == "" {
				t.Errorf("%s: the choice %q has no meaning", k.Path, w.Name)
			}
		}
		if strings.HasPrefix(k.Default, "(") && !strings.HasSuffix(k.Default, ")") {
			t.Errorf("%s: default %q", k.Path, k.Default)
		}
		path := strings.ReplaceAll(strings.ReplaceAll(k.Path, ".NAME", ""), "[]", "")
		if parent := path[:max(0, strings.LastIndexByte(path, '.'))]; parent != "" &&
			!slices.Contains([]string{"distribution", "arrivals", "rate", "utilization", "column"}, parent) && !hasKey(parent) {
			t.Errorf("%s: nothing is declared of %s", k.Path, parent)
		}
	}
}

func hasKey(path string) bool {
	return slices.ContainsFunc(Vocabulary().Keys(), func(k schema.Key) bool {
		return strings.ReplaceAll(strings.ReplaceAll(k.Path, ".NAME", ""), "[]", "") == path
	})
}

func TestLawsAreThoseDeclared(t *testing.T) {
	var read []string
	for _, r := range lawReaders {
		read = append(read, r.name)
	}
	var declared []string
	for _, w := range laws() {
		declared = append(declared, w.Name)
	}
	if !slices.Equal(read, declared) {
		t.Errorf("read %v, declared %v", read, declared)
	}
}

// everyFailure is what a call to an instance may end with.
func everyFailure() dataplane.CodeSet {
	set := dataplane.CodeSet(0)
	for _, code := range dataplane.Codes() {
		if code != dataplane.CodeFixed { // no load balancer, no fixed response
			set = set.With(code)
		}
	}
	return set
}

func TestFullScenarioBecomesItsConfig(t *testing.T) {
	s, err := Load("testdata/full.toml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Config
	typ := func(i int) string { return c.Types[i].Name }
	db, old := c.Instances[0], c.Instances[1]
	web, desk := c.Groups[1], c.Groups[0]
	rows := c.Workloads[4].Rows
	slower, err := s.Catalog.RelativeSpeed("m5.large", "m6i.large", catalog.Alone)
	if err != nil || slower >= 1 {
		t.Fatalf("m5 is %g times as fast as m6i: %v", slower, err)
	}
	calls := c.Services[2].Steps[1].Call
	for what, pair := range map[string][2]any{
		"start":             {c.Start.String(), "2026-03-02 00:00:00 +0000 UTC"},
		"zones":             {c.Zones, []string{"a", "b"}},
		"delay":             {c.PublicationDelay, sim.Time(0)},
		"hosts":             {c.HostPools[0].PerZone, []int{3, 1}},
		"shape":             {[]int64{int64(c.HostPools[1].CPU), c.HostPools[1].MemoryMiB}, []int64{48, 192 << 10}},
		"background":        {c.InstanceWorkloads[0].Name, "hosts.m5.a"},
		"running":           {math.Round(c.InstanceWorkloads[0].Initial*1000) / 1000, 0.3 * 3 * 96 / 8},
		"running rate":      {math.Round(c.InstanceWorkloads[0].Arrivals.Mean(sim.Day)*c.InstanceWorkloads[0].Lifetime.Mean()*1000) / 1000, 0.3 * 3 * 96 / 8},
		"root":              {c.LaunchTemplates[2].Volumes[0], model.VolumeSpec{Type: "gp3", SizeGiB: 20, IOPS: 4000, ThroughputMiBs: 250, Encrypted: true}},
		"data":              {c.LaunchTemplates[2].Volumes[1], model.VolumeSpec{Type: "io2", SizeGiB: 100, IOPS: 5000}},
		"tenancy":           {c.LaunchTemplates[2].Tenancy, model.TenancyDedicated},
		"platform":          {c.LaunchTemplates[0].Platform, model.Windows},
		"user data":         {c.LaunchTemplates[2].Launch.UserData.Mean(), 15.0},
		"queue":             {c.Services[0], dataplane.Service{Name: "queue", Discipline: dataplane.FCFS, Workers: 2, Backlog: 1024, Errors: model.Errors{Rate: 0.01, Status: 502, Latency: 5 * sim.Millisecond}, Handshake: sim.Millisecond}},
		"web":               {c.Services[1], dataplane.Service{Name: "web", Discipline: dataplane.ProcessorSharing, Concurrency: 100, Backlog: dataplane.NoLimit, FinishAbandoned: true, Bandwidth: true, KeepAlive: 75 * sim.Second, Handshake: 2 * sim.Millisecond}},
		"network burst":     {c.NetworkBurst, 20 * sim.Minute},
		"async":             {c.Services[2].Async, true},
		"computes":          {c.Services[2].Steps[0], dataplane.Step{Kind: dataplane.StepCPU}},
		"calls":             {[]any{calls.To, calls.Target, calls.Count, calls.Parallel, calls.IgnoreErrors, calls.PoolSize, calls.PoolTimeout}, []any{dataplane.ToInstances, 3, 3, true, true, 20, 2 * sim.Second}},
		"call's demand":     {[]float64{calls.Demand.Mean(), calls.Request.Mean(), calls.Response.Mean()}, []float64{0.003, 1024, 4096}},
		"caller":            {calls.Clients, dataplane.Clients{Timeout: sim.Second, RetryAttempts: 2, Backoff: 20 * sim.Millisecond, RetryBudget: 0.1, RetryOn: everyFailure(), PerConnection: 1}},
		"pauses":            {[]any{c.Services[2].Steps[2].Kind, c.Services[2].Steps[2].Time.Mean()}, []any{dataplane.StepPause, 0.0015}},
		"asks for":          {c.Services[2].Steps[3].Call.Class, dataplane.RequestClass{Host: "b.shop.com", Path: "/stock", Weight: 1}},
		"tries again on":    {c.Services[2].Steps[3].Call.Clients.RetryOn, dataplane.CodeSet(0).With(dataplane.Code503).With(dataplane.CodeFixed)},
		"deadline":          {c.Workloads[8].Clients.Deadline, sim.Second},
		"speeds":            {[]float64{c.Instances[2].Speed, c.Instances[3].Speed, c.Instances[3].Template.Speed, db.Speed}, []float64{slower, 0, 1.5, 0}},
		"growth":            {c.LoadBalancers[1].Growth, dataplane.Growth{Start: dataplane.ColdStart, Units: 100}},
		"warm":              {c.LoadBalancers[0].Growth, dataplane.Growth{Start: dataplane.WarmStart}},
		"minimums":          {*c.TargetGroups[1].Minimum, health.Group{DNS: health.Minimum{Percent: 60}, Routing: health.Minimum{Count: 2, Percent: 50}}},
		"own cross-zone":    {c.TargetGroups[1].CrossZone, false},
		"cross-zone":        {c.TargetGroups[0].CrossZone, false},
		"weights":           {c.LoadBalancers[1].Default.Forward, []dataplane.Forward{{TargetGroup: 1, Weight: 9}, {TargetGroup: 0, Weight: 1}}},
		"latency":           {[]sim.Time{c.LoadBalancers[1].Latency, c.LoadBalancers[1].CrossLatency}, []sim.Time{2 * sim.Millisecond, 0}},
		"fixed":             {c.LoadBalancers[1].Rules[0].Action.Status, 410},
		"desired":           {web.Desired, 1},
		"warm-up":           {[]sim.Time{web.DefaultWarmup, desk.DefaultWarmup}, []sim.Time{90 * sim.Second, scaling.Unset}},
		"termination":       {web.Termination, []scaling.TerminationPolicy{scaling.OldestInstance, scaling.DefaultTermination}},
		"first type":        {typ(web.Types[0].Type), "m5.large"},
		"spot pools":        {len(c.SpotPools), 5},
		"max price":         {web.Mixed.MaxPrice, 0.05},
		"replay":            {c.SpotPools[web.Types[0].SpotPool[0]].Replay, []model.PriceStep{{At: 0, USD: 0.03}, {At: 34 * sim.Hour, USD: 0.04}}},
		"bucket":            {c.SpotPools[0].Bucket, 4},
		"db":                {[]any{db.Count, typ(db.Template.Type), db.Service, len(db.Template.Volumes)}, []any{2, "r5.large", 0, 1}},
		"old service":       {[]any{old.Service, old.TargetGroups}, []any{1, []int{0}}},
		"metal boots":       {math.Round(old.Template.Launch.Boot.Quantile(0.5)), 600.0},
		"windows boots":     {math.Round(c.LaunchTemplates[0].Launch.Boot.Quantile(0.5)), 240.0},
		"classes":           {c.Workloads[7].Classes[0], dataplane.RequestClass{Host: "a.shop.com", Path: "/old/x", Method: "GET", Rejected: dataplane.Code400, Weight: 0.001}},
		"classes served":    {c.Workloads[7].Classes[5], dataplane.RequestClass{Host: "b.shop.com", Path: "/old/x", Method: "GET", Weight: 3 * 0.989}},
		"clients":           {c.Workloads[7].Clients, dataplane.Clients{Timeout: 5 * sim.Second, RetryAttempts: 1, Backoff: sim.Second, PerConnection: 10, RoundTrip: 20 * sim.Millisecond}},
		"row demand":        {rows.Demand, []sim.Time{1500 * sim.Microsecond, 2 * sim.Millisecond, 3 * sim.Millisecond, sim.Millisecond}},
		"row bytes":         {rows.Request, []model.Bytes{100, 2000, 0, 5}},
		"row responses":     {c.Workloads[4].Response.Mean(), 2105.0 / 4 * 1024},
		"counts":            {c.Workloads[1].Arrivals.Mean(sim.Time(90)*sim.Second) * 90, 8.0},
		"steps":             {math.Round(c.Workloads[3].Arrivals.Mean(5 * sim.Hour)), 1.0},
		"tenant rows":       {c.InstanceWorkloads[4].Trace, []controlplane.TenantRow{{Size: 0, Lifetime: 10 * sim.Minute}, {Size: 1, Lifetime: 10 * sim.Hour}}},
		"stationary":        {math.Round(c.InstanceWorkloads[2].Initial*1e6) / 1e6, 6.0},
		"spot tenants":      {len(c.InstanceWorkloads[2].SpotPool), 4},
		"host failure":      {[]any{c.Faults[0].Kind, c.Faults[0].Pool, c.Faults[0].Zone, c.Faults[0].Duration.Mean()}, []any{controlplane.HostFailure, 0, model.Zone(0), 7200.0}},
		"errors of some":    {c.Faults[3].Impairment.Errors, model.Errors{Rate: 0.2, Status: 503, Latency: 5 * sim.Millisecond}},
		"on a share":        {[]any{c.Faults[3].On.Kind, c.Faults[3].Share}, []any{controlplane.OfTargetGroup, 0.25}},
		"slow":              {[]any{c.Faults[4].On, c.Faults[4].Impairment.Slow}, []any{controlplane.Subject{Kind: controlplane.OfService}, 4.0}},
		"ended":             {[]any{c.Faults[5].Kind, c.Faults[5].On.Kind, c.Faults[5].Zone, c.Faults[5].Count}, []any{controlplane.InstanceTermination, controlplane.OfGroup, model.Zone(0), 2}},
		"own errors":        {c.Services[0].Errors, model.Errors{Rate: 0.01, Status: 502, Latency: 5 * sim.Millisecond}},
		"mitigation":        {[]bool{c.TargetGroups[0].Mitigation, c.TargetGroups[1].Mitigation}, []bool{true, false}},
		"check's demand":    {c.TargetGroups[1].HealthCheck.Demand, 2 * sim.Millisecond},
		"zone at":           {[]sim.Time{c.Faults[1].At, c.Faults[2].At}, []sim.Time{12 * sim.Hour, 90 * sim.Minute}},
		"schedule":          {*web.Schedules[0].Desired, 5},
		"metal is tenant's": {typ(c.InstanceWorkloads[4].Sizes[1].Type), "rack.8x16GiB"},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
	if peak := arrivalsPeak(c.Workloads[7].Arrivals); peak < 10.9 || peak > 11.1 {
		t.Errorf("the peak is %gh after the start, want 11h: 20:00 by the clock of start, which is 9h ahead", peak)
	}
}

// arrivalsPeak returns the hour after the start around which most arrivals are.
func arrivalsPeak(p workload.Process) float64 {
	best, at := 0.0, 0.0
	for h := 0.5; h < 24; h += 0.05 {
		from, to := sim.Seconds(h*3600-600), sim.Seconds(h*3600+600)
		n := p.Mean(to)*to.Seconds() - p.Mean(from)*from.Seconds()
		if n > best {
			best, at = n, h
		}
	}
	return at
}

func TestPoliciesBecomeAlarms(t *testing.T) {
	s, err := Load("testdata/full.toml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	minute := sim.Minute
	want := []controlplane.Alarm{
		{
			Name: "hot", Metric: controlplane.Metric{Kind: controlplane.CPUUtilization, Subject: 1, Statistic: controlplane.Maximum},
			Config: alarm.Config{
				Period: 5 * minute, EvaluationPeriods: 3, DatapointsToAlarm: 2,
				Comparison: alarm.GreaterThanOrEqualToThreshold, Threshold: 80, TreatMissing: alarm.MissingIsNotBreaching,
			},
			Actions: []controlplane.AlarmAction{{Group: 1, Policy: 2, Side: scaling.High}},
		},
		{
			Name:   "TargetTracking-web/requests-AlarmHigh",
			Metric: controlplane.Metric{Kind: controlplane.RequestCountPerTarget, Subject: 0, Statistic: controlplane.Sum},
			Config: alarm.Config{
				Period: minute, EvaluationPeriods: 1, DatapointsToAlarm: 1,
				Comparison: alarm.GreaterThanThreshold, Threshold: 1000, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []controlplane.AlarmAction{{Group: 1, Policy: 0, Side: scaling.High}},
		},
		{
			Name:   "TargetTracking-web/policy-1-AlarmHigh",
			Metric: controlplane.Metric{Kind: controlplane.NetworkOut, Subject: 1, Statistic: controlplane.Average},
			Config: alarm.Config{
				Period: 5 * minute, EvaluationPeriods: 3, DatapointsToAlarm: 3,
				Comparison: alarm.GreaterThanThreshold, Threshold: 1e7, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []controlplane.AlarmAction{{Group: 1, Policy: 1, Side: scaling.High}},
		},
		{
			Name:   "TargetTracking-web/policy-1-AlarmLow",
			Metric: controlplane.Metric{Kind: controlplane.NetworkOut, Subject: 1, Statistic: controlplane.Average},
			Config: alarm.Config{
				Period: 5 * minute, EvaluationPeriods: 15, DatapointsToAlarm: 15,
				Comparison: alarm.LessThanThreshold, Threshold: 0.9 * 1e7, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []controlplane.AlarmAction{{Group: 1, Policy: 1, Side: scaling.Low}},
		},
		{
			Name:   "web/policy-3",
			Metric: controlplane.Metric{Kind: controlplane.TargetResponseTime, Subject: 1, Statistic: controlplane.Average},
			Config: alarm.Config{
				Period: minute, EvaluationPeriods: 5, DatapointsToAlarm: 5,
				Comparison: alarm.LessThanThreshold, Threshold: 0.1, TreatMissing: alarm.MissingIsMissing,
			},
			Actions: []controlplane.AlarmAction{{Group: 1, Policy: 3, Side: scaling.Low}},
		},
	}
	if len(s.Config.Alarms) != len(want) {
		t.Fatalf("got %d alarms, want %d: %+v", len(s.Config.Alarms), len(want), s.Config.Alarms)
	}
	for i, a := range s.Config.Alarms {
		if !reflect.DeepEqual(a, want[i]) {
			t.Errorf("alarm %d:\ngot  %+v\nwant %+v", i, a, want[i])
		}
	}
}

func TestThresholdsAreRead(t *testing.T) {
	s, err := Load("testdata/full.toml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []model.Threshold{
		{Key: "availability", Operator: ">=", Limit: 0.999, Unit: "ratio", Text: ">= 99.9%"},
		{Key: "cost.per_day", Operator: "<", Limit: 90, Unit: "USD", Text: "< $90"},
		{Key: "instances.launched", Operator: ">", Limit: 3, Unit: "", Text: "> 3"},
		{Key: "latency.p95{window=evening}", Operator: "<", Limit: 1, Unit: "s", Text: "< 1s"},
		{Key: "latency.p99{target_group=web}", Operator: "<=", Limit: 0.25, Unit: "s", Text: "<= 250ms"},
	}
	if !reflect.DeepEqual(s.Thresholds, want) {
		t.Errorf("got %+v, want %+v", s.Thresholds, want)
	}
	for i, holds := range []bool{true, false, true, false, true} {
		if got := want[i].Holds([]float64{0.999, 90, 4, 1, 0.25}[i]); got != holds {
			t.Errorf("%s %s: got %v", want[i].Key, want[i].Text, got)
		}
	}
	_, err = Load("testdata/full.toml", Options{CheckMetric: func(key string) error {
		if strings.HasPrefix(key, "cost") {
			return errText("unknown metric")
		}
		return nil
	}})
	if got := messages(t, err); len(got) != 1 || !strings.HasSuffix(got[0], `: thresholds."cost.per_day": unknown metric`) {
		t.Errorf("got %q, want one fault of thresholds", got)
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{`rate = "80/s"`, `rate = "9000/s"`, "shop.toml:62: workload.browsers: asks for 108 vCPUs on average, but what serves it never has more than 80"},
		{`rate = "80/s"`, `rate = { shape = "diurnal", mean = "6000/s", peak_to_mean = 2 }`, "shop.toml:62: workload.browsers: asks for 144 vCPUs at its peak, but what serves it never has more than 80"},
		{`comparison_operator = "GreaterThanThreshold"`, `comparison_operator = "LessThanThreshold"`, "shop.toml:57: autoscaling_group.web.policy.1: adds capacity when its metric is low"},
		{`idle_timeout = 60`, `availability_zones = ["a", "b"]`, "shop.toml:38: autoscaling_group.web: its targets in zone c stay unused: load_balancer.front has no node there"},
		{`at = "13:00"`, `at = "25h"`, "shop.toml:70: fault.0.at: never happens, the run ends at 24h0m0s"},
		{`[thresholds]`, "[alarm.lone]\nmetric_name = \"RequestCount\"\ntarget_group = \"web\"\nperiod = 60\nevaluation_periods = 1\ncomparison_operator = \"LessThanThreshold\"\nthreshold = 1\n[thresholds]", "shop.toml:72: alarm.lone: no policy names this alarm"},
		{`forward = ["web"]`, `forward = [{ target_group = "web", weight = 0 }]`, "shop.toml:31: load_balancer.front.default_action: all weights are 0: requests that come here fail with 503"},
		{`[thresholds]`, "[[action]]\nat = \"1h\"\ndo = \"set-weights\"\non = \"load_balancer.front\"\nweights = { web = 50 }\n[thresholds]", "shop.toml:76: action.0.weights: has no effect: the rule forwards to one target group"},
		{`max_size = 40`, `max_size = 1001`, "shop.toml:25: target_group.web: may come to have 1001 targets, and AWS allows 1000 unless asked for more: quotas.targets_per_target_group = 1001 says that it was"},
		{`target_value = 50.0`, `target_value = 150`, "shop.toml:38: alarm TargetTracking-web/policy-0-AlarmHigh: never rises: CPU utilization is at most 100 percent, its threshold is 150"},
		{`0 18 * * MON-FRI`, `0 18 30 2 *`, "shop.toml:60: autoscaling_group.web.schedule.0.recurrence: never runs: no instant that it may run at matches"},
		{`[thresholds]`, "[load_balancer.safe]\nlistener = [{ port = 443, protocol = \"HTTPS\", certificates = [{ domains = [\"*.shop.com\"] }], default_action = { fixed_response = { status_code = 200 } } }]\n[workload.safe]\nto = \"safe\"\nhost = { \"www.shop.com\" = 1, \"shop.com\" = 1 }\narrivals = { process = \"poisson\", rate = \"1/s\" }\ndemand = { cpu = \"1ms\", measured_on = \"m6i.large\" }\n[thresholds]", "shop.toml:76: workload.safe.host: no certificate of load_balancer.safe is for shop.com: all its handshakes fail"},
		{`path = {`, `host = "shop.com"` + "\npath = {", "shop.toml:66: workload.browsers.host: has no effect: no rule on its way has a host_header"},
		{`[thresholds]`, "[instance.lone]\ninstance_type = \"m6i.large\"\nservice = \"web\"\n[workload.lone]\nto = \"lone\"\npath = \"/b\"\narrivals = { process = \"poisson\", rate = \"1/s\" }\ndemand = { cpu = \"1ms\", measured_on = \"m6i.large\" }\n[thresholds]", "shop.toml:77: workload.lone.path: has no effect: no rule on its way has a path_pattern"},
		{`[thresholds]`, "[service.own]\n[target_group.own]\nservice = \"own\"\ntarget_type = \"ip\"\n[outside.own]\nservice = \"own\"\ninstance_type = \"m6i.large\"\ntarget_groups = [\"own\"]\n[workload.own]\nto = \"target_group.own\"\narrivals = { process = \"poisson\", rate = \"4/s\" }\ndemand = { cpu = \"1s\", measured_on = \"m6i.large\" }\n[thresholds]", "shop.toml:80: workload.own: asks for 4 vCPUs on average, but what serves it never has more than 2"},
		{`[thresholds]`, "[volume.lone]\nfile_system = \"xfs\"\n[thresholds]", "shop.toml:73: volume.lone.file_system: has no effect: only one instance has the volume"},
		{`kind = "zone-outage"`, "kind = \"slow\"\non = \"autoscaling_group.web\"\ncount = 41", "shop.toml:71: fault.0.count: there are never more than 40 such instances"},
		{`[thresholds]`, "[search]\nseed = 4\nparameters = { \"target_group.web.deregistration_delay\" = [1, 2] }\n[thresholds]", "shop.toml:73: search.seed: has no effect: all 2 candidates are compared, none is chosen by a surrogate; search.points below that has it choose"},
		{`[thresholds]`, "[service.lone]\n[thresholds]", "shop.toml:72: service.lone: nothing refers to it"},
		{`[thresholds]`, "[launch_template.lone]\ninstance_type = \"m6i.large\"\n[thresholds]", "shop.toml:72: launch_template.lone: nothing refers to it"},
		{`[thresholds]`, "[target_group.lone]\nservice = \"web\"\n[thresholds]", "shop.toml:72: target_group.lone: nothing refers to it"},
		{`[thresholds]`, "[target_group.far]\nservice = \"web\"\ntarget_type = \"ip\"\nprotocol = \"TCP\"\n[load_balancer.flows]\nload_balancer_type = \"network\"\navailability_zones = [\"a\", \"b\"]\ndefault_action = { forward = [\"far\"] }\n[outside.own]\nservice = \"web\"\ninstance_type = \"m6i.large\"\nvia = \"peering\"\navailability_zone = \"c\"\ntarget_groups = [\"far\"]\n[thresholds]", "shop.toml:80: outside.own: its targets in zone c stay unused: load_balancer.flows has no node there"},
		{`[thresholds]`, "[target_group.far]\nservice = \"web\"\ntarget_type = \"ip\"\n[load_balancer.far]\ndefault_action = { forward = [\"far\"] }\n[outside.own]\nservice = \"web\"\ninstance_type = \"m6i.large\"\nvia = \"peering\"\navailability_zone = \"c\"\ntarget_groups = [\"far\"]\n[thresholds]", "shop.toml:81: outside.own.availability_zone: has no effect: a load balancer that balances across zones takes it as all"},
		{`[thresholds]`, "[target_group.empty]\nservice = \"web\"\ntarget_type = \"lambda\"\n[load_balancer.empty]\ndefault_action = { forward = [\"empty\"] }\n[thresholds]", "shop.toml:72: target_group.empty: no function has it among its target_groups: requests that come here fail with 503"},
		{`[thresholds]`, "[file_system.lone]\n[thresholds]", "shop.toml:72: file_system.lone: nothing is stored there, and no step reads or writes it"},
		{`[thresholds]`, "[volume.lone]\n[snapshot_schedule.daily]\nvolumes = [\"lone\"]\ncron = \"0 0 30 2 *\"\n[thresholds]", "shop.toml:75: snapshot_schedule.daily.cron: never runs: no instant that it may run at matches"},
		{`[thresholds]`, "[volume.lone]\n[[action]]\ndo = \"snapshot\"\non = \"volume.lone\"\ncron = \"0 0 31 2 *\"\n[thresholds]", "shop.toml:76: action.0.cron: never runs: no instant that it may run at matches"},
		{`[thresholds]`, "[image.lone]\n[thresholds]", "shop.toml:72: image.lone: nothing refers to it"},
		{`[thresholds]`, "[instance_workload.guests]\narrivals = { process = \"poisson\", rate = \"1/h\" }\nsize = { instance_type = \"c7g.large\" }\nlifetime = \"1h\"\nwait = true\n[thresholds]", "shop.toml:76: instance_workload.guests.wait: has no effect: no [hosts.NAME] limits the room for its sizes"},
	} {
		text := strings.Replace(good, c.before, c.after, 1)
		s, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Warnings, []string{c.want}) {
			t.Errorf("got  %q\nwant %q", s.Warnings, c.want)
		}
	}
	s, err := parse(strings.NewReplacer("m6i.large", "t2.large", `{ instance_type = "m5.large" }`, "", "[hosts.m6i]", "[hosts.t2]").Replace(strings.Replace(good, `rate = "80/s"`, `rate = "2500/s"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"shop.toml:62: workload.browsers: asks for 30 vCPUs on average, but what serves it never has more than 24 once its CPU credits are spent"}; !slices.Equal(s.Warnings, want) {
		t.Errorf("got  %q\nwant %q", s.Warnings, want)
	}
	s, err = parse(strings.NewReplacer("us-east-1", "us-west-2", "m6i.large", "m8i.large", "[hosts.m6i]", "[hosts.m8i]").Replace(good))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "m8i.large (linux) in us-west-2 is an estimate") {
		t.Errorf("got %q, want a warning of an estimated price", s.Warnings)
	}
}

func TestEveryStockScenarioStarts(t *testing.T) {
	for _, file := range sound(t) {
		if strings.Contains(file, "full") {
			continue
		}
		s, err := Load(file, Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := cloud.New(s.Config, 0); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if _, err := os.Stat("testdata/full.toml"); err != nil {
		t.Error(err)
	}
}

package results

import (
	"math"
	"slices"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/pricing"
	"headroom/sim"
	"headroom/sim/rng"
)

// balanced is a scenario of an Application Load Balancer with rules and certificates and of a
// Network Load Balancer, in front of servers whose bytes take their time, and an outcome of it.
func balanced() (*cloud.Config, *cloud.Outcome) {
	cfg := twoGroups()
	cfg.Services = []dataplane.Service{{Name: "web", Bandwidth: true}}
	cfg.Groups[1].Service = cloud.None
	cfg.Instances[0].Service = cloud.None
	redirect := dataplane.Action{Redirect: &dataplane.Redirect{Status: 301, Protocol: "HTTPS"}}
	forward := dataplane.Action{Forward: []dataplane.Forward{{TargetGroup: 0, Weight: 1}}}
	cfg.LoadBalancers = []dataplane.LoadBalancer{
		{Name: "front", Kind: "application", Default: redirect, Listeners: []dataplane.Listener{
			{Port: 443, Secure: true, Default: forward, Rules: []dataplane.Rule{{Priority: 10, Paths: []string{"/x"}, Action: dataplane.Action{Status: 404}}}},
		}},
		{Name: "edge", Kind: "network", Default: dataplane.Action{Forward: []dataplane.Forward{{TargetGroup: 1, Weight: 1}}}},
		{Name: "inspection", Kind: "gateway", Default: dataplane.Action{Forward: []dataplane.Forward{{TargetGroup: 1, Weight: 1}}}},
	}
	cfg.Fluid = sim.Minute
	o := oneOutcome(cfg)
	o.Balancers = []dataplane.BalancerOutcome{
		{Rules: [][]int64{{30}, {20, 50}}, ConnectionsReset: 8, Handshakes: 17, Resumed: 5, HandshakesFailed: 3, TargetErrors: 2, TargetAnswers: 48},
		{Rules: [][]int64{{9}}, FlowsOpened: 9, FlowsReset: 4, PortAllocationErrors: 6, FlowTime: float64(5 * sim.Hour)},
		{Rules: [][]int64{{0}}, GatewayFlows: 11, Moved: 12, Lost: 13, InspectedBytes: 14},
	}
	front := &o.Balancers[0]
	front.Answers[3], front.Answers[4] = 30, 20
	front.Failed[dataplane.Code460], front.Failed[dataplane.Code463] = 1, 2
	front.Failed[dataplane.Code502], front.Failed[dataplane.Code504], front.Failed[dataplane.Code500] = 6, 3, 7
	o.Routes[0].Causes.Add(dataplane.Code502, dataplane.CauseKeptClosed, 4)
	o.Routes[0].Causes.Add(dataplane.Code502, dataplane.CauseApplication, 2)
	o.Routes[0].Causes.Add(dataplane.Code504, dataplane.CauseConnect, 3)
	o.Ledger.Owners = append(o.Ledger.Owners, "load_balancer.edge", "autoscaling_group.api")
	o.Networks = []dataplane.NetworkOutcome{{
		Owner: 1, Servers: 2, Limited: 2, In: 1000, Out: 4000, Base: 8000, Most: 80, Throttled: 9 * sim.Second, Overloaded: 5 * sim.Second, Bursts: true, Least: 0.25, LeftArea: 3, Left: 4,
	}}
	for _, t := range []struct {
		owner  int32
		path   model.TransferPath
		amount model.Bytes
	}{
		{0, model.InternetOut, 700}, {1, model.InternetOut, 300}, {0, model.Uncharged, 40}, {2, model.CrossZone, 20}, {1, model.OneSide, 5},
		{1, model.InterRegion, 11}, {1, model.ThroughNAT, 13},
	} {
		o.Ledger.Transfers = append(o.Ledger.Transfers, model.Transfer{To: sim.Hour, Owner: t.owner, Path: t.path, Amount: t.amount})
	}
	return cfg, o
}

// transferInvoice bills what [balanced] moved.
func transferInvoice() *pricing.Invoice {
	in := invoice()
	for _, l := range []struct {
		sku, owner string
		usd        float64
	}{
		{"data-transfer.internet_out", "load_balancer.front", 0.9}, {"data-transfer.cross_zone", "load_balancer.edge", 0.25},
		{"data-transfer.inter_region", "autoscaling_group.web", 0.5}, {"vpc.nat_gateway_bytes", "autoscaling_group.web", 0.125},
	} {
		in.Lines = append(in.Lines, pricing.Line{SKU: l.sku, Owner: l.owner, Category: pricing.Usage, Effective: model.USD(l.usd)})
	}
	return in
}

func TestMetricsOfConnectionsAndBytesReadTheirPart(t *testing.T) {
	cfg, o := balanced()
	meter := NewMeter(cfg)
	m := meter.Measure(o, transferInvoice())
	for key, want := range map[string]float64{
		"rule.requests{rule=front:80/default}":              30,
		"rule.requests{rule=front:443/10}":                  20,
		"rule.requests{rule=front:443/default}":             50,
		"elb.3xx{load_balancer=front}":                      30,
		"elb.4xx{load_balancer=front}":                      20 + 1 + 2,
		"elb.5xx{load_balancer=front}":                      6 + 3 - 2,
		"target.2xx{load_balancer=front}":                   48,
		"elb.502.kept_closed{load_balancer=front}":          4,
		"elb.502.kept_closed{target_group=web}":             4,
		"elb.502.refused{load_balancer=front}":              0,
		"elb.504.connect":                                   3,
		"target.502{target_group=web}":                      2,
		"target.5xx{load_balancer=front}":                   7 + 2,
		"handshakes.new{load_balancer=front}":               17,
		"handshakes.resumed":                                5,
		"handshakes.failed":                                 3,
		"flows.new{load_balancer=edge}":                     9,
		"flows.new":                                         9,
		"gateway.flows{load_balancer=inspection}":           11,
		"gateway.moved{load_balancer=inspection}":           12,
		"gateway.lost{load_balancer=inspection}":            13,
		"gateway.bytes{load_balancer=inspection}":           14,
		"flows.reset{load_balancer=edge}":                   4,
		"connections.reset{load_balancer=front}":            8,
		"connections.reset":                                 12,
		"flows.port_allocation_errors{load_balancer=edge}":  6,
		"flows.active.mean{load_balancer=edge}":             2.5,
		"network.in":                                        1000,
		"network.out{autoscaling_group=web}":                4000,
		"network.throughput.max":                            (&o.Networks[0]).Most.PerSecond(),
		"network.utilization":                               0.5,
		"network.throttled_time{autoscaling_group=web}":     9,
		"network.overloaded_time{autoscaling_group=web}":    5,
		"network.burst_balance.min":                         0.25,
		"network.burst_balance.end":                         0.75,
		"transfer.internet_out":                             1000,
		"transfer.internet_out{load_balancer=front}":        700,
		"transfer.internet_out.cost{load_balancer=front}":   0.9,
		"transfer.cross_zone":                               25,
		"transfer.cross_zone{autoscaling_group=web}":        5,
		"transfer.cross_zone.cost{load_balancer=edge}":      0.25,
		"transfer.cross_zone.free{load_balancer=front}":     40,
		"transfer.inter_region":                             11,
		"transfer.inter_region.cost{autoscaling_group=web}": 0.5,
		"transfer.nat":                                      13,
		"transfer.nat.cost":                                 0.125,
	} {
		i := meter.find(key)
		if i < 0 {
			t.Errorf("no metric %s", key)
			continue
		}
		if got := m.values[i]; !(math.Abs(got-want) <= 1e-9*math.Abs(want)) {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
	for _, key := range []string{"flows.new{load_balancer=front}", "handshakes.new{load_balancer=edge}", "rule.requests{rule=edge:80/default}", "network.in{instance=db}"} {
		if meter.find(key) >= 0 {
			t.Errorf("there is a metric %s", key)
		}
	}
}

// Connections and capacity units are those of the hours of the part's load balancers; WebSockets
// those of its own. By hand: AWS's hour of 25 new connections a second, 6,000 active, 1 GB and
// 3,000 evaluations a second is 1, 2, 1 and 3 LCU; one TCP flow hour beside it is 0.5 NLCU.
func TestMetricsOfCapacityUnitsReadTheirPart(t *testing.T) {
	cfg, o := balanced()
	cfg.Workloads[0].Target, cfg.Workloads[0].Websocket.Interval = 0, mustLaw(t)
	o.Balancers[0].SocketsOpened, o.Balancers[0].SocketsEnded, o.Balancers[0].SocketsSilent, o.Balancers[0].SocketsReset = 21, 9, 7, 4
	front, edge := int32(slices.Index(o.Ledger.Owners, "load_balancer.front")), int32(slices.Index(o.Ledger.Owners, "load_balancer.edge"))
	o.Ledger.Balancers = []model.BalancerHour{
		{To: sim.Hour, Owner: front, Kind: "application", NewConnections: 25 * 3600, ActiveTime: 6000 * sim.Hour, Processed: 1 << 30, Evaluations: 3000 * 3600},
		{To: sim.Hour, Owner: edge, Kind: "network"},
	}
	o.Ledger.Balancers[1].Flows[model.FlowsTCP] = model.FlowUse{NewConnections: 40 * 3600, ActiveTime: 50_000 * sim.Hour, Processed: 1 << 20}
	meter := NewMeter(cfg)
	m := meter.Measure(o, transferInvoice())
	hours := o.Config.Duration.Seconds() / 3600
	for key, want := range map[string]float64{
		"connections.new":                              65 * 3600,
		"connections.new{load_balancer=front}":         25 * 3600,
		"connections.active.mean{load_balancer=front}": 6000 / hours,
		"connections.active.mean{load_balancer=edge}":  50_000 / hours,
		"lcu.hours":                                          3.5,
		"lcu.hours{load_balancer=front}":                     3,
		"lcu.new_connections{load_balancer=front}":           1,
		"lcu.active_connections{load_balancer=front}":        2,
		"lcu.processed_bytes{load_balancer=front}":           1,
		"lcu.rule_evaluations{load_balancer=front}":          3,
		"lcu.billed.rule_evaluations{load_balancer=front}":   3,
		"lcu.billed.active_connections{load_balancer=front}": 0,
		"lcu.new_connections{load_balancer=edge}":            0.05,
		"lcu.billed.active_connections{load_balancer=edge}":  0.5,
		"websockets.new":                                     21,
		"websockets.ended{load_balancer=front}":              9,
		"websockets.idle":                                    7,
		"websockets.reset{load_balancer=front}":              4,
	} {
		i := meter.find(key)
		if i < 0 {
			t.Errorf("no metric %s", key)
			continue
		}
		if got := m.values[i]; !(math.Abs(got-want) <= 1e-9*math.Abs(want)) {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
}

func mustLaw(t *testing.T) rng.Distribution {
	law, err := rng.Fixed(1)
	if err != nil {
		t.Fatal(err)
	}
	return law
}

package tables

import (
	"headroom/model"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/sim/rng"
)

// wideBytes is the mean size of a request or a response from which on interfaces are
// simulated unless a service says otherwise: at 5 Gbit/s it takes 1.7 ms, which most
// demands of CPU are not far above.
const wideBytes = 1 << 20

// bandwidthKeys are what network interfaces do with bytes.
func bandwidthKeys() []schema.Key {
	burst := `"30min"`
	return append(schema.Within("service.NAME", "", []schema.Key{
		schema.Row("bandwidth", schema.OneOf(
			"auto: limited where 1 MiB or more passes in a request, a response or a step that talks to the internet, by its mean, and where EBS shares the interface",
			"limited: bytes pass the network interface of the instance type, each in its time",
			"unlimited: bytes are counted, and take no time",
		), `"auto"`, "whether bytes take their time through the network interfaces of its instances, and of those that call it"),
	}), schema.Within("region", "", []schema.Key{
		schema.Row("network_burst", schema.Quantity(schema.Seconds, 300, 3600), burst,
			"how long network interfaces have their peak from full credits; AWS says 5 to 60 minutes, by size"),
	})...)
}

// connectBandwidth finds the services on whose servers bytes take their time.
func (l *loader) connectBandwidth() {
	wide := make([]bool, len(l.cfg.Services))
	mark := func(to dataplane.DestinationKind, target int, sizes ...rng.Distribution) bool {
		for _, d := range sizes {
			if isWide(d) {
				for _, service := range l.calleesOf(to, target) {
					wide[service] = true
				}
				return true
			}
		}
		return false
	}
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		mark(w.To, w.Target, w.Request, w.Response)
		if w.Rows != nil && max(meanBytes(w.Rows.Request), meanBytes(w.Rows.Response)) >= wideBytes {
			for _, service := range l.calleesOf(w.To, w.Target) {
				wide[service] = true
			}
		}
	}
	for i := range l.cfg.Services {
		for k := range l.cfg.Services[i].Steps {
			s := &l.cfg.Services[i].Steps[k]
			if s.Kind == dataplane.StepCall && mark(s.Call.To, s.Call.Target, s.Call.Request, s.Call.Response) || isWide(s.Sent) || isWide(s.Received) {
				wide[i] = true
			}
		}
	}
	for i, choice := range l.bandwidths {
		switch choice {
		case "limited":
			l.cfg.Services[i].Bandwidth = true
		case "auto":
			l.cfg.Services[i].Bandwidth = len(l.serversOf(i)) > 0 && (wide[i] || l.disksOnNetwork(i)) // functions have no interface
		}
	}
}

// isWide reports whether so many bytes are worth an interface.
func isWide(bytes rng.Distribution) bool { return bytes != nil && bytes.Mean() >= wideBytes }

// calleesOf lists the services that a destination leads to.
func (l *loader) calleesOf(to dataplane.DestinationKind, target int) []int {
	fleets := make([]int, len(l.cfg.Instances))
	for i := range fleets {
		fleets[i] = l.cfg.Instances[i].Service
	}
	return l.cfg.Callees(to, target, fleets)
}

func meanBytes(sizes []model.Bytes) model.Bytes {
	var sum model.Bytes
	for _, n := range sizes {
		sum = sum.Plus(n)
	}
	return sum / model.Bytes(max(1, len(sizes)))
}

// disksOnNetwork reports whether a service reads from EBS volumes, or writes to them, on
// a type that has no bandwidth for them alone.
func (l *loader) disksOnNetwork(service int) bool {
	volumes := false
	for _, name := range l.cfg.Services[service].Disks {
		volumes = volumes || name != dataplane.InstanceStore && model.FindFileSystem(l.cfg.FileSystems, name) < 0
	}
	if !volumes {
		return false
	}
	for _, on := range l.serversOf(service) {
		if t := &l.cfg.Types[on.typ]; t.EBS.BaseMbps == 0 && t.NetworkPeakGbps > 0 {
			return true
		}
	}
	return false
}

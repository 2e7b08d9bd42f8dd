package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/ami"
	"headroom/sim"
	"headroom/sim/slab"
)

// launchDraw is one instance's share of chance, drawn at its launch.
type launchDraw struct {
	pending, boot sim.Time
	script        ami.Run // begins when the boot ends
}

// drawLaunch draws the same number of variates for every launch of an owner. An instance
// that has been there before runs no user data (Amazon EC2 User Guide, "Run commands on your
// instance at launch").
func (cp *Plane) drawLaunch(o order) launchDraw {
	s := &cp.launchStreams[o.owner]
	t := &o.template.Launch
	call, pend := draw(s, t.Call), draw(s, t.Pending)
	boot, work := draw(s, t.Boot), draw(s, t.UserData)
	fails := s.Uniform() < o.template.UserDataFails
	d := launchDraw{pending: call + pend, boot: boot}
	if !o.rebooted {
		d.script = o.template.Script.On(cp.machine(o), work, fails)
	}
	return d
}

// machine is what the user data of a launch runs on.
func (cp *Plane) machine(o order) ami.Machine {
	t := &cp.frame.Types[o.typ]
	return ami.Machine{
		CLI: o.template.CLI, Profile: o.template.Profile != "", Internet: true, S3: true, BaseGbps: t.NetworkBaseGbps, PeakGbps: t.NetworkPeakGbps,
		Burst: cp.networkBurst,
	}
}

// askInVain has the user data of an instance that runs from now on wait for AWS in vain, where
// it has no way there: no route, or no security group that lets it out. Those who have an Elastic
// IP have it by now.
func (cp *Plane) askInVain(h slab.Handle) {
	in := cp.instances.Get(h)
	t := in.order.template
	if !in.booted || !t.Script.Calls() {
		return
	}
	out, m := cp.data.LetsOut(in.server), cp.machine(in.order)
	_, routed := cp.wayOut(h)
	m.Internet = out && routed
	m.S3 = m.Internet || out && cp.cfg.LeadsToS3(int(in.subnet))
	r := t.Script.On(m, 0, false)
	if r.Exit != ami.NoConnection && r.Exit != ami.NoEndpoint {
		return
	}
	in.userData = r
	in.bootsAt = sim.Sum(in.upAt, r.Took)
	cp.schedule(in.bootsAt, handled(instanceBoots, h))
}

// noteFetch has the interface of an instance that has booted pass what its user data fetched, and the NAT gateway
// where that is its way to S3.
func (cp *Plane) noteFetch(h slab.Handle) {
	in := cp.instances.Get(h)
	f := &in.userData.Fetch
	if f.Bytes > 0 {
		from := sim.Sum(in.upAt, f.After)
		cp.data.Fetched(in.server, f.Bytes, from, sim.Sum(from, f.Took))
		cp.fetchByGateway(h, from, f.Bytes)
	}
	f.Bytes = 0
}

// fetchByGateway records what comes from S3 by a NAT gateway, if that is the instance's way out and no gateway endpoint
// leads there past it. In another zone the bytes cross on the bill of both.
func (cp *Plane) fetchByGateway(h slab.Handle, from sim.Time, bytes model.Bytes) {
	in := cp.instances.Get(h)
	g, _ := cp.wayOut(h)
	if !g.There || cp.cfg.LeadsToS3(int(in.subnet)) {
		return
	}
	cp.transfer(from, int(g.Owner), model.ThroughNAT, bytes)
	if g.Zone != in.zone {
		cp.transfer(from, int(g.Owner), model.OneSide, bytes)
		cp.transfer(from, int(in.order.owner), model.OneSide, bytes)
	}
}

// noteUserData writes into the history what became of the user data of an instance that has
// run some: when it began and ended, its exit code and where its output is.
func (cp *Plane) noteUserData(in *instance) {
	t := in.order.template
	if !in.booted || in.userData.Took == 0 && in.userData.Exit == ami.Succeeded && t.Script.Text == "" && !t.Script.Calls() {
		return
	}
	detail := fmt.Sprintf("%.4g s, exit code %d, output in %s", (cp.kernel.Now() - in.upAt).Seconds(), in.userData.Exit, ami.LogPath(t.Platform))
	cause := "first boot"
	if reason := in.userData.Reason(); reason != "" {
		cause = reason
	}
	cp.note(Activity{At: in.upAt, Until: cp.kernel.Now(), Subject: cp.subjectOf(in), Kind: "user-data", Detail: detail, Cause: cause, Instance: in.number})
}

// subjectOf names the table that an instance is of.
func (cp *Plane) subjectOf(in *instance) string {
	if g := in.order.group; g != None {
		return cp.groups[g].name()
	}
	return "instance." + cp.cfg.Instances[in.order.fleet].Name
}

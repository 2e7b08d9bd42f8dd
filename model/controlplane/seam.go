package controlplane

import (
	"headroom/model"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// DataPlane is what the control plane asks of who serves the requests. Servers
// are named by the handles that Open gives.
type DataPlane interface {
	// Open makes a server whose port is closed yet.
	Open(spec model.ServerSpec) slab.Handle
	// MakeSwap begins to write the swap file of a server that boots for the first time,
	// and returns how long that takes; called again after that, it turns the swap on and
	// returns 0.
	MakeSwap(server slab.Handle) sim.Time
	// Listen opens the application port of a server, after its registration.
	Listen(server slab.Handle)
	// Register adds a server to a target group, whose port may open later;
	// trusted ones are healthy at once.
	Register(server slab.Handle, group int, trusted bool)
	// Deregister takes a server out of all its target groups in good order and
	// returns how many it is still in.
	Deregister(server slab.Handle) int
	// Kill ends everything aboard a server and takes it out of its target
	// groups.
	Kill(server slab.Handle, cause model.Cause)
	// Reopen makes a server anew that was killed and not closed, for its instance starts
	// again, and returns its new name.
	Reopen(server slab.Handle, spec model.ServerSpec) slab.Handle
	// Reboot ends everything aboard a server and closes its port until it listens again; it
	// stays in its target groups.
	Reboot(server slab.Handle)
	// MemoryInUse returns what a server has in its memory.
	MemoryInUse(server slab.Handle) model.Bytes
	// SwitchCredits changes the mode of a burstable server's CPU credits.
	SwitchCredits(server slab.Handle, mode model.CreditMode)
	// Close forgets a server that was killed.
	Close(server slab.Handle)
	// Impair says how a server is impaired from now on.
	Impair(server slab.Handle, impairment model.Impairment)
	// FailVolume makes a volume of a server fail, or work again; a server that does not
	// use it does not notice.
	FailVolume(server slab.Handle, name string, failed bool)
	// CoolVolume makes the i-th volume of a server one that is made from a snapshot, so
	// many bytes of which are still to come.
	CoolVolume(server slab.Handle, volume int, bytes model.Bytes)
	// AttachVolume gives a server a volume of its own table, so many bytes of which are
	// still to come.
	AttachVolume(server slab.Handle, spec model.VolumeSpec, cold model.Bytes)
	// DetachVolume takes a volume of its own table, counted from 1, from a server.
	DetachVolume(server slab.Handle, volume int)
	// ModifyVolume gives a volume of its own table other limits.
	ModifyVolume(server slab.Handle, spec model.VolumeSpec)
	// TakeWrites returns what was written to a volume of its own table, counted from 1,
	// since it was last asked.
	TakeWrites(volume int) model.VolumeWrites
	// FileSystemUse returns the bytes that were read from a file system and written to it,
	// and those of them that crossed zones.
	FileSystemUse(fileSystem int) (read, written, crossed model.Bytes)
	// ChangeFileSystem gives a file system another mode, or other bytes in its Standard
	// class.
	ChangeFileSystem(fileSystem int, cfg model.FileSystem, standard model.Bytes)
	// ChangeRules gives a security group rules, or takes them from it: all or none.
	ChangeRules(group int, d network.Direction, rules []network.Rule, revoke bool) error
	// LetsIn reports whether the security groups of a server let a connection in, whose end
	// To is the server.
	LetsIn(server slab.Handle, f network.Flow) bool
	// LetsOut reports whether the security groups of a server let it ask somebody on the internet.
	LetsOut(server slab.Handle) bool
	// Reroute says how a server reaches the internet from now on: by a NAT gateway or without
	// one, or not at all.
	Reroute(server slab.Handle, nat model.Gateway, out bool)
	// SetWeights changes the weights of the target groups of a rule.
	SetWeights(weights model.Weights)
	// ShiftZone takes the node of a zone out of the DNS answers of a load balancer; None
	// brings it back.
	ShiftZone(balancer int, zone model.Zone)
	// FailZone takes the load balancer nodes of a zone off the network, or
	// brings them back.
	FailZone(zone model.Zone, down bool)
	// WatchRecovery begins to watch when requests are served again: a Region or a zone is lost.
	WatchRecovery()

	// Load changes what a server computes beside requests, in millionths of a vCPU.
	Load(server slab.Handle, millionths int64)

	// ServerUse returns what a server has used so far.
	ServerUse(server slab.Handle) model.ServerUse
	// Works reports whether any server may have computed so far.
	Works() bool
	// BusyTime settles a server and returns its CPU work, in vCPU-nanoseconds.
	BusyTime(server slab.Handle) uint64
	// Burst returns what a burstable server has made of its CPU credits, also after its
	// end.
	Burst(server slab.Handle) model.BurstUse
	// Sample returns what a server shows of what it runs out of.
	Sample(server slab.Handle) model.ServerSample
	// Fetched is told what the user data of a server whose port is closed yet has fetched, and when.
	Fetched(server slab.Handle, bytes model.Bytes, from, to sim.Time)
	// Still reports whether a server shows what its last sample said would hold until it stirs.
	Still(server slab.Handle) bool
	// Outside lists the servers of machines outside.
	Outside(index int) []slab.Handle
	// Unhealthy reports whether a target group calls a server unhealthy.
	Unhealthy(server slab.Handle) bool
	// Healthy reports whether all target groups that a server is in call it healthy.
	Healthy(server slab.Handle) bool
	// Settle brings the counts below up to now: once for all that are asked for.
	Settle()
	// TargetCounts returns the counts of a target group.
	TargetCounts(group int) model.TargetCounts
	// TargetRequests returns how many requests a target group has, and how many of them wait in
	// line at their targets.
	TargetRequests(group int) (waiting, all int)
	// RecordTimes begins a record of the response times of a target group, and returns its
	// number there.
	RecordTimes(group int) (record int)
	// Times is such a record, for who asked for it to read, and to empty.
	Times(group, record int) *stat.Histogram
	// TakeBalancerUse returns what a load balancer did since it was last asked.
	TakeBalancerUse(balancer int) model.BalancerUse
	// OwnFunction says on whose account a function is.
	OwnFunction(function int, owner int32)
	// TakeFunctionUse returns what a function was used for since it was last asked.
	TakeFunctionUse(function int) model.FunctionUse
	// Point says which server a network interface or an Elastic IP leads to; 0: none.
	Point(address int, server slab.Handle)
	// TakeMoved appends what servers sent by paths that are charged for since it was last
	// asked, not counting what went to the internet through a balancer, by owner.
	TakeMoved(into []model.Moved) []model.Moved
	// CloseFlows counts, at the end of the run, what has passed of what is on its way.
	CloseFlows()
}

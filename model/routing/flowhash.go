package routing

// Flow is what a Network Load Balancer knows of a connection: the addresses and ports of
// its two ends, and the sequence number that it begins with.
type Flow struct {
	Protocol    uint8 // as in an IP header
	Source      uint64
	SourcePort  uint16
	Destination uint32
	Port        uint16
	Sequence    uint32
}

// Hash is the FNV-1a hash, of 64 bits, over the fields of a flow.
func (f Flow) Hash() uint64 {
	h := fnvOffset
	h = mixIn(h, uint64(f.Protocol), 1)
	h = mixIn(h, f.Source, 8)
	h = mixIn(h, uint64(f.SourcePort), 2)
	h = mixIn(h, uint64(f.Destination), 4)
	h = mixIn(h, uint64(f.Port), 2)
	return mixIn(h, uint64(f.Sequence), 4)
}

const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

// mixIn takes the low bytes of a value into a hash.
func mixIn(h, value uint64, bytes int) uint64 {
	for range bytes {
		h = (h ^ value&0xff) * fnvPrime
		value >>= 8
	}
	return h
}

// FlowHash picks targets for flows by their hash, as Network Load Balancers do. Where a
// target leaves the rotation only its own flows go elsewhere, and they come back with it:
// a flow tries the places of a table in an order that its hash says, until there is a
// target in rotation. A pick takes as many tries as there are places for each such target,
// on average: fewer than two, while they all are in rotation.
type FlowHash struct {
	places []int32 // 1 + target; 0: nobody in rotation; a power of two of them
	all    dense
	turn   uint64
}

// NewFlowHash returns the policy without targets.
func NewFlowHash() *FlowHash { return &FlowHash{places: make([]int32, 1)} }

// Add implements [Policy].
func (p *FlowHash) Add(target int) {
	p.all.add(target)
	for len(p.places) <= target {
		p.places = append(p.places, make([]int32, len(p.places))...)
	}
	p.places[target] = int32(target) + 1
}

// Remove implements [Policy].
func (p *FlowHash) Remove(target int) {
	p.all.remove(target)
	p.places[target] = 0
}

// Began implements [Policy]. The choice does not depend on it.
func (p *FlowHash) Began(int) {}

// Ended implements [Policy]. The choice does not depend on it.
func (p *FlowHash) Ended(int) {}

// Pick implements [Policy], for flows that are told apart by nothing but their order.
func (p *FlowHash) Pick(node int) (target int, ok bool) {
	p.turn++
	return p.PickFlow(Flow{Source: p.turn, Destination: uint32(node)}.Hash())
}

// PickFlow returns the target of a flow with that hash, false if none is in rotation.
func (p *FlowHash) PickFlow(hash uint64) (target int, ok bool) {
	n := len(p.all.list)
	if n == 0 {
		return 0, false
	}
	mask := uint64(len(p.places) - 1)
	for range maxTries {
		hash = mixed(hash)
		if place := p.places[hash&mask]; place != 0 {
			return int(place) - 1, true
		}
	}
	return int(p.all.list[hash%uint64(n)]), true
}

// maxTries is after how many empty places a flow takes any target: a bound on the time of
// a pick, for a rotation that has lost nearly all of its targets.
const maxTries = 256

// mixed is the output function of SplitMix64 at the next state: each bit of the result
// depends on all those before.
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

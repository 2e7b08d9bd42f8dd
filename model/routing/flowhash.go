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

// Hash is the FNV-1a hash, of 64 bits, over the bytes of the fields of a flow, the lowest
// of each first.
func (f Flow) Hash() uint64 {
	return NewListening(f.Protocol, f.Port).Hash(f.Source, f.SourcePort, f.Destination, f.Sequence)
}

// Listening is what the flows to one listener have in common.
type Listening struct {
	begun uint64 // the hash of the protocol
	port  uint16
}

// NewListening returns it for a listener.
func NewListening(protocol uint8, port uint16) Listening {
	return Listening{begun: (fnvOffset ^ uint64(protocol)) * fnvPrime, port: port}
}

// Hash is the hash of such a flow.
func (l Listening) Hash(source uint64, sourcePort uint16, destination, sequence uint32) uint64 {
	return l.End(l.Begin(source, sourcePort), destination, sequence)
}

// Begin is the part of [Listening.Hash] over where a flow comes from.
func (l Listening) Begin(source uint64, sourcePort uint16) uint64 {
	h := mixFour(l.begun, uint32(source))
	if high := source >> 32; high&0xffff == 0 {
		h = mixTwo(h*fnvPrime2, uint16(high>>16))
	} else {
		h = mixFour(h, uint32(high))
	}
	return mixTwo(h, sourcePort)
}

// End is [Listening.Hash] where its part over where the flow comes from is known.
func (l Listening) End(begun uint64, destination, sequence uint32) uint64 {
	h := mixFour(begun, destination)
	h = mixTwo(h, l.port)
	return mixFour(h, sequence)
}

const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
	fnvPrime2 uint64 = 1099511628211 * 1099511628211 % (1 << 64)
	fnvPrime4 uint64 = 1099511628211 * 1099511628211 * 1099511628211 * 1099511628211 % (1 << 64)
)

func mixTwo(h uint64, v uint16) uint64 {
	h = (h ^ uint64(v&0xff)) * fnvPrime
	return (h ^ uint64(v>>8)) * fnvPrime
}

// mixFour takes four bytes into a hash; those that are zero only multiply it.
func mixFour(h uint64, v uint32) uint64 {
	if v < 1<<8 {
		return (h ^ uint64(v)) * fnvPrime4
	}
	h = mixTwo(h, uint16(v))
	if v < 1<<16 {
		return h * fnvPrime2
	}
	return mixTwo(h, uint16(v>>16))
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
	for range maxTries / 2 { // two at a time: which of them it is needs no branch
		first := mixed(hash)
		hash = mixed(first)
		place := p.places[hash&mask]
		if earlier := p.places[first&mask]; earlier != 0 {
			place = earlier
		}
		if place != 0 {
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

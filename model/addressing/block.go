package addressing

import (
	"fmt"
	"math/bits"
	"net/netip"

	"headroom/model"
)

// Block is a range of IPv4 addresses: its first one, and how many leading bits all of
// them share. The zero Block is none.
type Block struct {
	First model.Address
	Bits  int
}

// Sizes of blocks of a VPC and of subnets, in leading bits (Amazon VPC User Guide, "VPC
// CIDR blocks", "Subnet CIDR blocks").
const (
	widest    = 16
	narrowest = 28
)

// Reserved is how many addresses of each subnet AWS keeps: the first four (network,
// router, DNS, future use) and the last (Amazon VPC User Guide, "Subnet CIDR blocks").
const Reserved = 5

// ParseBlock reads a block like "10.0.0.0/16". Its first address must be the first of a
// block of that size.
func ParseBlock(text string) (Block, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		return Block{}, fmt.Errorf(`must be a block of IPv4 addresses like "10.0.0.0/16"`)
	}
	if p != p.Masked() {
		return Block{}, fmt.Errorf("must begin with the first address of its block, %s", p.Masked())
	}
	b := p.Addr().As4()
	return Block{model.Address(b[0])<<24 | model.Address(b[1])<<16 | model.Address(b[2])<<8 | model.Address(b[3]), p.Bits()}, nil
}

// String returns the block in the notation of CIDR.
func (b Block) String() string { return fmt.Sprintf("%s/%d", b.First, b.Bits) }

// Size returns how many addresses the block has.
func (b Block) Size() int { return 1 << (32 - b.Bits) }

// Has reports whether all of another block lies in this one.
func (b Block) Has(o Block) bool { return o.Bits >= b.Bits && o.First&b.mask() == b.First }

// Holds reports whether an address lies in the block.
func (b Block) Holds(a model.Address) bool { return a&b.mask() == b.First }

// Overlaps reports whether two blocks have an address in common.
func (b Block) Overlaps(o Block) bool { return b.Has(o) || o.Has(b) }

func (b Block) mask() model.Address { return model.Address(^uint32(0) << (32 - b.Bits)) }

// private are the ranges of private addresses (RFC 1918, section 3).
var private = [...]Block{
	{10 << 24, 8},
	{172<<24 | 16<<16, 12},
	{192<<24 | 168<<16, 16},
}

// Private reports whether a block has private addresses only.
func (b Block) Private() bool {
	for _, p := range private {
		if p.Has(b) {
			return true
		}
	}
	return false
}

// Check returns what is wrong with the block of a VPC.
func (b Block) Check() error {
	switch {
	case b.Bits < widest || b.Bits > narrowest:
		return fmt.Errorf("must be of size /%d to /%d", widest, narrowest)
	case !b.Private():
		return fmt.Errorf("must be of private addresses (RFC 1918: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16)")
	}
	return nil
}

// DefaultVPC is the block of a default VPC (Amazon VPC User Guide, "Default VPCs").
var DefaultVPC = Block{172<<24 | 31<<16, 16}

// DefaultSubnet returns the block of the subnet of a zone in a default VPC, a /20 each.
func DefaultSubnet(zone int) Block {
	return Block{DefaultVPC.First + model.Address(zone)<<12, 20}
}

// FurtherSubnet returns the block of the nth subnet, from 0, that is added where default
// subnets are full, /16 each of 10.0.0.0/8; false if there are no more.
func FurtherSubnet(n int) (Block, bool) {
	return Block{10<<24 + model.Address(n)<<16, 16}, n < 256
}

// Usable returns how many addresses of a subnet instances can have.
func (b Block) Usable() int { return b.Size() - Reserved }

// Grants reports whether an instance can have an address of a subnet.
func (b Block) Grants(a model.Address) bool {
	offset := int64(a) - int64(b.First)
	return offset >= 4 && offset < int64(b.Size())-1
}

// Pool is the private addresses of one subnet.
type Pool struct {
	block Block
	taken []uint64 // a bit for each address
	next  uint32   // offset at which the search begins
	free  int
}

// NewPool returns the pool of a subnet. AWS's own addresses are taken for good.
func NewPool(b Block) Pool {
	p := Pool{block: b, taken: make([]uint64, (b.Size()+63)/64), free: b.Usable()}
	for _, offset := range [Reserved]int{0, 1, 2, 3, b.Size() - 1} {
		p.set(uint32(offset), true)
	}
	if last := b.Size() % 64; last > 0 { // what is beyond a small block is not there
		p.taken[0] |= ^uint64(0) << last
	}
	return p
}

// Block returns the addresses of the subnet.
func (p *Pool) Block() Block { return p.block }

// Free returns how many addresses are left.
func (p *Pool) Free() int { return p.free }

// Has reports whether an address of the pool is taken.
func (p *Pool) Has(a model.Address) bool {
	offset := uint32(a - p.block.First)
	return p.taken[offset/64]>>(offset%64)&1 == 1
}

// Take returns an address that nobody has, false if there is none.
func (p *Pool) Take() (model.Address, bool) {
	if p.free == 0 {
		return 0, false
	}
	word := int(p.next / 64)
	skip := uint64(1)<<(p.next%64) - 1 // before where the search begins
	for {
		if left := ^(p.taken[word] | skip); left != 0 {
			offset := uint32(word*64 + bits.TrailingZeros64(left))
			p.set(offset, true)
			p.free--
			p.next = (offset + 1) % uint32(p.block.Size())
			return p.block.First + model.Address(offset), true
		}
		skip = 0
		if word++; word == len(p.taken) {
			word = 0
		}
	}
}

// Claim takes an address of the subnet that somebody asks for, false if it is not free.
func (p *Pool) Claim(a model.Address) bool {
	if !p.block.Holds(a) || p.Has(a) {
		return false
	}
	p.set(uint32(a-p.block.First), true)
	p.free--
	return true
}

// Give gives an address back that was taken. It panics if it was not.
func (p *Pool) Give(a model.Address) {
	if !p.block.Holds(a) || !p.Has(a) {
		panic("addressing: an address is given back that was not taken")
	}
	p.set(uint32(a-p.block.First), false)
	p.free++
}

func (p *Pool) set(offset uint32, taken bool) {
	bit := uint64(1) << (offset % 64)
	if taken {
		p.taken[offset/64] |= bit
	} else {
		p.taken[offset/64] &^= bit
	}
}

// Internet is the public addresses of a Region. They are of 240.0.0.0/4, which nobody on
// the internet has (RFC 1112, section 4), so that a scenario names no one's machine.
type Internet struct{ assigned uint32 }

// mostPublic is how many there are.
const mostPublic = 1 << 28

// Take returns a public address that nobody has had.
func (n *Internet) Take() model.Address {
	a := model.Address(0xF0000000 + n.assigned%mostPublic)
	n.assigned++
	return a
}

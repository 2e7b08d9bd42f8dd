package network

import "net/netip"

// Everywhere is all addresses of IPv4.
var Everywhere = netip.PrefixFrom(netip.IPv4Unspecified(), 0)

// private are the blocks of RFC 1918.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
}

// Private reports whether all addresses of a block are private ones (RFC 1918).
func Private(p netip.Prefix) bool { return Covers(private, p) }

// Covers reports whether every address of a block is in one of the others.
func Covers(blocks []netip.Prefix, p netip.Prefix) bool {
	overlaps := false
	for _, b := range blocks {
		if b.Bits() <= p.Bits() && b.Contains(p.Addr()) {
			return true
		}
		overlaps = overlaps || b.Overlaps(p)
	}
	if !overlaps {
		return false
	}
	low, high := halves(p)
	return Covers(blocks, low) && Covers(blocks, high)
}

// halves divides a block of more than one address.
func halves(p netip.Prefix) (low, high netip.Prefix) {
	bytes := p.Addr().As4()
	low = netip.PrefixFrom(p.Addr(), p.Bits()+1)
	bytes[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	return low, netip.PrefixFrom(netip.AddrFrom4(bytes), p.Bits()+1)
}

package model

import (
	"fmt"

	"headroom/sim"
)

// Address is an IPv4 address, or the number of one that is not assigned: 0.
type Address uint32

// String returns the address in dotted decimal.
func (a Address) String() string {
	text := make([]byte, 0, 15)
	for shift := 24; shift >= 0; shift -= 8 {
		octet := byte(a >> shift)
		if octet >= 100 {
			text = append(text, '0'+octet/100)
		}
		if octet >= 10 {
			text = append(text, '0'+octet/10%10)
		}
		text = append(text, '0'+octet%10)
		if shift > 0 {
			text = append(text, '.')
		}
	}
	return string(text)
}

// AddressKind says what an address is.
type AddressKind uint8

// Kinds of addresses.
const (
	PublicAddress    AddressKind = iota + 1 // assigned at the start, given back at stop or end
	PrivateAddress                          // the primary one of an interface
	SecondaryAddress                        // a further private one
	ElasticAddress                          // allocated to the account
)

// String returns the kind as addresses.csv names it.
func (k AddressKind) String() string {
	return [...]string{"", "public", "private", "secondary", "elastic"}[k]
}

// Public reports whether the internet knows the address, and AWS charges for it.
func (k AddressKind) Public() bool { return k == PublicAddress || k == ElasticAddress }

// AddressUse is the time that somebody held an address.
type AddressUse struct {
	From, To sim.Time
	Owner    int32
	Instance int32 // -1 when it is not an instance's
	Address  Address
	// Interface is the network interface that has a private address: the number of the record
	// of its primary one, from 1; 0 of a public one, which the internet gateway translates.
	Interface int32
	Region    int32 // index into the Regions of the frame
	Kind      AddressKind
	Own       bool // a public one that the account brought along, which costs nothing
}

// MAC returns the hardware address of the network interface that has the address, for as long
// as there is that interface, "" of a public one. It is a locally administered one, as EC2's are.
func (u *AddressUse) MAC() string {
	if u.Interface == 0 {
		return ""
	}
	n := uint32(u.Interface)
	return fmt.Sprintf("0a:ff:%02x:%02x:%02x:%02x", byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

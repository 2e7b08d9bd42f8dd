package network

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// None is the index of a group that is not set.
const None = -1

// Protocol is an IP protocol, by its number; AllProtocols is every one.
type Protocol uint8

// Protocols.
const (
	AllProtocols Protocol = 0
	ICMP         Protocol = 1
	TCP          Protocol = 6
	UDP          Protocol = 17
)

// ProtocolOf returns the protocol of a name or number as rules write it: "tcp", "6",
// "-1" and "all" for every one.
func ProtocolOf(text string) (Protocol, bool) {
	switch text {
	case "all", "-1":
		return AllProtocols, true
	case "tcp", "6":
		return TCP, true
	case "udp", "17":
		return UDP, true
	case "icmp", "1":
		return ICMP, true
	}
	return 0, false
}

// String returns the name of the protocol.
func (p Protocol) String() string {
	switch p {
	case AllProtocols:
		return "all"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case ICMP:
		return "icmp"
	}
	return strconv.Itoa(int(p))
}

// MaxPort is the highest port; 0 is the lowest.
const MaxPort = 65535

// Ports that the model itself asks.
const (
	HTTPS = 443  // of AWS and of others on the internet
	NFS   = 2049 // of file systems
)

// Service is a port that has a name.
type Service struct {
	Name    string
	Meaning string
	Port    uint16
}

// Services are the ports with names.
func Services() []Service {
	return []Service{
		{"ftp", "file transfer", 21},
		{"ssh", "logins", 22},
		{"sftp", "file transfer by SSH", 22},
		{"http", "the web", 80},
		{"https", "the web, encrypted", 443},
		{"nfs", "file systems", NFS},
		{"rdp", "desktops of Windows", 3389},
	}
}

// PortOf returns the port of a name.
func PortOf(name string) (uint16, bool) {
	for _, s := range Services() {
		if s.Name == name {
			return s.Port, true
		}
	}
	return 0, false
}

// Rule allows packets: of a protocol, to ports, from or to addresses or the interfaces
// of a security group.
type Rule struct {
	Protocol Protocol
	From, To uint16       // ports, of TCP and UDP
	CIDR     netip.Prefix // zero where Group is set
	Group    int          // index into the groups; None where CIDR is set
}

// Everything is the rule that allows all to and from anywhere.
var Everything = Rule{To: MaxPort, CIDR: Everywhere, Group: None}

// String writes the rule for people who know its group by number only; see [Rule.Text].
func (r Rule) String() string { return r.Text(nil) }

// Text writes the rule with the names of groups.
func (r Rule) Text(groups []Group) string {
	what := r.Protocol.String()
	switch {
	case r.Protocol != TCP && r.Protocol != UDP:
	case r.From == r.To:
		what += fmt.Sprintf(" %d", r.From)
	default:
		what += fmt.Sprintf(" %d-%d", r.From, r.To)
	}
	switch {
	case r.Group == None:
		return what + " " + r.CIDR.String()
	case r.Group < len(groups):
		return what + " sg:" + groups[r.Group].Name
	}
	return fmt.Sprintf("%s sg:%d", what, r.Group)
}

// Validate returns what is wrong with a rule among so many groups; nil if nothing is.
func (r Rule) Validate(groups int) error {
	switch {
	case r.Protocol != AllProtocols && r.Protocol != TCP && r.Protocol != UDP && r.Protocol != ICMP:
		return fmt.Errorf("must be of all protocols, tcp, udp or icmp, got %d", r.Protocol)
	case r.From > r.To:
		return fmt.Errorf("must not begin above its last port (%d), got %d", r.To, r.From)
	case r.Group == None && !(r.CIDR.IsValid() && r.CIDR.Addr().Is4() && r.CIDR == r.CIDR.Masked()):
		return fmt.Errorf("must have a security group or an IPv4 block, got %v", r.CIDR)
	case r.Group != None && (r.Group < 0 || r.Group >= groups):
		return fmt.Errorf("must name a security group (0 to %d), got %d", groups-1, r.Group)
	case r.Group != None && r.CIDR.IsValid():
		return errors.New("must have a security group or an IPv4 block, not both")
	}
	return nil
}

// takes reports whether the rule is about packets of a protocol to a port.
func (r Rule) takes(p Protocol, port uint16) bool {
	switch r.Protocol {
	case AllProtocols:
		return true
	case TCP, UDP:
		return r.Protocol == p && r.From <= port && port <= r.To
	}
	return r.Protocol == p
}

// Direction is where packets go, as an interface sees it.
type Direction uint8

// Directions.
const (
	Ingress Direction = iota
	Egress
)

// String returns the direction as rules write it.
func (d Direction) String() string { return [...]string{"ingress", "egress"}[d] }

// Group is a security group.
type Group struct {
	Name  string
	Rules [2][]Rule // by Direction
}

// DefaultGroup returns the group that a VPC gives to interfaces without one, whose index
// is given: its interfaces reach each other, and everything else from inside.
func DefaultGroup(index int) Group {
	return Group{Name: "default", Rules: [2][]Rule{
		{{To: MaxPort, Group: index}}, {Everything},
	}}
}

// Quotas of an account (Amazon VPC quotas).
const (
	GroupsPerInterface     = 5  // may be raised
	RulesPerGroup          = 60 // in each direction
	MostGroupsPerInterface = 16
	MostRules              = 1000 // rules a group times groups an interface, whatever is raised
)

package login

import (
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Protocol is how somebody gets into an instance.
type Protocol uint8

// Protocols.
const (
	SSH Protocol = iota + 1
	SFTP
	FTP
	RDP
)

// protocol is what there is to know of a protocol.
type protocol struct {
	name string
	port int
	key  bool // the private key of the instance's key pair is needed
}

var protocols = [...]protocol{
	SSH:  {"ssh", 22, true},
	SFTP: {"sftp", 22, true},
	FTP:  {"ftp", 21, false},  // a user's password, which the administrator gave
	RDP:  {"rdp", 3389, true}, // for it decrypts the administrator's password
}

// String returns the name of the protocol as scenarios write it.
func (p Protocol) String() string { return protocols[p].name }

// Port returns the port at which the protocol is served.
func (p Protocol) Port() int { return protocols[p].port }

// Software that an image may have beyond what its platform brings along.
const (
	FTPServer = "ftp-server"
	SSHServer = "ssh-server"
)

// ServedBy reports whether an instance has a daemon for the protocol: sshd wherever there is no
// Windows, Remote Desktop on Windows, and what else its image has.
func (p Protocol) ServedBy(platform model.Platform, software []string) bool {
	windows := platform == model.Windows
	switch p {
	case SSH, SFTP:
		return !windows || slices.Contains(software, SSHServer)
	case FTP:
		return slices.Contains(software, FTPServer)
	case RDP:
		return windows
	}
	panic("login: unknown protocol")
}

// Listens reports whether an instance has a daemon at a port.
func Listens(port int, platform model.Platform, software []string) bool {
	for p := SSH; p <= RDP; p++ {
		if p.Port() == port && p.ServedBy(platform, software) {
			return true
		}
	}
	return false
}

// Format is how a private key is kept.
type Format uint8

// Formats.
const (
	PEM Format = iota + 1 // for OpenSSH: macOS, Linux, Windows 10 and later
	PPK                   // for PuTTY: older Windows
)

// Client is what somebody logs in from.
type Client uint8

// Clients.
const (
	Linux Client = iota + 1
	MacOS
	Windows10 // and later, which have OpenSSH
	OlderWindows
)

// Clients are the clients by name, in order.
var Clients = []string{"linux", "macos", "windows", "older-windows"}

// Reads reports whether the programs of a client read a key of a format.
func (c Client) Reads(f Format) bool { return (c == OlderWindows) == (f == PPK) }

// Delivery is what becomes of the first packet of a connection.
type Delivery uint8

// Deliveries.
const (
	Arrives Delivery = iota + 1 // and something listens
	Refused                     // it arrives, and nothing listens
	Lost                        // no answer comes
)

const (
	// patience is how long a client tries to connect: it sends SYN again after 3 and 6 seconds
	// and waits 12 more.
	patience = 21 * sim.Second
	// handshake is how long keys and names take to be exchanged: our own, for a few round trips
	// and the arithmetic.
	handshake = 500 * sim.Millisecond
)

// Attempt is somebody's try to log in.
type Attempt struct {
	Protocol Protocol
	Client   Client
	Delivery Delivery
	Key      string // key pair whose private key the person has; "" for none
	Format   Format
	Asked    string // key pair that the instance was launched with; "" for none
}

// Outcome is what somebody sees.
type Outcome struct {
	In      bool
	Symptom string // if not in
	Took    sim.Time
}

// Outcome returns how the attempt ends.
func (a Attempt) Outcome() Outcome {
	key := protocols[a.Protocol].key
	switch {
	case key && a.Key != "" && !a.Client.Reads(a.Format):
		return Outcome{Symptom: unreadable(a.Format)}
	case a.Delivery == Lost:
		return Outcome{Symptom: "Connection timed out", Took: patience}
	case a.Delivery == Refused:
		return Outcome{Symptom: "Connection refused"}
	case key && (a.Key == "" || a.Key != a.Asked):
		return Outcome{Symptom: denied(a.Protocol), Took: handshake}
	}
	return Outcome{In: true, Took: handshake}
}

// unreadable is what a program says of a key of a format that is not its own.
func unreadable(f Format) string {
	if f == PPK {
		return "the key is invalid: OpenSSH reads .pem, not .ppk"
	}
	return "unable to use the key file: PuTTY reads .ppk, not .pem"
}

// denied is what a person without the right key sees.
func denied(p Protocol) string {
	if p == RDP {
		return "the credentials did not work: only the private key decrypts the administrator's password"
	}
	return "Permission denied (publickey)"
}

package controlplane

import (
	"net/netip"

	"headroom/model"
	"headroom/model/login"
)

// Image is an AMI that launch templates name.
type Image struct {
	Name         string
	Region       string // "" for that of the run
	Size         model.Bytes
	Pending      bool // it is being made at the start
	Deregistered bool // before the start: it launches nothing more
	Owned        bool // its snapshot is the account's, and billed
	Store        bool // its root is on an instance store
	Tags         map[string]string
}

// Access is what actions need that are about images, roles and logins.
type Access struct {
	Image   int           // CopyImage to RecoverImage: its index
	Profile string        // AssociateProfile
	Try     login.Attempt // LogInBySSH to LogInByRDP: who tries, with which key
	Private bool          // the same: to the private address, over a VPN
	From    netip.Prefix  // the same: a block of addresses where one may be
}

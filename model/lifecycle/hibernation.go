package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/sim"
)

const (
	// MostHibernated is how long an instance may be hibernated.
	MostHibernated = 60 * sim.Day
	// resumeOverhead is what a resume takes beside reading the memory.
	resumeOverhead = 10 * sim.Second
	// memoryLimitGiB is what memory must be below on Linux; windowsLimitGiB at most on Windows.
	memoryLimitGiB  = 150
	windowsLimitGiB = 16
	// systemGiB is what the operating system has of a root volume, and windowsGiB Windows: the
	// size of the ordinary images.
	systemGiB  = 8
	windowsGiB = 30
)

// hibernating are the families whose types can hibernate, as far as their memory allows, by
// DescribeInstanceTypes.
var hibernating = strings.Fields(`
	c3 c4 c5 c5d c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c7i-flex c8a c8g c8gb c8gd c8gn c8i c8i-flex
	c8ib c8in c9g c9gd i3 i3en i4g i7i i7ie i8g i8ge im4gn is4gen m3 m4 m5 m5a m5ad m5d m6a m6g m6gd m6i m6id m6idn
	m6in m7a m7g m7gd m7i m7i-flex m8a m8azn m8g m8gb m8gd m8gn m8i m8i-flex m8ib m8idb m8idn m8in m9g m9gd r3 r4 r5
	r5a r5ad r5d r6a r6g r6gd r6idn r6in r7a r7g r7gd r7i r7iz r8a r8g r8gb r8gd r8gn r8i r8i-flex r8ib r8idb r8idn
	r8in t2 t3 t3a t4g x2gd x8aedz x8i`)

// lacking are the types of those families that cannot.
var lacking = []string{"c6a.12xlarge"}

// Hibernation is how instances are launched that are to hibernate.
type Hibernation struct {
	Type      *model.InstanceType
	Windows   bool
	StoreRoot bool             // its root lies on an instance store
	Root      model.VolumeSpec // else
}

// Refuse returns why EC2 does not launch them, nil if it does. The second value says whose
// fault it is: that of the root volume, or of the type.
func (h *Hibernation) Refuse() (err error, ofRoot bool) {
	if err := h.refuseType(); err != nil {
		return err, false
	}
	return h.refuseRoot(), true
}

func (h *Hibernation) refuseType() error {
	t := h.Type
	gib := float64(t.MemoryMiB) / 1024
	switch {
	case t.BareMetal:
		return refuse(BadHibernation, t.Name+" is bare metal, which does not hibernate")
	case h.Windows && gib > windowsLimitGiB:
		return refuse(BadHibernation, fmt.Sprintf("%s has %g GiB of memory: Windows hibernates with at most %d", t.Name, gib, windowsLimitGiB))
	case gib >= memoryLimitGiB:
		return refuse(BadHibernation, fmt.Sprintf("%s has %g GiB of memory: hibernation takes less than %d", t.Name, gib, memoryLimitGiB))
	case !slices.Contains(hibernating, t.Family) || slices.Contains(lacking, t.Name):
		return refuse(BadHibernation, t.Name+" does not hibernate")
	}
	return nil
}

func (h *Hibernation) refuseRoot() error {
	system := int64(systemGiB)
	if h.Windows {
		system = windowsGiB
	}
	needed := (h.Type.MemoryMiB+1023)/1024 + system
	switch {
	case h.StoreRoot:
		return refuse(BadHibernation, "the root must be an EBS volume")
	case !slices.Contains([]string{"gp2", "gp3", "io1", "io2"}, h.Root.Type):
		return refuse(BadHibernation, "the root volume must be gp2, gp3, io1 or io2, not "+h.Root.Type)
	case !h.Root.Encrypted:
		return refuse(BadHibernation, "the root volume must be encrypted")
	case h.Root.SizeGiB < needed:
		return refuse(BadHibernation, fmt.Sprintf(
			"the root volume must have %d GiB: the memory and %d for the system, not %d", needed, system, h.Root.SizeGiB))
	}
	return nil
}

// Resume is how long an instance takes to come back whose memory took so long to be saved.
func Resume(save sim.Time) sim.Time { return sim.Sum(resumeOverhead, save) }

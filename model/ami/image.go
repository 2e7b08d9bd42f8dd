package ami

import (
	"strings"

	"headroom/model"
	"headroom/sim"
)

const (
	// copySetup and copyRate are how long a copy to another Region takes at least, and how fast
	// it is then. AWS publishes neither; they are ours.
	copySetup = 60 * sim.Second
	copyRate  = 100 * model.MiB // a second
)

// CopyDuration returns how long an image of a size is pending in the Region that it is copied
// to. The copy is a full one.
func CopyDuration(size model.Bytes) sim.Time {
	return sim.Sum(copySetup, sim.Seconds(float64(size)/float64(copyRate)))
}

// ForMac reports whether a type is a Mac, which boots macOS and nothing else.
func ForMac(t *model.InstanceType) bool { return strings.HasSuffix(t.Arch, "_mac") }

// Mismatch returns the rule that is broken where a type is to boot an image of an
// architecture and a platform, "" if it can. Without an architecture any will do. A type that
// is made for x86_64 runs i386 as well.
func Mismatch(t *model.InstanceType, architecture string, p model.Platform) string {
	mac := p == model.MacOS
	switch {
	case ForMac(t) && !mac:
		return "must be macos for " + t.Name + ", a Mac"
	case mac && !ForMac(t):
		return "must be a mac type for macos"
	case architecture != "" && architecture != t.Arch && (architecture != "i386" || t.Arch != "x86_64"):
		return "must be a type for " + architecture + ", the architecture of its image; it is for " + t.Arch
	case p == model.Windows && strings.HasPrefix(t.Arch, "arm64"):
		return "must be a type for x86_64 with platform windows; it is for " + t.Arch
	}
	return ""
}

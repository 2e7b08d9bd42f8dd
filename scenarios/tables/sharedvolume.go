package tables

import (
	"fmt"

	"headroom/model/dataplane"
)

// warnOfSharedVolume warns of a volume that several instances write to, and that has no file system
// for clusters: one that takes itself for the only writer damages what the others have written.
// (Amazon EBS User Guide, "Considerations and limitations" of Multi-Attach.)
func (l *loader) warnOfSharedVolume(number int) {
	v, t := &l.cfg.Volumes[number], l.tables["volume"][number]
	if !v.Spec.Shared || t.Has("file_system") {
		return
	}
	first, writers := "", 0
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		for _, spec := range f.Template.Volumes {
			if spec.Volume != number+1 || !l.writes(f.Services(), v.Name, spec.Device) {
				continue
			}
			if writers += f.Count; first == "" {
				first = "instance." + f.Name
			}
			if writers > 1 {
				l.warnAt(t.Node, fmt.Sprintf(
					"%s: %s and instance.%s write to it, which damages what is there unless its file system is for clusters: file_system = %q says so", t.Path, first, f.Name, forClusters[0]))
				return
			}
		}
	}
}

// writes reports whether a step of some services writes to a volume, by its name or its device.
func (l *loader) writes(services []int, name, device string) bool {
	for _, i := range services {
		if i < 0 {
			continue
		}
		s := &l.cfg.Services[i]
		for k := range s.Steps {
			if io := &s.Steps[k].IO; s.Steps[k].Kind == dataplane.StepDisk && io.Write {
				if disk := s.Disks[io.Disk]; disk == name || device != "" && disk == device {
					return true
				}
			}
		}
	}
	return false
}

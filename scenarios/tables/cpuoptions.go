package tables

import (
	"fmt"

	"headroom/scenarios/schema"
)

// cpuKeys are those of the CPU options of instances.
func cpuKeys() []schema.Key {
	return []schema.Key{
		schema.Row("core_count", schema.Whole(1, 1000), "(all of the type)", "cores that work"),
		schema.Row("threads_per_core", schema.Whole(1, 2), "(those of the type)", "1: a core is one vCPU, which is no faster here for having it alone"),
	}
}

// withOptions returns the number of a type with the CPU options of a template: with fewer vCPUs,
// the others of which take their place on the host all the same. The price stays that of the
// type. AWS charges the licence of Windows by the vCPUs that are active since October 2025
// ($0.046 each an hour), which is not simulated: such an instance costs less there.
// Sources: AWS, "Rules for specifying CPU options for an Amazon EC2 instance", "Optimize CPUs
// for License-Included instances".
func (l *loader) withOptions(t *schema.Table, typ int) int {
	if !t.Has("cpu_options") {
		t.Pass("cpu_options")
		return typ
	}
	options := t.Inside("cpu_options")
	defer options.Done()
	if typ < 0 {
		options.Survey()
		return typ
	}
	kind := l.cfg.Types[typ]
	threads := max(1, kind.ThreadsPerCore)
	cores := kind.VCPUs / threads
	options.Assume("core_count", int64(cores))
	options.Assume("threads_per_core", int64(threads))
	n, each := options.Whole("core_count"), options.Whole("threads_per_core")
	switch {
	case !options.Sound("core_count", "threads_per_core"):
	case kind.Burstable || kind.BareMetal:
		options.Wrong("core_count", "must not be given for "+kind.Name+": bare metal has all of its vCPUs, and burstable types have all of them here")
	case n > cores:
		options.Wrong("core_count", fmt.Sprintf("must be at most the %d cores of %s", cores, kind.Name))
	case each > threads:
		options.Wrong("threads_per_core", fmt.Sprintf("must be %d for %s", threads, kind.Name))
	case n*each < kind.VCPUs:
		kind.Idle = kind.VCPUs - n*each
		kind.VCPUs = n * each
		return l.typeNumber(kind)
	}
	return typ
}

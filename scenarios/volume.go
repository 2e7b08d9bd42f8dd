package scenarios

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/cloud"
)

// volumeType is what AWS allows of one EBS volume type (FACTS 8.2, 8.3).
type volumeType struct {
	name                        string
	leastGiB, mostGiB           int64
	boots                       bool
	leastIOPS, mostIOPS, perGiB int64 // provisioned; mostIOPS 0: none can be
	included                    int64 // IOPS that any size has
	throughput                  bool  // can be provisioned
}

func volumeTypes() []volumeType {
	return []volumeType{
		{name: "gp3", leastGiB: 1, mostGiB: 65536, boots: true, leastIOPS: model.GP3IOPS, mostIOPS: 80000, perGiB: 500, included: model.GP3IOPS, throughput: true},
		{name: "gp2", leastGiB: 1, mostGiB: 16384, boots: true},
		{name: "io2", leastGiB: 4, mostGiB: 65536, boots: true, leastIOPS: 100, mostIOPS: 256000, perGiB: 1000},
		{name: "io1", leastGiB: 4, mostGiB: 16384, boots: true, leastIOPS: 100, mostIOPS: 64000, perGiB: 50},
		{name: "st1", leastGiB: 125, mostGiB: 16384},
		{name: "sc1", leastGiB: 125, mostGiB: 16384},
		{name: "standard", leastGiB: 1, mostGiB: 1024, boots: true},
	}
}

func volumeTypeNames() []string {
	var names []string
	for _, v := range volumeTypes() {
		names = append(names, v.name)
	}
	return names
}

// Limits of a gp3 volume's throughput, in MiB/s (FACTS 8.3).
const (
	leastThroughput = model.GP3ThroughputMiBs
	mostThroughput  = 2000
	iopsPerMiBps    = 4
)

// ordinaryRoot is the root volume of a template that has none.
const ordinaryRoot = `{ root = true, type = "gp3", size = "8GiB" }`

func volumeKeys() []Key {
	return []Key{
		{"root", flag(), "false", "the volume that the instance boots from", "InvalidBlockDeviceMapping"},
		{"type", choice(volumeTypeNames), `"gp3"`, "EBS volume type", ""},
		{"size", quantity(inGiB, 1, 1<<50), "8", "size, in whole GiB", ""},
		{"iops", whole(0, 1e6), "(3000 for gp3)", "provisioned I/O operations a second: gp3, io1, io2", ""},
		{"throughput", quantity(inMiBps, 0, 1e6), "(125 for gp3)", "provisioned throughput: gp3", ""},
		{"delete_on_termination", flag(), "(true for the root, else false)", "whether it ends with its instance", ""},
	}
}

// volumes reads the volumes of a template, the root first.
func (l *loader) volumes(t *table) []cloud.VolumeSpec {
	var specs []cloud.VolumeSpec
	root := false
	t.addRoot()
	for _, v := range t.each("block_device_mappings") {
		isRoot := v.flag("root")
		spec := l.volume(v, isRoot)
		switch {
		case isRoot && root:
			v.wrong("root", "must be true of one volume only")
		case isRoot:
			root = true
			specs = append([]cloud.VolumeSpec{spec}, specs...)
		default:
			specs = append(specs, spec)
		}
		v.done()
	}
	return specs
}

// addRoot adds a root volume to the tree, unless there is one.
func (t *table) addRoot() {
	const key = "block_device_mappings"
	t.assumeNode(key, &node{form: listForm})
	n := t.n.table[key]
	if n.form == tableForm {
		n = &node{at: n.at, form: listForm, list: []*node{n}}
		t.n.table[key] = n
	}
	for _, e := range n.list {
		if e.form != tableForm || e.table["root"] != nil && e.table["root"].scalar != false {
			return
		}
	}
	if n.form == listForm {
		n.list = append(n.list, mustNode(ordinaryRoot).clone(n.at))
	}
}

func (l *loader) volume(t *table, root bool) cloud.VolumeSpec {
	name := t.choice("type")
	size := t.size("size")
	spec := cloud.VolumeSpec{Type: name, SizeGiB: int64(size / model.GiB)}
	t.assume("delete_on_termination", root)
	spec.DeleteOnTermination = t.flag("delete_on_termination")
	for _, v := range volumeTypes() {
		if v.name != name {
			continue
		}
		if root && !v.boots {
			t.reject("type", Fault{Rule: "must be a type that boots, for the root volume", Code: "InvalidBlockDeviceMapping"})
		}
		if t.sound("size") && (size%model.GiB != 0 || spec.SizeGiB < v.leastGiB || spec.SizeGiB > v.mostGiB) {
			t.wrong("size", fmt.Sprintf("must be %d..%d whole GiB for %s", v.leastGiB, v.mostGiB, name))
		}
		spec.IOPS = v.iops(t, spec.SizeGiB)
		spec.ThroughputMiBs = v.throughputOf(t, spec.IOPS)
	}
	return spec
}

// iops reads the provisioned IOPS of a volume of that type.
func (v volumeType) iops(t *table, sizeGiB int64) int64 {
	if v.mostIOPS == 0 {
		if t.whole("iops"); t.has("iops") {
			t.wrong("iops", "must not be given for "+v.name)
		}
		return 0
	}
	if v.included > 0 {
		t.assume("iops", v.included)
	}
	t.mode = "with type " + quote(v.name)
	t.require("iops")
	iops := int64(t.whole("iops"))
	switch {
	case !t.sound("iops", "size"):
	case iops < v.leastIOPS || iops > v.mostIOPS:
		t.wrong("iops", fmt.Sprintf("must be %d..%d for %s", v.leastIOPS, v.mostIOPS, v.name))
	case iops > max(v.included, v.perGiB*sizeGiB):
		t.wrong("iops", fmt.Sprintf("must be at most %d per GiB, %d for %d GiB of %s",
			v.perGiB, max(v.included, v.perGiB*sizeGiB), sizeGiB, v.name))
	}
	return iops
}

// throughputOf reads the provisioned throughput of a volume of that type.
func (v volumeType) throughputOf(t *table, iops int64) int64 {
	if !v.throughput {
		if t.quantity("throughput"); t.has("throughput") {
			t.wrong("throughput", "must not be given for "+v.name)
		}
		return 0
	}
	t.assume("throughput", int64(leastThroughput))
	got := t.quantity("throughput")
	switch {
	case !t.sound("throughput"):
	case got < leastThroughput || got > mostThroughput || got != math.Trunc(got):
		t.wrong("throughput", fmt.Sprintf("must be %d..%d whole MiB/s", leastThroughput, mostThroughput))
	case t.sound("iops") && got*iopsPerMiBps > float64(iops):
		t.wrong("throughput", fmt.Sprintf("must be at most 0.25 MiB/s per IOPS, %d with %d IOPS", iops/iopsPerMiBps, iops))
	}
	return int64(got)
}

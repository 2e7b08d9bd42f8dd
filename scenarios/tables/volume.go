package tables

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// volumeType is what AWS allows of one EBS volume type, from its page of EBS volume types.
type volumeType struct {
	name, meaning               string
	leastGiB, mostGiB           int64
	boots                       bool
	leastIOPS, mostIOPS, perGiB int64 // provisioned; mostIOPS 0: none can be
	included                    int64 // IOPS that any size has
	throughput                  bool  // can be provisioned
}

func volumeTypes() []volumeType {
	return []volumeType{
		{name: "gp3", meaning: "SSD, with IOPS and throughput of its own", leastGiB: 1, mostGiB: 65536, boots: true, leastIOPS: model.GP3IOPS, mostIOPS: 80000, perGiB: 500, included: model.GP3IOPS, throughput: true},
		{name: "gp2", meaning: "SSD, with IOPS by its size", leastGiB: 1, mostGiB: 16384, boots: true},
		{name: "io2", meaning: "SSD of the highest durability, with provisioned IOPS", leastGiB: 4, mostGiB: 65536, boots: true, leastIOPS: 100, mostIOPS: 256000, perGiB: 1000},
		{name: "io1", meaning: "SSD with provisioned IOPS", leastGiB: 4, mostGiB: 16384, boots: true, leastIOPS: 100, mostIOPS: 64000, perGiB: 50},
		{name: "st1", meaning: "hard disk for throughput", leastGiB: 125, mostGiB: 16384},
		{name: "sc1", meaning: "hard disk for what is seldom read", leastGiB: 125, mostGiB: 16384},
		{name: "standard", meaning: "magnetic, of the previous generation", leastGiB: 1, mostGiB: 1024, boots: true},
	}
}

func volumeTypeNames() []schema.Word {
	var words []schema.Word
	for _, v := range volumeTypes() {
		words = append(words, schema.Word{Name: v.name, Meaning: v.meaning})
	}
	return words
}

// Limits of a gp3 volume's throughput, in MiB/s, from the same page.
const (
	leastThroughput = model.GP3ThroughputMiBs
	mostThroughput  = 2000
	iopsPerMiBps    = 4
)

// ordinaryRoot is the root volume of a template that has none.
const ordinaryRoot = `{ root = true, type = "gp3", size = "8GiB" }`

func volumeKeys() []schema.Key {
	return []schema.Key{
		schema.Row("root", schema.Flag(), "false", "the volume that the instance boots from").Coded("InvalidBlockDeviceMapping"),
		schema.Row("type", schema.Choice(volumeTypeNames), `"gp3"`, "EBS volume type"),
		schema.Row("size", schema.Quantity(schema.GiB, 1, 1<<50), "8", "size, in whole GiB"),
		schema.Row("iops", schema.Whole(0, 1e6), "(3000 for gp3)", "provisioned I/O operations a second: gp3, io1, io2"),
		schema.Row("throughput", schema.Quantity(schema.MiBps, 0, 1e6), "(125 for gp3)", "provisioned throughput: gp3"),
		schema.Row("delete_on_termination", schema.Flag(), "(true for the root, else false)", "whether it ends with its instance"),
	}
}

// checkAttachments refuses more volumes than instances of a type can have, from
// AWS's page of volume limits: most share 28 slots among network interfaces,
// volumes and disks of their own.
func (l *loader) checkAttachments(t *schema.Table, key string, typ, volumes int) {
	if typ < 0 {
		return
	}
	if most := l.cfg.Types[typ].Volumes; most > 0 && volumes > most {
		t.Reject(key, schema.Fault{
			Rule: fmt.Sprintf("must not have more than the %d volumes, the root among them, that %s takes", most, l.cfg.Types[typ].Name),
			Got:  fmt.Sprint(volumes), Code: "AttachmentLimitExceeded",
		})
	}
}

// volumes reads the volumes of a template, the root first.
func (l *loader) volumes(t *schema.Table) []controlplane.VolumeSpec {
	var specs []controlplane.VolumeSpec
	root := false
	addRoot(t)
	for _, v := range t.Each("block_device_mappings") {
		isRoot := v.Flag("root")
		spec := l.volume(v, isRoot)
		switch {
		case isRoot && root:
			v.Wrong("root", "must be true of one volume only")
		case isRoot:
			root = true
			specs = append([]controlplane.VolumeSpec{spec}, specs...)
		default:
			specs = append(specs, spec)
		}
		v.Done()
	}
	return specs
}

// addRoot adds a root volume to the tree, unless there is one.
func addRoot(t *schema.Table) {
	const key = "block_device_mappings"
	t.AssumeNode(key, &tree.Node{Form: tree.ListForm})
	n := t.Node.Table[key]
	if n.Form == tree.TableForm {
		n = &tree.Node{At: n.At, Form: tree.ListForm, List: []*tree.Node{n}}
		t.Node.Table[key] = n
	}
	for _, e := range n.List {
		if e.Form != tree.TableForm || e.Table["root"] != nil && e.Table["root"].Scalar != false {
			return
		}
	}
	if n.Form == tree.ListForm {
		n.List = append(n.List, tree.MustParse(ordinaryRoot).Clone(n.At))
	}
}

func (l *loader) volume(t *schema.Table, root bool) controlplane.VolumeSpec {
	name := t.Choice("type")
	size := t.Size("size")
	spec := controlplane.VolumeSpec{Type: name, SizeGiB: int64(size / model.GiB)}
	t.Assume("delete_on_termination", root)
	spec.DeleteOnTermination = t.Flag("delete_on_termination")
	for _, v := range volumeTypes() {
		if v.name != name {
			continue
		}
		if root && !v.boots {
			t.Reject("type", schema.Fault{Rule: "must be a type that boots, for the root volume", Code: "InvalidBlockDeviceMapping"})
		}
		if t.Sound("size") && (size%model.GiB != 0 || spec.SizeGiB < v.leastGiB || spec.SizeGiB > v.mostGiB) {
			t.Wrong("size", fmt.Sprintf("must be %d..%d whole GiB for %s", v.leastGiB, v.mostGiB, name))
		}
		spec.IOPS = v.iops(t, spec.SizeGiB)
		spec.ThroughputMiBs = v.throughputOf(t, spec.IOPS)
	}
	return spec
}

// iops reads the provisioned IOPS of a volume of that type.
func (v volumeType) iops(t *schema.Table, sizeGiB int64) int64 {
	if v.mostIOPS == 0 {
		if t.Whole("iops"); t.Has("iops") {
			t.Wrong("iops", "must not be given for "+v.name)
		}
		return 0
	}
	if v.included > 0 {
		t.Assume("iops", v.included)
	}
	t.Mode = "with type " + tree.Quote(v.name)
	if !t.Has("iops") {
		t.Wrong("iops", "is required with type "+tree.Quote(v.name))
	}
	iops := int64(t.Whole("iops"))
	switch {
	case !t.Sound("iops", "size"):
	case iops < v.leastIOPS || iops > v.mostIOPS:
		t.Wrong("iops", fmt.Sprintf("must be %d..%d for %s", v.leastIOPS, v.mostIOPS, v.name))
	case iops > max(v.included, v.perGiB*sizeGiB):
		t.Wrong("iops", fmt.Sprintf("must be at most %d per GiB, %d for %d GiB of %s",
			v.perGiB, max(v.included, v.perGiB*sizeGiB), sizeGiB, v.name))
	}
	return iops
}

// throughputOf reads the provisioned throughput of a volume of that type.
func (v volumeType) throughputOf(t *schema.Table, iops int64) int64 {
	if !v.throughput {
		if t.Quantity("throughput"); t.Has("throughput") {
			t.Wrong("throughput", "must not be given for "+v.name)
		}
		return 0
	}
	t.Assume("throughput", int64(leastThroughput))
	got := t.Quantity("throughput")
	switch {
	case !t.Sound("throughput"):
	case got < leastThroughput || got > mostThroughput || got != math.Trunc(got):
		t.Wrong("throughput", fmt.Sprintf("must be %d..%d whole MiB/s", leastThroughput, mostThroughput))
	case t.Sound("iops") && got*iopsPerMiBps > float64(iops):
		t.Wrong("throughput", fmt.Sprintf("must be at most 0.25 MiB/s per IOPS, %d with %d IOPS", iops/iopsPerMiBps, iops))
	}
	return int64(got)
}

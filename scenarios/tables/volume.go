package tables

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/storage"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

func volumeTypeNames() []schema.Word {
	var words []schema.Word
	for _, v := range storage.Kinds() {
		words = append(words, schema.Word{Name: v.Name, Meaning: v.Meaning})
	}
	return words
}

// ordinaryRoot is the root volume of a template that has none.
const ordinaryRoot = `{ root = true, type = "gp3", size = "8GiB" }`

func volumeKeys() []schema.Key {
	return []schema.Key{
		schema.Row("root", schema.Flag(), "false", "the volume that the instance boots from").Coded("InvalidBlockDeviceMapping"),
		schema.Row("type", schema.Choice(volumeTypeNames), `"gp3"`, "EBS volume type; Terraform's volume_type, volume_size and snapshot_id, and its blocks root_block_device, ebs_block_device and ebs, are read as well"),
		schema.Row("size", schema.Quantity(schema.GiB, 1<<30, 1<<50), "8", "size, in whole GiB"),
		schema.Row("iops", schema.Whole(0, 1e6), "(3000 for gp3)", "provisioned I/O operations a second: gp3, io1, io2"),
		schema.Row("throughput", schema.Quantity(schema.MiBps, 0, 1e6), "(125 for gp3)", "provisioned throughput: gp3"),
		schema.Row("device_name", schema.Text(), "", "by which steps call it, and the operating system"),
		schema.Row("snapshot", schema.Text(), "", "the snapshot that it is made from when its instance is launched: what it holds comes as it is touched, and slowly by itself").Coded(schema.NoCode),
		schema.Row("encrypted", schema.Flag(), "false", "whether what it holds is encrypted, which changes neither its speed nor its price; all types can"),
		schema.Row("kms_key_id", schema.Text(), "(AWS's own key)", "the key of an encrypted one, by a name of yours").Coded("InvalidParameterDependency"),
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
func (l *loader) volumes(t *schema.Table, img image) []model.VolumeSpec {
	var specs []model.VolumeSpec
	root := false
	respellVolumes(t)
	addRoot(t, img)
	for _, v := range t.Each("block_device_mappings") {
		isRoot := v.Flag("root")
		refuseSharing(v, isRoot)
		spec := l.volume(v, isRoot)
		switch {
		case isRoot && root:
			v.Wrong("root", "must be true of one volume only")
		case isRoot && img.store:
			v.Wrong("root", "must not be true: the root of the image lies on an instance store")
		case isRoot:
			root = true
			specs = append([]model.VolumeSpec{spec}, specs...)
		default:
			specs = append(specs, spec)
		}
		v.Done()
	}
	switch {
	case len(specs) == 0:
	case img.store:
		specs[0].Data = true
	case img.secret:
		specs[0].Encrypted = true
	}
	return specs
}

// refuseSharing refuses that instances share a volume of a template: no launch makes one that
// they can, and none boots from one (Amazon EBS User Guide, "Considerations and limitations"
// of Multi-Attach).
func refuseSharing(v *schema.Table, root bool) {
	const key = "multi_attach_enabled"
	n := v.Node.Table[key]
	if n == nil {
		return
	}
	if n.Scalar != false {
		f := schema.Fault{Rule: "must be a key of a [volume.NAME], which is attached to instances: none is launched with a volume that others share", Code: "MultiAttachUnsupported"}
		if root {
			f = schema.Fault{Rule: "must be false of a root: no instance boots from a volume that others share", Code: "InvalidBlockDeviceMapping"}
		}
		v.Reject(key, f)
	}
	delete(v.Node.Table, key)
}

// addRoot adds a root volume to the tree, unless there is one, or the image has its root
// elsewhere.
func addRoot(t *schema.Table, img image) {
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
	if n.Form == tree.ListForm && !img.store {
		n.List = append(n.List, rootOf(img).Clone(n.At))
	}
}

func (l *loader) volume(t *schema.Table, root bool) model.VolumeSpec {
	spec := l.volumeOfType(t)
	spec.Device, spec.Encrypted = t.Text("device_name"), t.Flag("encrypted")
	checkKey(t)
	if spec.Snapshot = l.snapshotName(t, "snapshot"); spec.Snapshot != "" && t.Sound("snapshot") {
		l.snapshotUses[len(l.snapshotUses)-1].size = spec.SizeGiB
	}
	t.Assume("delete_on_termination", root)
	spec.DeleteOnTermination = t.Flag("delete_on_termination")
	if v, ok := storage.Find(spec.Type); ok && root && !v.Boots {
		t.Reject("type", schema.Fault{Rule: "must be a type that boots, for the root volume", Code: "InvalidBlockDeviceMapping"})
	}
	return spec
}

// checkKey refuses a key of what is not encrypted.
func checkKey(t *schema.Table) {
	if t.Text("kms_key_id") != "" && !t.Flag("encrypted") {
		t.Wrong("kms_key_id", "must not be given without encrypted = true")
	}
}

// volumeOfType reads what AWS's rules of volume types are about.
func (l *loader) volumeOfType(t *schema.Table) model.VolumeSpec {
	name := t.Choice("type")
	size := t.Size("size")
	spec := model.VolumeSpec{Type: name, SizeGiB: int64(size / model.GiB)}
	v, ok := storage.Find(name)
	if !ok {
		return spec // which has been said
	}
	if t.Sound("size") && (size%model.GiB != 0 || spec.SizeGiB < v.LeastGiB || spec.SizeGiB > v.MostGiB) {
		t.Wrong("size", fmt.Sprintf("must be %d..%d whole GiB for %s", v.LeastGiB, v.MostGiB, name))
	}
	spec.IOPS = readIOPS(t, v, spec.SizeGiB)
	spec.ThroughputMiBs = readThroughput(t, v, spec.IOPS)
	return spec
}

// readIOPS reads the provisioned IOPS of a volume of that type.
func readIOPS(t *schema.Table, v storage.Rules, sizeGiB int64) int64 {
	if v.MostIOPS == 0 {
		if t.Whole("iops"); t.Has("iops") {
			t.Wrong("iops", "must not be given for "+v.Name)
		}
		return 0
	}
	if v.Included > 0 {
		t.Assume("iops", v.Included)
	}
	t.Mode = "with type " + tree.Quote(v.Name)
	if !t.Has("iops") {
		t.Wrong("iops", "is required with type "+tree.Quote(v.Name))
	}
	iops := int64(t.Whole("iops"))
	switch {
	case !t.Sound("iops", "size"):
	case iops < v.LeastIOPS || iops > v.MostIOPS:
		t.Wrong("iops", fmt.Sprintf("must be %d..%d for %s", v.LeastIOPS, v.MostIOPS, v.Name))
	case iops > max(v.Included, v.PerGiB*sizeGiB):
		t.Wrong("iops", fmt.Sprintf("must be at most %d per GiB, %d for %d GiB of %s",
			v.PerGiB, max(v.Included, v.PerGiB*sizeGiB), sizeGiB, v.Name))
	}
	return iops
}

// readThroughput reads the provisioned throughput of a volume of that type.
func readThroughput(t *schema.Table, v storage.Rules, iops int64) int64 {
	if !v.Throughput {
		if t.Quantity("throughput"); t.Has("throughput") {
			t.Wrong("throughput", "must not be given for "+v.Name)
		}
		return 0
	}
	t.Assume("throughput", int64(storage.LeastThroughput))
	got := t.Quantity("throughput")
	switch {
	case !t.Sound("throughput"):
	case got < storage.LeastThroughput || got > storage.MostThroughput || got != math.Trunc(got):
		t.Wrong("throughput", fmt.Sprintf("must be %d..%d whole MiB/s", storage.LeastThroughput, storage.MostThroughput))
	case t.Sound("iops") && got*storage.IOPSPerMiBps > float64(iops):
		t.Wrong("throughput", fmt.Sprintf("must be at most 0.25 MiB/s per IOPS, %d with %d IOPS", iops/storage.IOPSPerMiBps, iops))
	}
	return int64(got)
}

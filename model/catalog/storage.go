package catalog

import "headroom/model"

// diskKinds are the kinds of disks by their words.
var diskKinds = map[string]model.DiskKind{"nvme": model.NVMe, "ssd": model.SSD, "hdd": model.HDD}

// addStorage adds to a type what a row of the table of storage says of it.
func (r row) addStorage(t *model.InstanceType) {
	whole := func(i int) int64 {
		n, _ := r.float(i)
		return int64(n)
	}
	t.Nitro = r.cell(1) == "1"
	t.EBS.BaseMbps, _ = r.float(2)
	t.EBS.PeakMbps, _ = r.float(3)
	t.EBS.BaseIOPS, t.EBS.PeakIOPS = whole(4), whole(5)
	t.Store = model.InstanceStore{
		Disks: int(whole(6)), DiskGB: int(whole(7)), Kind: diskKinds[r.cell(8)],
		ReadIOPS: whole(9), WriteIOPS: whole(10), Estimated: r.cell(11) == "1",
	}
}

package main

import (
	"strconv"
	"strings"
)

// storage derives what a type can do with disks: its EBS limits and its own disks.
func (in *source) storage() output {
	out := output{
		path:   "storage.csv.gz",
		header: "type,nitro,ebs_base_mbps,ebs_peak_mbps,ebs_base_iops,ebs_peak_iops,disks,disk_gb,disk,read_iops,write_iops,estimated",
	}
	for _, r := range in.catalog {
		nitro := r["hypervisor"] == "nitro" || r["hypervisor"] == "" && r["bare_metal"] == "1"
		d := disksOf(r)
		out.rows = append(out.rows, row(r["type"], flag01(nitro), r["ebs_base_mbps"], r["ebs_max_mbps"], r["ebs_base_iops"], r["ebs_max_iops"],
			d.count, d.eachGB, d.kind, d.read, d.write, flag01(d.estimated)))
	}
	return out
}

// disks are those of an instance type, in the cells of a row.
type disks struct {
	count, eachGB, kind string
	read, write         string // IOPS of all of them together, 4 KiB each; empty for hard disks
	estimated           bool
}

// disksOf returns the disks of a type. AWS states the IOPS of the ones in published;
// others are those of a relative by the gigabyte.
func disksOf(r record) disks {
	if r["disk_count"] == "" || r["disk_count"] == "0" {
		return disks{}
	}
	d := disks{count: r["disk_count"], eachGB: r["disk_gb_each"], kind: "ssd"}
	switch {
	case r["disk_type"] == "hdd":
		d.kind = "hdd"
		return d
	case r["disk_nvme"] == "1":
		d.kind = "nvme"
	}
	for _, p := range published() {
		if iops, ok := p.sizes[r["size"]]; ok && strings.Contains(" "+p.families+" ", " "+r["family"]+" ") {
			d.kind = "nvme" // all of them are
			d.read, d.write = strconv.Itoa(iops[0]), strconv.Itoa(iops[1])
			return d
		}
	}
	read, write := relative(r["family"], d.kind)
	gigabytes := parse(r["disk_count"]) * parse(r["disk_gb_each"])
	d.read, d.write, d.estimated = strconv.Itoa(int(gigabytes*read)), strconv.Itoa(int(gigabytes*write)), true
	return d
}

// relative returns the IOPS a gigabyte of the family that a type without published
// ones is most like: i4i, i3en, r5d, or i2 for disks that are not NVMe.
func relative(family, kind string) (read, write float64) {
	switch {
	case kind == "ssd":
		return 44, 44
	case strings.Contains(" i3en i7ie i8ge is4gen ", " "+family+" "):
		return 34, 26
	case strings.HasPrefix(family, "i") && !strings.HasPrefix(family, "inf"):
		return 106.7, 58.7
	case strings.HasPrefix(family, "x2"):
		return 226, 94.7
	}
	return 389, 189
}

// publication is the read and write IOPS of the disks of some families, by size.
type publication struct {
	families string
	sizes    map[string][2]int
}

// published are the tables "SSD I/O performance" of the EC2 User Guide of May 2023.
func published() []publication {
	return []publication{
		{"m5d m5ad m5dn r5d r5ad r5dn", map[string][2]int{
			"large": {30_000, 15_000}, "xlarge": {59_000, 29_000}, "2xlarge": {117_000, 57_000}, "4xlarge": {234_000, 114_000},
			"8xlarge": {466_666, 233_333}, "12xlarge": {700_000, 340_000}, "16xlarge": {933_333, 466_666},
			"24xlarge": {1_400_000, 680_000}, "metal": {1_400_000, 680_000},
		}},
		{"z1d", map[string][2]int{
			"large": {30_000, 15_000}, "xlarge": {59_000, 29_000}, "2xlarge": {117_000, 57_000}, "3xlarge": {175_000, 75_000},
			"6xlarge": {350_000, 170_000}, "12xlarge": {700_000, 340_000},
		}},
		{"i3", map[string][2]int{
			"large": {100_125, 35_000}, "xlarge": {206_250, 70_000}, "2xlarge": {412_500, 180_000}, "4xlarge": {825_000, 360_000},
			"8xlarge": {1_650_000, 720_000}, "16xlarge": {3_300_000, 1_400_000}, "metal": {3_300_000, 1_400_000},
		}},
		{"i3en", map[string][2]int{"large": {42_500, 32_500}, "xlarge": {85_000, 65_000}, "6xlarge": {500_000, 400_000}}},
		{"i4i", map[string][2]int{"large": {50_000, 27_500}, "xlarge": {100_000, 55_000}, "4xlarge": {400_000, 220_000}}},
		{"x2idn", map[string][2]int{"16xlarge": {430_000, 180_000}}},
		{"x2iedn", map[string][2]int{"xlarge": {26_875, 11_250}, "8xlarge": {215_000, 90_000}}},
	}
}

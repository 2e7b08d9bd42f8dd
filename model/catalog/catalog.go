package catalog

//go:generate go run ./derive -data $HEADROOM_DATA

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"headroom/model"
	"headroom/model/spelling"
)

// Catalog is what one Region offers and what it costs. It is immutable and safe
// for concurrent use; every method computes its answer from the tables.
type Catalog struct {
	region    string
	about     row // of the table of Regions
	instances table
	licensed  func() table // the same of RHEL and SUSE
	hosts     func() table
	services  func() table
	zones     []string
	book      map[string]float64 // overridden prices, by item or by "type,platform"
}

// The tables that all Regions share. Like most of a Region's own they are read when
// somebody asks, for few runs need all.
var (
	types      = sync.OnceValue(func() table { return open("types.csv.gz", typeColumns) })
	storage    = sync.OnceValue(func() table { return open("storage.csv.gz", storageColumns) })
	interfaces = sync.OnceValue(func() table { return open("interfaces.csv.gz", "type,interfaces,addresses") })
	shapes     = sync.OnceValue(func() table { return open("shapes.csv", shapeColumns) })
	speeds     = sync.OnceValue(func() table { return open("speeds.csv", speedColumns) })
	plans      = sync.OnceValue(func() table { return open("compute_plans.csv", planColumns) }) // of us-east-1
)

// Columns of the tables, as the derive program writes them.
const (
	typeColumns     = "type,arch,vcpus,threads_per_core,memory_mib,bare_metal,burstable,current_gen,network_base_gbps,network_peak_gbps,baseline_percent,credits_per_hour,spot,volumes"
	storageColumns  = "type,nitro,ebs_base_mbps,ebs_peak_mbps,ebs_base_iops,ebs_peak_iops,disks,disk_gb,disk,read_iops,write_iops,estimated"
	shapeColumns    = "family,vcpus,cores,sockets,memory_mib,slots"
	speedColumns    = "family,busy,alone,like"
	instanceColumns = "type,platform,zones,usd,date,estimated,rates_usd,rates_date," +
		"standard_1y_no,standard_1y_partial,standard_1y_all,standard_3y_no,standard_3y_partial,standard_3y_all," +
		"convertible_1y_no,convertible_1y_partial,convertible_1y_all,convertible_3y_no,convertible_3y_partial,convertible_3y_all," +
		"spot_min,spot_avg,spot_max,interruption_bucket,savings_percent"
	hostColumns    = "family,usd,date,estimated,reserved_1y_no,reserved_1y_partial,reserved_1y_all,reserved_3y_no,reserved_3y_partial,reserved_3y_all"
	serviceColumns = "item,unit,usd,date,estimated"
)

// Open returns the catalogue of a Region. What is asked for is unpacked then, and kept:
// keep the result. An unknown Region is an error that names the nearest.
func Open(region string) (*Catalog, error) {
	about, known := regions().find(region)
	if !known {
		near := spelling.Nearest(region, slices.Values(Regions()))
		return nil, fmt.Errorf("unknown Region %q: must be one of %d that `headroom explain region.name` lists%s", region, len(Regions()), hint(near))
	}
	c := &Catalog{
		region:    region,
		about:     about,
		zones:     strings.Split(about.cell(3), ""),
		instances: open(region+"/instances.csv.gz", instanceColumns),
		licensed:  sync.OnceValue(func() table { return open(region+"/licensed.csv.gz", instanceColumns) }),
		hosts:     sync.OnceValue(func() table { return open(region+"/hosts.csv", hostColumns) }),
		services:  sync.OnceValue(func() table { return open(region+"/services.csv", serviceColumns) }),
	}
	return c, nil
}

// Region returns the Region's name.
func (c *Catalog) Region() string { return c.region }

// Type returns what is known of an instance type, offered in this Region or not.
func (c *Catalog) Type(name string) (model.InstanceType, bool) {
	r, ok := types().find(name)
	if !ok {
		return model.InstanceType{}, false
	}
	return c.instanceType(r), true
}

// Types returns all 1,403 instance types of every Region, by family, then from
// small to large, bare metal last.
func (c *Catalog) Types() []model.InstanceType {
	var all []model.InstanceType
	units := make(map[string]float64)
	for r := range types().all() {
		t := c.instanceType(r)
		all = append(all, t)
		units[t.Name] = c.NormalizedUnits(t.Name)
	}
	slices.SortFunc(all, func(a, b model.InstanceType) int {
		if order := strings.Compare(a.Family, b.Family); order != 0 {
			return order
		}
		switch x, y := units[a.Name], units[b.Name]; {
		case a.BareMetal != b.BareMetal:
			return map[bool]int{false: -1, true: 1}[a.BareMetal]
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return strings.Compare(a.Name, b.Name)
		}
	})
	return all
}

// instanceType reads a row of the type table.
func (c *Catalog) instanceType(r row) model.InstanceType {
	cells := strings.Split(string(r), ",")
	family, size, _ := strings.Cut(cells[0], ".")
	t := model.InstanceType{
		Name: cells[0], Family: family, Size: size, Arch: cells[1],
		VCPUs:          mustInt(cells[2]),
		ThreadsPerCore: mustInt(cells[3]),
		MemoryMiB:      int64(mustInt(cells[4])),
		BareMetal:      cells[5] == "1",
		Burstable:      cells[6] == "1",
		CurrentGen:     cells[7] == "1",
	}
	t.NetworkBaseGbps, _ = r.float(8)
	t.NetworkPeakGbps, _ = r.float(9)
	t.BaselinePercent, _ = r.float(10)
	t.CreditsPerHour, _ = r.float(11)
	volumes, _ := r.float(13)
	t.Volumes = int(volumes)
	if s, ok := storage().find(t.Name); ok {
		s.addStorage(&t)
	}
	if r, ok := interfaces().find(t.Name); ok {
		t.Interfaces, t.AddressesEach = mustInt(r.cell(1)), mustInt(r.cell(2))
	}
	return t
}

// Zones lists the letters of the Region's zones in which any type is offered.
func (c *Catalog) Zones() []string { return slices.Clone(c.zones) }

// OfferedZones returns the letters of the zones in which a type can be
// launched, sorted; "" if it cannot in this Region.
func (c *Catalog) OfferedZones(typeName string) string {
	r, _ := c.instances.find(typeName + "," + model.Linux.String())
	return r.cell(columnZones)
}

// Offered reports whether a type can be launched in the zone of that letter.
func (c *Catalog) Offered(typeName, zone string) bool {
	return len(zone) == 1 && strings.Contains(c.OfferedZones(typeName), zone)
}

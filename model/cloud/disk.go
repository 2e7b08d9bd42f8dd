package cloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/storage"
)

// DiskName names the disks of one name of all servers of one owner.
type DiskName struct {
	Owner string // "autoscaling_group.web", as in the ledger; "" of a volume of its own table
	Disk  string // "root"
}

// String returns the name as metric labels write it: "web:root", or that of a volume of
// its own table.
func (d DiskName) String() string {
	if d.Owner == "" {
		return d.Disk
	}
	_, owner, _ := strings.Cut(d.Owner, ".")
	return owner + ":" + d.Disk
}

// server is a kind of servers: who launches them, with what.
type server struct {
	owner   string
	service int
	types   []int
	volumes []model.VolumeSpec
}

// servers lists the kinds of servers, those of groups first.
func (c *Config) servers() []server {
	var all []server
	for i := range c.Groups {
		g := &c.Groups[i]
		s := server{owner: g.Path(), service: g.Service}
		if g.Template >= 0 && g.Template < len(c.LaunchTemplates) {
			s.volumes = c.LaunchTemplates[g.Template].Volumes
		}
		for k := range g.Types {
			s.types = append(s.types, g.Types[k].Type)
		}
		for _, service := range g.Services() {
			s.service = service
			all = append(all, s)
		}
	}
	for i := range c.Instances {
		f := &c.Instances[i]
		for _, service := range f.Services() {
			all = append(all, server{"instance." + f.Name, service, []int{f.Template.Type}, f.Template.Volumes})
		}
	}
	return all
}

// Disks lists what steps read from and write to, by owner.
func (c *Config) Disks() []DiskName {
	var all []DiskName
	for _, s := range c.servers() {
		if s.service < 0 || s.service >= len(c.Services) {
			continue
		}
		seen := map[int]bool{}
		for _, disk := range c.Services[s.service].Disks {
			d, v := DiskName{s.owner, disk}, None
			if model.FindFileSystem(c.FileSystems, disk) >= 0 {
				d = DiskName{Disk: disk}
			} else if disk != dataplane.InstanceStore {
				v = model.FindVolume(s.volumes, disk)
			}
			if v >= 0 && s.volumes[v].Name != "" {
				d = DiskName{Disk: s.volumes[v].Name}
			}
			if (v < 0 || !seen[v]) && !slices.Contains(all, d) {
				all = append(all, d)
			}
			seen[v] = true
		}
	}
	return all
}

// diskErrors returns what is wrong with the disks of servers: what steps use must be
// there.
func (c *Config) diskErrors() (errs []error) {
	for _, s := range c.servers() {
		if s.service < 0 || s.service >= len(c.Services) {
			continue
		}
		for _, disk := range c.Services[s.service].Disks {
			if err := c.lacks(s, disk); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", s.owner, err))
			}
		}
		if err := c.sharesSwap(s); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.owner, err))
		}
	}
	return errs
}

// sharesSwap refuses a swap file on a volume that other servers write to as well.
func (c *Config) sharesSwap(s server) error {
	service := &c.Services[s.service]
	if service.Memory == nil || service.Memory.Swap.Size == 0 || uint(service.Memory.Swap.Disk) >= uint(len(service.Disks)) {
		return nil
	}
	name := service.Disks[service.Memory.Swap.Disk]
	if v := model.FindVolume(s.volumes, name); v >= 0 && name != dataplane.InstanceStore && s.volumes[v].Shared {
		return errors.New("must not have its swap file on volume " + name + ", which servers share")
	}
	return nil
}

func (c *Config) lacks(s server, disk string) error {
	if model.FindFileSystem(c.FileSystems, disk) >= 0 {
		return nil
	}
	if disk != dataplane.InstanceStore {
		i := model.FindVolume(s.volumes, disk)
		if i < 0 {
			return errors.New("has no volume " + disk)
		}
		if _, ok := storage.Find(s.volumes[i].Type); !ok {
			return fmt.Errorf("volume %s: must be of a type of EBS volumes, got %q", disk, s.volumes[i].Type)
		}
		return nil
	}
	for _, t := range s.types {
		if t >= 0 && t < len(c.Types) && c.Types[t].Store.Disks == 0 {
			return errors.New(c.Types[t].Name + " has no instance store")
		}
	}
	return nil
}

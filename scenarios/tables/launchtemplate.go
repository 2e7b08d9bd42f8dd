package tables

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/ami"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

// launchTemplateKeys are those of [launch_template.NAME] and of an instance
// that is made without one.
func launchTemplateKeys() []schema.Key {
	return schema.Within("launch_template.NAME", "ValidationError", slices.Concat(applicationKeys(), templateKeys(), []schema.Key{
		schema.Row("version", schema.Whole(1, math.MaxInt32), "(in the order in which a group launches from them)", "its number where a group goes from one template to another: OldestLaunchTemplate ends instances of the lowest first"),
	}))
}

func templateKeys() []schema.Key {
	return slices.Concat([]schema.Key{
		schema.Row("instance_type", schema.Text(), "", "EC2 instance type").Coded(unsupported),
		schema.Row("block_device_mappings", schema.List(), "", "EBS volumes; without a root among them, one of gp3 and 8 GiB is added"),
		schema.Row("monitoring", schema.OneOf("basic: metrics every 5 minutes", "detailed: metrics every minute, for a fee"), `"basic"`, "metrics every 5 minutes, or every minute for a fee"),
		schema.Row("associate_public_ip_address", schema.Flag(), "(as the subnet says; true in a default VPC)", "a public IPv4 address each, which is billed"),
		schema.Row("speed", schema.Quantity(schema.Number, 0.001, controlplane.MaxSpeed), "(by demand.measured_on)", "how fast a vCPU is, relative to the one on which demands were measured, whatever the type"),
		schema.Row("max_tracked_connections", schema.Whole(1, 1<<30), "", "connections that an instance's security groups keep track of, beyond which packets are dropped; any number without"),
		schema.Row("cpu_options", schema.Inner(), "", "fewer vCPUs than the type has: the price stays, but for licences that are paid by them"),
	}, schema.Within("cpu_options", badCombination, cpuKeys()), placementKeys(), membershipKeys("vpc_security_group_ids", "vpc_security_groups"), bootKeys(), creditKeys(), lifeKeys(), spotOptionKeys(), interfaceKeys(), schema.Within("block_device_mappings[]", "InvalidParameterCombination", volumeKeys()))
}

// tenancyWords are the tenancies as files choose them.
var tenancyWords = []string{"default: hardware that other accounts share", "dedicated: hardware of this account alone"}

func (l *loader) readLaunchTemplates() {
	l.cfg.LaunchTemplates = make([]controlplane.LaunchTemplate, len(l.tables["launch_template"]))
	for i, t := range l.tables["launch_template"] {
		t.Mode = "in a launch template"
		t.Require("instance_type")
		typ := l.instanceType(t, "instance_type", nil)
		l.cfg.LaunchTemplates[i] = l.template(t, typ)
		l.cfg.LaunchTemplates[i].Version = t.Whole("version")
		t.Pass("services") // which those read who launch by it
		t.Done()
	}
}

// template reads how instances of a type are made. The table may be that of an
// instance.
func (l *loader) template(t *schema.Table, typ int) controlplane.LaunchTemplate {
	img := l.imageOf(t)
	typ = l.withOptions(t, typ)
	lt := controlplane.LaunchTemplate{
		Name:      t.Name,
		Type:      typ,
		Platform:  img.platform,
		Volumes:   l.volumes(t, img),
		StoreRoot: img.store,
		Detailed:  t.Choice("monitoring") == "detailed",
		Speed:     t.Quantity("speed"),
	}
	placed := l.placeOf(t)
	lt.Tenancy, lt.Place = placed.tenancy, placed.place
	spec := l.readCredits(t, typ, lt.Tenancy)
	lt.Credits, lt.InitialCredits = spec.mode, spec.balance
	if typ >= 0 {
		lt.Launch = l.launchTimes(img, l.cfg.Types[typ])
		if img.platform != model.MacOS && !ami.ForMac(&l.cfg.Types[typ]) { // which are billed by the host
			l.onDemand(t, typ, img.platform)
		}
		l.checkAttachments(t, "block_device_mappings", typ, len(lt.Volumes))
	}
	l.readCards(t, &lt)
	lt.Ends = l.readMembership(t, &lt)
	lt.MostTracked = t.Whole("max_tracked_connections")
	l.readFirstBoot(t, img, &lt)
	l.readLife(t, &lt)
	l.readSpotOptions(t, &lt)
	l.checkImage(t, img, &lt)
	return lt
}

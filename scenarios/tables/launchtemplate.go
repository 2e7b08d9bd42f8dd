package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/sim/rng"
)

// launchTemplateKeys are those of [launch_template.NAME] and of an instance
// that is made without one.
func launchTemplateKeys() []schema.Key {
	return schema.Within("launch_template.NAME", "ValidationError", templateKeys())
}

func templateKeys() []schema.Key {
	return slices.Concat([]schema.Key{
		schema.Row("instance_type", schema.Text(), "", "EC2 instance type").Coded(unsupported),
		schema.Row("image", schema.Name("image"), "", "image; without one, Linux with ordinary boot times"),
		schema.Row("user_data", schema.Inner(), "", "the script that runs at first boot, before the application"),
		schema.Row("user_data.duration", schema.Law(schema.Seconds), `"0s"`, "how long the script runs"),
		schema.Row("user_data.fail_probability", schema.Quantity(schema.Share, 0, 1), "0", "share of launches after which the application stays closed"),
		schema.Row("block_device_mappings", schema.List(), "", "EBS volumes; without a root among them, one of gp3 and 8 GiB is added"),
		schema.Row("monitoring", schema.OneOf("basic: metrics every 5 minutes", "detailed: metrics every minute, for a fee"), `"basic"`, "metrics every 5 minutes, or every minute for a fee"),
		schema.Row("associate_public_ip_address", schema.Flag(), "true", "a public IPv4 address each, which is billed"),
		schema.Row("speed", schema.Quantity(schema.Number, 0.001, controlplane.MaxSpeed), "(by demand.measured_on)", "how fast a vCPU is, relative to the one on which demands were measured, whatever the type"),
		schema.Row("tenancy", schema.OneOf(tenancyWords...).Planned("host: a dedicated host of the account's own"), `"default"`, "whether other accounts share the hardware"),
	}, creditKeys(), lifeKeys(), schema.Within("block_device_mappings[]", "InvalidParameterCombination", volumeKeys()))
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
		t.Done()
	}
}

// template reads how instances of a type are made. The table may be that of an
// instance.
func (l *loader) template(t *schema.Table, typ int) controlplane.LaunchTemplate {
	var img image
	if i := t.Reference("image"); i >= 0 {
		img = l.images[i]
	} else {
		img = l.ordinaryImage()
	}
	lt := controlplane.LaunchTemplate{
		Name:     t.Name,
		Type:     typ,
		Platform: img.platform,
		Volumes:  l.volumes(t),
		Detailed: t.Choice("monitoring") == "detailed",
		PublicIP: t.Flag("associate_public_ip_address"),
		Tenancy:  model.TenancyDefault,
		Speed:    t.Quantity("speed"),
	}
	if t.Choice("tenancy") == "dedicated" {
		lt.Tenancy = model.TenancyDedicated
	}
	spec := l.readCredits(t, typ, lt.Tenancy)
	lt.Credits, lt.InitialCredits = spec.mode, spec.balance
	if typ >= 0 {
		lt.Launch = l.launchTimes(img, l.cfg.Types[typ])
		l.onDemand(t, "instance_type", typ, img.platform)
		l.checkAttachments(t, "block_device_mappings", typ, len(lt.Volumes))
	}
	lt.Launch.UserData, lt.UserDataFails = l.userData(t)
	l.readLife(t, &lt)
	return lt
}

func (l *loader) userData(t *schema.Table) (rng.Distribution, float64) {
	script := t.Inside("user_data")
	duration := l.law(script, "duration")
	fails := script.Quantity("fail_probability")
	script.Done()
	return duration, fails
}

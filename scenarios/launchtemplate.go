package scenarios

import (
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/sim/rng"
)

// launchTemplateKeys are those of [launch_template.NAME] and of an instance
// that is made without one.
func launchTemplateKeys() []Key {
	return within("launch_template.NAME", "ValidationError", templateKeys())
}

func templateKeys() []Key {
	return slices.Concat([]Key{
		{"instance_type", text(), "", "EC2 instance type", unsupported},
		{"image", name("image"), "", "image; without one, Linux with ordinary boot times", ""},
		{"user_data", inner(), "", "the script that runs at first boot, before the application", ""},
		{"user_data.duration", law(inSeconds), `"0s"`, "how long the script runs", ""},
		{"user_data.fail_probability", quantity(inShares, 0, 1), "0", "share of launches after which the application stays closed", ""},
		{"block_device_mappings", list(), "", "EBS volumes; without a root among them, one of gp3 and 8 GiB is added", ""},
		{"monitoring", oneOf("basic", "detailed"), `"basic"`, "metrics every 5 minutes, or every minute for a fee", ""},
		{"associate_public_ip_address", flag(), "true", "a public IPv4 address each, which is billed", ""},
		{"tenancy", oneOf("default", "dedicated"), `"default"`, "whether other accounts share the hardware", ""},
	}, within("block_device_mappings[]", "InvalidParameterCombination", volumeKeys()))
}

func (l *loader) readLaunchTemplates() {
	l.cfg.LaunchTemplates = make([]cloud.LaunchTemplate, len(l.tables["launch_template"]))
	for i, t := range l.tables["launch_template"] {
		t.mode = "in a launch template"
		t.require("instance_type")
		typ := l.instanceType(t, "instance_type", nil)
		l.cfg.LaunchTemplates[i] = l.template(t, typ)
		t.done()
	}
}

// template reads how instances of a type are made. The table may be that of an
// instance.
func (l *loader) template(t *table, typ int) cloud.LaunchTemplate {
	var img image
	if i := t.reference("image"); i >= 0 {
		img = l.images[i]
	} else {
		img = l.ordinaryImage()
	}
	lt := cloud.LaunchTemplate{
		Name:     t.name,
		Type:     typ,
		Platform: img.platform,
		Volumes:  l.volumes(t),
		Detailed: t.choice("monitoring") == "detailed",
		PublicIP: t.flag("associate_public_ip_address"),
		Tenancy:  model.TenancyDefault,
	}
	if t.choice("tenancy") == "dedicated" {
		lt.Tenancy = model.TenancyDedicated
	}
	if typ >= 0 {
		lt.Launch = l.launchTimes(img, l.cfg.Types[typ])
		l.onDemand(t, "instance_type", typ, img.platform)
		l.cautionType(typ)
	}
	lt.Launch.UserData, lt.UserDataFails = l.userData(t)
	return lt
}

func (l *loader) userData(t *table) (rng.Distribution, float64) {
	script := t.inside("user_data")
	duration := l.law(script, "duration")
	fails := script.quantity("fail_probability")
	script.done()
	return duration, fails
}

package scenarios

import (
	"headroom/model"
	"headroom/model/cloud"
	"headroom/sim/rng"
)

// spread is the sigma of the lognormal launch times (FACTS 3.3).
const spread = 0.25

// Medians of the boot time in seconds: network and sshd of a Linux image,
// Windows, and bare metal (FACTS 3.3).
const (
	linuxBoot   = 22.8
	windowsBoot = 240
	metalBoot   = 600
)

// image is what a launch template takes from [image.NAME].
type image struct {
	platform model.Platform
	times    cloud.LaunchTimes
	boots    bool // the boot time was given
}

func imageKeys() []Key {
	return within("image.NAME", "ValidationError", []Key{
		{"platform", oneOf("linux", "windows", "rhel", "suse"), `"linux"`, "operating system, as billing tells them apart", ""},
		{"run_instances", law(inSeconds), `{ dist = "lognormal", median = "1.5s", sigma = 0.25 }`, "the RunInstances call", ""},
		{"pending", law(inSeconds), `{ dist = "lognormal", median = "4.9s", sigma = 0.25 }`, "from the call to running, when billing begins", ""},
		{
			"boot", law(inSeconds), "(lognormal, median 22.8s; windows 240s; bare metal 600s; sigma 0.25)",
			"from running until the host is up; user data follows", "",
		},
		{"shutting_down", law(inSeconds), `{ dist = "lognormal", median = "30s", sigma = 0.25 }`, "from the terminate request to terminated", ""},
	})
}

// platforms are the platforms by name.
var platforms = map[string]model.Platform{
	"linux": model.Linux, "windows": model.Windows, "rhel": model.RHEL, "suse": model.SUSE,
}

func (l *loader) readImages() {
	l.images = make([]image, len(l.tables["image"]))
	for i, t := range l.tables["image"] {
		img := image{platform: platforms[t.choice("platform")]}
		img.times.Call = l.law(t, "run_instances")
		img.times.Pending = l.law(t, "pending")
		img.times.Boot = l.law(t, "boot")
		img.times.ShuttingDown = l.law(t, "shutting_down")
		img.boots = t.has("boot")
		l.images[i] = img
		t.done()
	}
}

// ordinaryImage is the image of a template that names none.
func ordinaryImage() image {
	img := image{platform: model.Linux}
	img.times.Call = lognormal(1.5)
	img.times.Pending = lognormal(4.9)
	img.times.ShuttingDown = lognormal(30)
	return img
}

func lognormal(median float64) rng.Distribution {
	d, err := rng.LognormalMedian(median, spread)
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	return d
}

// launchTimes returns how long instances of a type take with an image.
func (img image) launchTimes(typ model.InstanceType) cloud.LaunchTimes {
	times := img.times
	switch {
	case img.boots:
	case typ.BareMetal:
		times.Boot = lognormal(metalBoot)
	case img.platform == model.Windows:
		times.Boot = lognormal(windowsBoot)
	default:
		times.Boot = lognormal(linuxBoot)
	}
	return times
}

package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Boot times of an image that tells none: network and sshd of Linux, as measured
// on EC2 instances (17.2 + 5.6 s); those of Windows and bare metal are estimates.
const (
	linuxBoot   = `{ dist = "lognormal", median = "22.8s", sigma = 0.25 }`
	windowsBoot = `{ dist = "lognormal", median = "240s", sigma = 0.25 }`
	metalBoot   = `{ dist = "lognormal", median = "600s", sigma = 0.25 }`
)

// image is what a launch template takes from [image.NAME].
type image struct {
	platform model.Platform
	times    controlplane.LaunchTimes
	boots    bool     // the boot time was given
	number   int      // among the images; -1: the ordinary one
	key      string   // by which a template names it
	software []string // that it brings along
}

func imageKeys() []schema.Key {
	return schema.Within("image.NAME", "ValidationError", []schema.Key{
		schema.Row("platform", schema.OneOf(systemWords...), `"linux"`, "operating system, as billing tells them apart"),
		schema.Row("preinstalled", schema.Texts(), `(["aws-cli"] for linux, else none)`, "what it brings along: aws-cli, for scripts that download or publish; ftp-server, and for windows ssh-server, for logins"),
		schema.Row("run_instances", schema.Law(schema.Seconds), `{ dist = "lognormal", median = "1.5s", sigma = 0.25 }`, "the RunInstances call"),
		schema.Row("pending", schema.Law(schema.Seconds), `{ dist = "lognormal", median = "4.9s", sigma = 0.25 }`, "from the call to running, when billing begins"),
		schema.Row(
			"boot", schema.Law(schema.Seconds), "(lognormal, median 22.8s; windows 240s; bare metal 600s; sigma 0.25)",
			"from running until the host is up; user data follows"),
		schema.Row("shutting_down", schema.Law(schema.Seconds), `{ dist = "lognormal", median = "30s", sigma = 0.25 }`, "from the terminate request to terminated"),
		schema.Row("stopping", schema.Law(schema.Seconds), `{ dist = "lognormal", median = "30s", sigma = 0.25 }`, "from the stop request to stopped"),
	})
}

// platformWords are the platforms as files choose them.
var platformWords = []string{
	"linux: Linux without a fee for it", "windows: Windows Server", "rhel: Red Hat Enterprise Linux", "suse: SUSE Linux Enterprise Server",
}

// systemWords are the platforms that images may have: macOS is not billed by the instance.
var systemWords = append(slices.Clone(platformWords), "macos: macOS, on Mac types on a Dedicated Host")

// platforms are the platforms by name.
var platforms = map[string]model.Platform{
	"linux": model.Linux, "windows": model.Windows, "rhel": model.RHEL, "suse": model.SUSE, "macos": model.MacOS,
}

func (l *loader) readImages() {
	l.images = make([]image, len(l.tables["image"]))
	for i, t := range l.tables["image"] {
		l.images[i] = l.readImage(t)
		l.images[i].number = i
	}
}

func (l *loader) readImage(t *schema.Table) image {
	img := image{platform: platforms[t.Choice("platform")], number: -1}
	img.times.Call = l.law(t, "run_instances")
	img.times.Pending = l.law(t, "pending")
	img.times.Boot = l.law(t, "boot")
	img.times.ShuttingDown = l.law(t, "shutting_down")
	img.times.Stopping = l.law(t, "stopping")
	img.boots = t.Has("boot")
	img.software = softwareOf(img.platform)
	if given := t.Texts("preinstalled"); t.Has("preinstalled") {
		img.software = given
	}
	t.Done()
	return img
}

// ordinaryImage is the image of a template that names none: a table without
// keys.
func (l *loader) ordinaryImage() image {
	return l.readImage(l.Blank("image.NAME"))
}

// launchTimes returns how long instances of a type take with an image.
func (l *loader) launchTimes(img image, typ model.InstanceType) controlplane.LaunchTimes {
	times, boot := img.times, linuxBoot
	switch {
	case img.boots:
		return times
	case typ.BareMetal:
		boot = metalBoot
	case img.platform == model.Windows:
		boot = windowsBoot
	}
	t := l.Blank("image.NAME")
	t.AssumeNode("boot", tree.MustParse(boot))
	times.Boot = l.law(t, "boot")
	return times
}

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
	software []string // that it brings along
	arch     string
	store    bool // its root is on an instance store
	secret   bool // it is encrypted
	sizeGiB  int64
}

func imageKeys() []schema.Key {
	return schema.Within("image.NAME", "ValidationError", []schema.Key{
		schema.Row("region", schema.Text(), "(that of the run)", "AWS Region that it is of: elsewhere nothing is launched from it, unless an action copies it there"),
		schema.Row("architecture", schema.OneOf(architectureWords...), "(that of the instance type)", "what it is made for; types of another are refused"),
		schema.Row("root_device_type", schema.OneOf("ebs: a volume", "instance-store: a disk of the machine, which ends with the instance"), `"ebs"`, "what instances boot from"),
		schema.Row("size", schema.Quantity(schema.GiB, 1<<30, 1<<50), "8", "of its snapshots, in whole GiB: what a copy moves, and what root volumes have at least"),
		schema.Row("encrypted", schema.Flag(), "false", "whether its snapshots are encrypted, and with them the root volumes"),
		schema.Row("state", schema.OneOf("available: instances can be launched from it", "pending: it is being made at the start, for as long as a copy takes",
			"deregistered: nothing more is launched from it; what runs goes on"), `"available"`, "what it is at the start"),
		schema.Row("owner", schema.OneOf("amazon: somebody else, who pays for its snapshots", "self: the account, which pays for them"), `"amazon"`, "whose it is; copies are the account's"),
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

// architectureWords are what images may be made for.
var architectureWords = []string{
	"x86_64: Intel and AMD", "arm64: Graviton", "i386: 32 bits, on types for x86_64", "x86_64_mac: Intel Macs", "arm64_mac: Apple silicon",
}

// platforms are the platforms by name.
var platforms = map[string]model.Platform{
	"linux": model.Linux, "windows": model.Windows, "rhel": model.RHEL, "suse": model.SUSE, "macos": model.MacOS,
}

func (l *loader) readImages() {
	l.images = make([]image, len(l.tables["image"]))
	l.cfg.Images = make([]controlplane.Image, len(l.images))
	for i, t := range l.tables["image"] {
		l.images[i] = l.readImage(t)
		l.images[i].number = i
		l.cfg.Images[i] = l.machineImage(t, l.images[i])
		t.Done()
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
	if t.Has("architecture") {
		img.arch = t.Choice("architecture")
	} else {
		t.Pass("architecture")
	}
	img.store = t.Choice("root_device_type") == "instance-store"
	img.secret = t.Flag("encrypted")
	size := t.Size("size")
	if img.sizeGiB = int64(size / model.GiB); size%model.GiB != 0 && t.Sound("size") {
		t.Wrong("size", "must be whole GiB")
	}
	if img.store && img.secret {
		t.Reject("encrypted", schema.Fault{Rule: "must not be given with root_device_type \"instance-store\"", Code: badCombination})
	}
	return img
}

// machineImage reads where an image is, and whose.
func (l *loader) machineImage(t *schema.Table, img image) controlplane.Image {
	t.Assume("region", l.cfg.Region)
	m := controlplane.Image{
		Name: t.Name, Region: t.Text("region"), Size: model.Bytes(img.sizeGiB) * model.GiB,
		Store: img.store, Tags: l.cfg.Tags["image."+t.Name],
	}
	l.checkRegion(t, "region", m.Region)
	if m.Region == l.cfg.Region {
		m.Region = ""
	}
	state := t.Choice("state")
	m.Pending, m.Deregistered = state == "pending", state == "deregistered"
	m.Owned = t.Choice("owner") == "self"
	return m
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

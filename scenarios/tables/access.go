package tables

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/ami"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/login"
	"headroom/model/network"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// accessWords are the actions of images, roles and logins.
func accessWords() []string {
	return []string{
		"copy-image: copy an AMI to another Region",
		"deregister-image: launch nothing more from an AMI of the Region of the run, which the recycle bin may keep",
		"restore-image-from-recycle-bin: launch from it again",
		"associate-iam-instance-profile: give instances a role that have none",
		"ssh: log in by SSH, and write down how that ends",
		"sftp: the same by SFTP",
		"ftp: the same by FTP",
		"rdp: the same by Remote Desktop",
	}
}

// accessKeys are those of these actions.
func accessKeys() []schema.Key {
	return []schema.Key{
		schema.Row("iam_instance_profile", schema.Either("string, or { name = … }", schema.Text(), schema.TableOf(schema.Text())), "", "associate-iam-instance-profile: the role"),
		schema.Row("key_name", schema.Text(), "(that of the instance)", `ssh, sftp, rdp: the key pair whose private key one has; "" for none`),
		schema.Row("client", schema.OneOf("linux: OpenSSH, which reads .pem", "macos: the same", "windows: 10 and later, the same", "older-windows: PuTTY, which reads .ppk"),
			`"linux"`, "ssh, sftp, ftp, rdp: from what one logs in"),
		schema.Row("via", schema.OneOf("internet: to the public address", "vpn: to the private address"), `"internet"`, "ssh, sftp, ftp, rdp: by which way"),
		schema.Row("cidr", schema.Text(), `("0.0.0.0/0", or the other end of the VPN)`, "ssh, sftp, ftp, rdp: from where: a block of addresses, all of which a security group must let in"),
	}
}

func keyPairKeys() []schema.Key {
	return schema.Within("key_pair.NAME", "ValidationError", []schema.Key{
		schema.Row("key_format", schema.OneOf("pem: for OpenSSH: macOS, Linux, Windows 10", "ppk: for PuTTY, on older Windows"), `"pem"`, "how its private key is kept"),
	})
}

// formats are the formats of private keys by name.
var formats = map[string]login.Format{"pem": login.PEM, "ppk": login.PPK}

func (l *loader) readKeyPairs() {
	l.keyFormats = map[string]login.Format{}
	for _, t := range l.tables["key_pair"] {
		l.keyFormats[t.Name] = formats[t.Choice("key_format")]
		t.Done()
	}
}

// keyName reads the name of a key pair, which is one of the file's, if it has any.
func (l *loader) keyName(t *schema.Table) string {
	const key = "key_name"
	name := t.Text(key)
	if name == "" || len(l.tables["key_pair"]) == 0 {
		return name
	}
	for i, p := range l.tables["key_pair"] {
		if p.Name == name {
			l.Use("key_pair", i)
			return name
		}
	}
	t.Reject(key, schema.Fault{Rule: "must name a [key_pair.NAME]", Hint: l.Hint(name, l.Names("key_pair")), Code: "InvalidKeyPair.NotFound"})
	return ""
}

// readImageAction reads what is done to an AMI.
func (l *loader) readImageAction(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "image")
	if len(names) > 1 {
		t.Mistake("on", "must be one image", "")
	}
	if len(names) == 0 {
		t.Survey()
		return
	}
	if a.Image = t.Find("on", "image", names[0]); a.Image < 0 {
		t.Survey()
		a.Do = 0
		return
	}
	if a.Do != controlplane.CopyImage {
		return
	}
	t.Assume("to", l.cfg.Region)
	a.Region = t.Text("to")
	l.checkRegion(t, "to", a.Region)
	if a.Region == l.cfg.Region {
		a.Region = ""
	}
	if from := l.cfg.Images[a.Image].Region; from == a.Region {
		t.Mistake("to", "must be another Region than that of the image", "")
	}
}

// readAccess reads who is given a role, or who logs in where. An action on several becomes
// one on each.
func (l *loader) readAccess(t *schema.Table, a controlplane.Action) (all []controlplane.Action) {
	if t.Has("count") {
		a.Count = t.Whole("count")
	}
	if t.Has("share") {
		a.Share = t.Quantity("share")
	}
	t.Pass("count", "share")
	if a.Do == controlplane.AssociateProfile {
		t.Require("iam_instance_profile")
		a.Profile = profileName(t)
	} else {
		l.readAttempt(t, &a)
	}
	for _, name := range t.Texts("on") {
		b, kind := a, controlplane.OfFleet
		table, rest, _ := strings.Cut(name, ".")
		switch table {
		case "instance":
		case "autoscaling_group":
			kind = controlplane.OfGroup
		default:
			t.Mistake("on", "must be instance.NAME or autoscaling_group.NAME "+t.Mode, "")
			continue
		}
		if b.On = (controlplane.Subject{Kind: kind, Index: t.Find("on", table, rest)}); b.On.Index < 0 {
			continue
		}
		if b.Do != controlplane.AssociateProfile && !t.Has("key_name") {
			b.Try.Key = l.keyOf(b.On)
			b.Try.Format = l.keyFormat(b.Try.Key)
		}
		all = append(all, b)
	}
	if len(all) == 0 && t.Sound("on") {
		t.Mistake("on", "must name something", "")
	}
	return all
}

// readAttempt reads who logs in, from where, with which key.
func (l *loader) readAttempt(t *schema.Table, a *controlplane.Action) {
	a.Try = login.Attempt{
		Protocol: a.Do.Protocol(), Key: l.keyName(t),
		Client: login.Client(slices.Index(login.Clients, t.Choice("client")) + 1),
	}
	if a.Try.Protocol == login.FTP && t.Has("key_name") {
		t.Mistake("key_name", "does not apply "+t.Mode+", which asks for a password", "")
	}
	a.Try.Format = l.keyFormat(a.Try.Key)
	a.Private = t.Choice("via") == "vpn"
	a.From = network.Everywhere
	if a.Private {
		l.needVPN(t)
		a.From = l.otherEnd()
	}
	a.From = readOrigin(t, a.From, !a.Private)
}

func (l *loader) keyFormat(name string) login.Format {
	if f := l.keyFormats[name]; f != 0 {
		return f
	}
	return login.PEM
}

// keyOf is the key pair of the instances that an action is about.
func (l *loader) keyOf(s controlplane.Subject) string {
	if s.Kind == controlplane.OfFleet {
		return l.cfg.Instances[s.Index].Template.Key
	}
	if g := &l.cfg.Groups[s.Index]; g.Template >= 0 {
		return l.cfg.LaunchTemplates[g.Template].Key
	}
	return ""
}

// imageUse is a place that names an image.
type imageUse struct {
	at    *schema.Table
	key   string
	image int
}

// connectImages refuses images of another Region that no action copies here, and instances
// from the start of what cannot have been launched before it.
func (l *loader) connectImages() {
	copied := func(i int) bool {
		return slices.ContainsFunc(l.cfg.Actions, func(a controlplane.Action) bool {
			return a.Do == controlplane.CopyImage && a.Image == i && a.Region == ""
		})
	}
	for _, u := range l.imageUses {
		m := &l.cfg.Images[u.image]
		if m.Region != "" && !copied(u.image) && l.cfg.RegionIndex(m.Region) < 0 {
			u.at.Reject(u.key, schema.Fault{
				Rule: fmt.Sprintf("must be of %s, not of %s: an action copy-image brings it here", l.cfg.Region, m.Region), Code: "InvalidAMIID.NotFound",
			})
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		l.imageIn(l.tables["instance"][i], "count", f.Template.Image, f.Zones)
		l.checkEarly(l.tables["instance"][i], "count", f.Template.Image, f.Zones)
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if g.Template < 0 {
			continue
		}
		t, number := l.groupTable(i), l.cfg.LaunchTemplates[g.Template].Image
		if l.imageIn(t, "launch_template", number, g.Zones); g.Desired > 0 {
			l.checkEarly(t, desiredKey(g), number, g.Zones)
		}
	}
}

// checkEarly refuses instances that are there from the start, of an image that is not there
// then.
func (l *loader) checkEarly(t *schema.Table, key string, number int, zones []model.Zone) {
	if number == 0 || len(zones) == 0 {
		return
	}
	region := l.cfg.RegionName(l.cfg.RegionOf(zones[0]))
	switch m := &l.cfg.Images[number-1]; {
	case cmp.Or(m.Region, l.cfg.Region) != region:
		t.Reject(key, schema.Fault{Rule: "must not be from the start: image." + m.Name + " is not in " + region + " then", Code: "InvalidAMIID.NotFound"})
	case m.Pending, m.Deregistered:
		state := "pending"
		if m.Deregistered {
			state = "deregistered"
		}
		t.Reject(key, schema.Fault{Rule: "must not be from the start: image." + m.Name + " is " + state + " then", Code: "InvalidAMIID.Unavailable"})
	}
}

// checkImage refuses a type that cannot boot an image, and volumes that cannot hold it.
func (l *loader) checkImage(t *schema.Table, img image, lt *controlplane.LaunchTemplate) {
	if lt.Type < 0 || lt.Type == cloud.None {
		return
	}
	typ := &l.cfg.Types[lt.Type]
	if rule := ami.Mismatch(typ, img.arch, lt.Platform); rule != "" {
		t.Reject("instance_type", schema.Fault{Rule: rule, Code: unsupported})
	}
	if ami.ForMac(typ) && lt.Tenancy != model.TenancyHost {
		t.Reject("tenancy", schema.Fault{Rule: "must be host for " + typ.Name + ": Macs are on Dedicated Hosts only", Code: unsupported})
	}
	if img.store && typ.Store.Disks == 0 {
		t.Reject("instance_type", schema.Fault{Rule: "must be a type with an instance store, for the root of its image lies there", Code: unsupported})
	}
	if root := lt.Volumes; len(root) > 0 && img.number >= 0 && root[0].SizeGiB > 0 && root[0].SizeGiB < img.sizeGiB {
		t.Reject("block_device_mappings", schema.Fault{
			Rule: fmt.Sprintf("must have a root volume of at least %d GiB, the size of its image", img.sizeGiB),
			Got:  fmt.Sprintf("%d GiB", root[0].SizeGiB), Code: "InvalidBlockDeviceMapping",
		})
	}
}

// rootOf is the root volume of a template that names none: as large as its image.
func rootOf(img image) *tree.Node {
	root := tree.MustParse(ordinaryRoot)
	if img.number >= 0 && img.sizeGiB > 8 {
		root.Table["size"] = &tree.Node{Form: tree.ScalarForm, Scalar: fmt.Sprintf("%dGiB", img.sizeGiB)}
	}
	return root
}

package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/ami"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// badUserData is the code of user data that EC2, or its interpreter, does not take.
const badUserData = "UserDataInvalid"

// awsCLI is what an image calls aws-cli among what it brings along.
const awsCLI = "aws-cli"

// bootKeys are what instances boot from, what they do then, and who may do what.
func bootKeys() []schema.Key {
	return slices.Concat([]schema.Key{
		schema.Row("image", schema.Name("image"), "", "image; without one, Linux with ordinary boot times"),
		schema.Row("image_id", schema.Name("image"), "", "the same, as a launch template of Terraform has it"),
		schema.Row("ami", schema.Name("image"), "", "the same, as an instance of Terraform has it"),
		schema.Row("platform", schema.OneOf(systemWords...), "(that of the image, else linux)", "operating system, as billing tells them apart").Coded(unsupported),
		schema.Row("key_name", schema.Text(), "", "key pair whose private key opens the instances to ssh, sftp and rdp; of the [key_pair.NAME], if there are any").Coded("InvalidKeyPair.NotFound"),
		schema.Row("iam_instance_profile", schema.Either("string, or { name = … }", schema.Text(), schema.TableOf(schema.Text())), "",
			"role of the instances: without one they neither publish metrics of their own, as mem_used_percent, nor download"),
		schema.Row("user_data", schema.Inner(), "", "the script that runs once, at first boot, as root, before the application; a string is the script"),
		schema.Row("metadata_options", schema.Inner(), "", "the metadata service, from which instances have the credentials of their role"),
	}, schema.Within("metadata_options", "InvalidParameterValue", []schema.Key{
		schema.Row("http_endpoint", schema.OneOf("enabled: it answers", "disabled: it does not, and nobody has the role's credentials"), `"enabled"`, "whether it answers"),
		schema.Row("http_tokens", schema.OneOf("required: by sessions only", "optional: without, too"), `"required"`, "how it is asked, which makes no difference here"),
		schema.Row("http_put_response_hop_limit", schema.Whole(1, 64), "1", "how far its answers go, which makes no difference here"),
		schema.Row("instance_metadata_tags", schema.OneOf("enabled: it tells tags", "disabled: it does not"), `"disabled"`, "whether it tells tags, which makes no difference here"),
	}), schema.Within("user_data", badUserData, []schema.Key{
		schema.Row("duration", schema.Law(schema.Seconds), `"0s"`, "how long the script runs, beside its downloads").Coded("ValidationError"),
		schema.Row("fail_probability", schema.Quantity(schema.Share, 0, 1), "0", "share of launches after which the application stays closed").Coded("ValidationError"),
		schema.Row("script", schema.Text(), "", "its text: at most 16 KB, which begin with #! and the interpreter; nothing runs it here"),
		schema.Row("downloads", schema.Quantity(schema.Bytes, 0, 1<<50), "0", "what it fetches from S3, at the bandwidth of the instance; needs aws-cli and iam_instance_profile, or fails"),
		schema.Row("publishes", schema.Flag(), "false", "whether it publishes metrics, which needs the same"),
		schema.Row("install_aws_cli", schema.Quantity(schema.Seconds, 0, 3600), `"20s"`, "how long it installs aws-cli before it uses it, where the image has none; 0s: it does not, and fails"),
		schema.Row("baked", schema.Quantity(schema.Share, 0, 1), "0", "share of the script and its downloads that the image has done already"),
	}))
}

// imageOf reads which image instances boot from: the ordinary one where the table names none.
func (l *loader) imageOf(t *schema.Table) image {
	found, img := "", image{number: -1}
	for _, key := range []string{"image", "image_id", "ami"} {
		i := t.Reference(key)
		switch {
		case !t.Has(key):
		case found != "":
			t.Mistake(key, "must not be given with "+found+", which means the same", "")
		default:
			found = key
		}
		if i >= 0 {
			img = l.images[i]
		}
	}
	if img.number < 0 {
		img = l.ordinaryImage()
	}
	if img.number >= 0 {
		l.imageUses = append(l.imageUses, imageUse{t, found, img.number})
	}
	if img.platform == 0 { // which has been said
		img.platform = model.Linux
	}
	t.Assume("platform", img.platform.String())
	if p := platforms[t.Choice("platform")]; p != 0 && p != img.platform {
		if found != "" {
			t.Reject("platform", schema.Fault{Rule: "must be that of its image, " + img.platform.String(), Code: unsupported})
		}
		img.platform = p
		img.software = softwareOf(p)
	}
	return img
}

// readFirstBoot reads what instances do when they boot for the first time, and who they are.
func (l *loader) readFirstBoot(t *schema.Table, img image, lt *controlplane.LaunchTemplate) {
	lt.CLI, lt.Software = slices.Contains(img.software, awsCLI), img.software
	lt.Image = img.number + 1
	lt.Profile = l.credentials(t)
	lt.Key = l.keyName(t)
	if n := t.Node.Table["user_data"]; n != nil && n.Form == tree.ScalarForm {
		if _, ok := n.AsText(); ok { // as Terraform has it
			table := tree.NewTable(n.At)
			table.Table["script"] = n
			t.Node.Table["user_data"] = table
		}
	}
	script := t.Inside("user_data")
	lt.Launch.UserData = l.law(script, "duration")
	lt.UserDataFails = script.Quantity("fail_probability")
	lt.Script = ami.Script{
		Text: script.Text("script"), Downloads: script.Size("downloads"), Publishes: script.Flag("publishes"),
		Baked: script.Quantity("baked"), Install: script.Duration("install_aws_cli"),
	}
	l.checkScript(script, lt)
	script.Done()
}

// credentials reads the role of instances, "" where they cannot get at its credentials.
func (l *loader) credentials(t *schema.Table) string {
	role := profileName(t)
	if !t.Has("metadata_options") {
		t.Pass("metadata_options")
		return role
	}
	m := t.Inside("metadata_options")
	off := m.Choice("http_endpoint") == "disabled"
	m.Choice("http_tokens")
	m.Whole("http_put_response_hop_limit")
	m.Choice("instance_metadata_tags")
	m.Done()
	if !off {
		return role
	}
	if role != "" {
		l.warnAt(m.Node, m.PathOf("http_endpoint")+": instances cannot get the credentials of their role without the metadata service")
	}
	return ""
}

// checkScript refuses a script that EC2 would not run, and warns of one that does not do what
// it is meant to.
func (l *loader) checkScript(t *schema.Table, lt *controlplane.LaunchTemplate) {
	if t.Has("script") && t.Sound("script") {
		if rule := ami.CheckScript(lt.Script.Text, lt.Platform); rule != "" {
			t.Reject("script", schema.Fault{Rule: rule, Got: firstLine(lt.Script.Text)})
		} else if note := ami.CheckNote(lt.Script.Text, lt.Platform); note != "" {
			l.warnAt(t.Node.Table["script"], t.PathOf("script")+": "+note)
		}
	}
	if !lt.Script.Calls() {
		return
	}
	key := "downloads"
	if lt.Script.Downloads == 0 {
		key = "publishes"
	}
	switch at := t.Node.Table[key]; {
	case lt.Profile == "":
		l.warnAt(at, t.PathOf(key)+": the script fails: it has no credentials without iam_instance_profile")
	case !lt.CLI && lt.Script.Install == 0:
		l.warnAt(at, t.PathOf(key)+": the script fails: its image has no aws-cli, and install_aws_cli is 0s")
	}
}

// firstLine repeats the beginning of a text that is too long to repeat.
func firstLine(text string) string {
	const most = 40
	for i, r := range text {
		if r == '\n' || i > most {
			return tree.Quote(text[:i]) + " …"
		}
	}
	return tree.Quote(text)
}

// profileName reads the role of instances, by its name or as Terraform's block.
func profileName(t *schema.Table) string {
	const key = "iam_instance_profile"
	n := t.Value(key)
	if n == nil {
		return ""
	}
	if n.Form == tree.TableForm && len(n.Table) == 1 && n.Table["name"] != nil {
		n = n.Table["name"]
	}
	name, ok := n.AsText()
	if !ok || name == "" {
		t.Mistake(key, "must be the name of an instance profile, or { name = … }", "")
	}
	return name
}

// softwareOf is what an ordinary image of a platform brings along: Amazon Linux has aws-cli.
func softwareOf(p model.Platform) []string {
	if p == model.Linux {
		return []string{awsCLI}
	}
	return nil
}

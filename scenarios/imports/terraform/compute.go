package terraform

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/catalog"
	"headroom/scenarios/imports"
)

// assumedType stands where the type of an instance is not known: a common one, or what
// the Region offers in its place.
func (d *draft) assumedType() string {
	const common = "m6i.large"
	offers, err := catalog.Open(d.region)
	if err != nil || offers.OfferedZones(common) != "" {
		return common
	}
	return offers.Suggest(common)
}

// writeTemplate writes a launch template or a launch configuration.
func (d *draft) writeTemplate(r *resource) {
	d.title(r)
	d.Table("launch_template", r.key)
	d.writeType(r)
	v := r.values
	if v.text("image_id") != "" || v.text("user_data") != "" || v.text("user_data_base64") != "" {
		d.Comment("to fill in: image and user_data, which say how long an instance takes to boot")
	}
	if v.block("monitoring").flag("enabled") || v.flag("enable_monitoring") && r.kind == "aws_launch_configuration" {
		d.Set("monitoring", "detailed")
	}
	d.writeMachine(r, "block_device_mappings")
	if market := v.block("instance_market_options"); market.text("market_type") == "spot" {
		d.Set("instance_market_options", imports.Raw(`{ market_type = "spot" }`))
	}
	if tenancy := v.block("placement").text("tenancy"); tenancy == "dedicated" {
		d.Set("tenancy", tenancy)
	}
}

// writeType writes the type of an instance.
func (d *draft) writeType(r *resource) {
	name := r.values.text("instance_type")
	if name == "" {
		d.assume("%s: its instance_type is known only after apply: %s", r.address, d.assumedType())
		d.SetWith("instance_type", d.assumedType(), "to fill in: known only after apply")
		return
	}
	d.Set("instance_type", name)
}

// writeMachine writes what templates and instances have alike: credits, security groups
// and volumes.
func (d *draft) writeMachine(r *resource, blocks ...string) {
	if credits := r.values.block("credit_specification").text("cpu_credits"); credits != "" {
		d.Set("credit_specification", imports.Raw("{ cpu_credits = "+imports.Literal(credits)+" }"))
	}
	groups := d.tables(r, "aws_security_group", "vpc_security_group_ids")
	groups = append(groups, d.tables(r, "aws_security_group", "security_groups")...)
	groups = slices.DeleteFunc(groups, func(key string) bool { return !d.isWritten(key) })
	if len(groups) > 0 {
		d.Set("vpc_security_group_ids", slices.Compact(groups))
	}
	var volumes []string
	for _, name := range append(blocks, "root_block_device", "ebs_block_device") {
		for _, b := range r.values.blocks(name) {
			if text := volume(b, name == "root_block_device"); text != "" {
				volumes = append(volumes, text)
			}
		}
	}
	if len(volumes) > 0 {
		d.Set("block_device_mappings", imports.Raw("["+strings.Join(volumes, ", ")+"]"))
	}
}

// volume returns a volume of an instance as an inline table.
func volume(b attributes, root bool) string {
	device := b.text("device_name")
	if ebs := b.block("ebs"); ebs != nil {
		b = ebs
	}
	var pairs []string
	if root || device == "/dev/xvda" || device == "/dev/sda1" {
		pairs = append(pairs, "root = true")
	} else if device != "" {
		pairs = append(pairs, "device_name = "+imports.Literal(device))
	}
	kind := b.text("volume_type")
	for _, k := range [][2]string{{"volume_type", "type"}, {"volume_size", "size"}, {"iops", "iops"}, {"throughput", "throughput"},
		{"delete_on_termination", "delete_on_termination"}, {"encrypted", "encrypted"}} {
		v := b.scalar(k[0])
		settable := k[1] != "iops" && k[1] != "throughput" || slices.Contains([]string{"gp3", "io1", "io2"}, kind)
		if v != nil && v != int64(0) && settable {
			pairs = append(pairs, k[1]+" = "+imports.Literal(v))
		}
	}
	if b.scalar("volume_size") == nil && len(pairs) == 0 {
		return ""
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}

// tables returns the names of the tables of what an attribute refers to.
func (d *draft) tables(r *resource, kind string, path ...string) []string {
	if v, known := r.values[path[0]]; known && v == nil && !isUnknown(r, path[0]) {
		return nil
	}
	if list, is := r.values[path[0]].([]any); is && len(list) == 0 && !isUnknown(r, path[0]) {
		return nil
	}
	var names []string
	for _, one := range d.linked(r, kind, path...) {
		if !slices.Contains(names, one.key) {
			names = append(names, one.key)
		}
	}
	return names
}

// isUnknown reports whether an attribute is known only after apply, or not in the changes.
func isUnknown(r *resource, attribute string) bool {
	if r.unknown == nil {
		return true
	}
	return !isFalse(r.unknown[attribute])
}

// isFalse reports whether nothing of an attribute is unknown.
func isFalse(unknown any) bool {
	switch u := unknown.(type) {
	case bool:
		return !u
	case []any:
		return !slices.ContainsFunc(u, func(e any) bool { return !isFalse(e) })
	case map[string]any:
		for _, e := range u {
			if !isFalse(e) {
				return false
			}
		}
	}
	return true
}

// writeInstance writes instances that no group launches.
func (d *draft) writeInstance(r *resource) {
	d.title(r)
	d.Table("instance", r.key)
	if t := d.one(r, "aws_launch_template", "launch_template", "id"); t != nil && r.values.text("instance_type") == "" && len(r.values.blocks("launch_template")) > 0 {
		d.Set("launch_template", t.key)
	} else {
		d.writeType(r)
	}
	if r.count > 1 {
		d.Set("count", r.count)
	}
	if subnets := d.tables(r, "aws_subnet", "subnet_id"); d.network && len(subnets) == 1 {
		d.Set("subnet_id", subnets[0])
	} else if letter := d.letter(r.values.text("availability_zone")); letter != "" {
		d.Set("availability_zones", []string{letter})
	}
	if r.values.flag("monitoring") {
		d.Set("monitoring", "detailed")
	}
	if tenancy := r.values.text("tenancy"); tenancy == "dedicated" {
		d.Set("tenancy", tenancy)
	}
	d.writeMachine(r)
	if groups := d.attached[r.key]; len(groups) > 0 {
		d.Set("target_groups", groups)
	}
}

// attach finds the target groups that instances are registered with.
func (d *draft) attach() {
	for _, a := range d.of("aws_lb_target_group_attachment") {
		group := d.one(a, "aws_lb_target_group", "target_group_arn")
		instances := append(d.linked(a, "aws_instance", "target_id"), d.linked(a, "aws_lambda_function", "target_id")...)
		if group == nil || len(instances) == 0 {
			d.skip(a.address, "which target group, instance or function it is about is not in the plan")
			continue
		}
		for _, in := range instances {
			key := whole(in).key
			if !slices.Contains(d.attached[key], group.key) {
				d.attached[key] = append(d.attached[key], group.key)
			}
		}
	}
}

// writeVolume writes a volume of its own.
func (d *draft) writeVolume(r *resource) {
	d.title(r)
	d.Table("volume", r.key)
	zone := d.letter(r.values.text("availability_zone"))
	var at []string
	for _, a := range d.of("aws_volume_attachment") {
		in := whole(d.one(a, "aws_instance", "instance_id"))
		if d.one(a, "aws_ebs_volume", "volume_id") != r {
			continue
		}
		if in == nil {
			d.skip(a.address, "which instance it is about is not in the plan")
			continue
		}
		at = append(at, fmt.Sprintf("{ instance = %s, device_name = %s }", imports.Literal(in.key), imports.Literal(a.values.text("device_name"))))
	}
	if zone != "" {
		d.Set("availability_zone", zone)
	}
	kind := r.values.text("type")
	d.copy(r.values, "type")
	d.copyNumbers(r, r.values, "size")
	if slices.Contains([]string{"gp3", "io1", "io2"}, kind) {
		d.copyNumbers(r, r.values, "iops", "throughput")
	}
	if r.values.flag("encrypted") {
		d.Set("encrypted", true)
	}
	if r.values.flag("multi_attach_enabled") {
		d.Set("multi_attach_enabled", true)
	}
	if len(at) > 0 {
		d.Set("attach", imports.Raw("["+strings.Join(at, ", ")+"]"))
	}
}

// writeFileSystem writes a file system of EFS.
func (d *draft) writeFileSystem(r *resource) {
	d.title(r)
	d.Table("file_system", r.key)
	d.copy(r.values, "throughput_mode", "performance_mode")
	if r.values.text("throughput_mode") == "provisioned" {
		d.copyNumbers(r, r.values, "provisioned_throughput_in_mibps")
	}
	for _, policy := range r.values.blocks("lifecycle_policy") {
		if policy.text("transition_to_ia") != "" {
			d.Set("lifecycle_policy", imports.Raw(inline(policy, "transition_to_ia")))
		}
	}
	var zones []string
	for _, m := range d.of("aws_efs_mount_target") {
		if d.one(m, "aws_efs_file_system", "file_system_id") != r {
			continue
		}
		for _, subnet := range d.linked(m, "aws_subnet", "subnet_id") {
			if letter := d.letter(subnet.values.text("availability_zone")); letter != "" && !slices.Contains(zones, letter) {
				zones = append(zones, letter)
			}
		}
	}
	if len(zones) > 0 {
		slices.Sort(zones)
		d.Set("mount_targets", zones)
	}
	d.SetWith("stored", "100GB", "to fill in")
}

package terraform

import (
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// draft is a scenario while it is written.
type draft struct {
	*Plan
	*imports.Document
	network  bool                // [vpc] and its subnets are written
	rules    map[*resource]bool  // security groups that are written
	services map[string]bool     // that are needed
	attached map[string][]string // target groups by the table of an instance
	toFill   []string            // what is assumed
	assumes  bool                // [launch_template.assumed] is needed
	origins  []origin            // of the lines, in their order
}

// writer writes the resources of a kind.
type writer struct {
	kind  string
	write func(*draft, *resource)
}

// writers lists the kinds that have a table of their own, in the order of the file.
func writers() []writer {
	return []writer{
		{"aws_vpc", (*draft).writeVPC},
		{"aws_subnet", (*draft).writeSubnet},
		{"aws_eip", (*draft).writeAddress},
		{"aws_nat_gateway", (*draft).writeNAT},
		{"aws_vpc_endpoint", (*draft).writeEndpoint},
		{"aws_security_group", (*draft).writeSecurityGroup},
		{"aws_launch_template", (*draft).writeTemplate},
		{"aws_lb_target_group", (*draft).writeTargetGroup},
		{"aws_lb", (*draft).writeBalancer},
		{"aws_autoscaling_group", (*draft).writeGroup},
		{"aws_ecs_capacity_provider", (*draft).writeCapacityProvider},
		{"aws_instance", (*draft).writeInstance},
		{"aws_ebs_volume", (*draft).writeVolume},
		{"aws_efs_file_system", (*draft).writeFileSystem},
		{"aws_lambda_function", (*draft).writeFunction},
		{"aws_ecs_service", (*draft).writeContainerService},
	}
}

// parts are the kinds that are written with another.
var parts = strings.Fields(`aws_autoscaling_policy aws_autoscaling_schedule aws_autoscaling_attachment aws_lb_listener
	aws_lb_listener_rule aws_lb_target_group_attachment aws_volume_attachment aws_efs_mount_target aws_cloudwatch_metric_alarm
	aws_internet_gateway aws_route aws_route_table aws_route_table_association aws_vpc_endpoint_route_table_association aws_security_group_rule
	aws_vpc_security_group_ingress_rule aws_vpc_security_group_egress_rule aws_eip_association aws_lambda_provisioned_concurrency_config
	aws_ecs_task_definition aws_ecs_cluster_capacity_providers aws_appautoscaling_target aws_appautoscaling_policy`)

// ignored are the kinds that change nothing that is simulated.
var ignored = strings.Fields(`aws_iam_role aws_iam_policy aws_iam_role_policy aws_iam_role_policy_attachment aws_iam_instance_profile
	aws_iam_policy_attachment aws_iam_user aws_iam_group aws_key_pair aws_lb_listener_certificate aws_acm_certificate
	aws_acm_certificate_validation aws_route53_record aws_default_security_group aws_default_network_acl aws_default_route_table
	aws_network_acl aws_cloudwatch_log_group aws_sns_topic aws_sns_topic_subscription aws_autoscaling_notification aws_efs_access_point
	aws_efs_backup_policy aws_lambda_permission aws_kms_key aws_kms_alias`)

// refused says of other kinds why they cannot be taken.
var refused = map[string]string{
	"aws_db_instance":           "a managed database is not simulated: an [instance.NAME] with a [service.NAME] stands for it",
	"aws_rds_cluster":           "a managed database is not simulated: an [instance.NAME] with a [service.NAME] stands for it",
	"aws_elb":                   "a Classic Load Balancer is not simulated: an application or network one stands for it",
	"aws_s3_bucket":             "object storage is not simulated",
	"aws_spot_fleet_request":    "a Spot Fleet is not simulated: an Auto Scaling group with mixed_instances_policy stands for it",
	"aws_spot_instance_request": "write it as [instance.NAME] with instance_market_options",
	"aws_ecs_cluster":           "a cluster of containers: its services are written",
	"aws_eks_cluster":           "Kubernetes is not simulated",
}

// Scenario writes the scenario of the plan. What was left out is in the [imports.Skipped]
// that was given to [Read]; what check, unless it is nil, refuses is written all the same, and [Plan.Refused].
func (p *Plan) Scenario(check imports.Check) []byte {
	d := &draft{Plan: p, Document: &imports.Document{}, rules: map[*resource]bool{}, services: map[string]bool{}, attached: map[string][]string{}}
	d.sort()
	p.fold()
	d.network = d.hasNetwork()
	d.findRules()
	d.attach()
	d.head()
	for _, w := range writers() {
		for _, r := range d.of(w.kind) {
			if r.like == nil {
				w.write(d, r)
			}
		}
	}
	d.skipScaling()
	d.writeAlarms()
	d.comesFrom("")
	if d.assumes {
		d.Table("launch_template", d.assumedTemplate())
		d.SetWith("instance_type", d.assumedType(), "to fill in")
	}
	if len(d.of("aws_instance"))+len(d.of("aws_autoscaling_group"))+len(d.of("aws_lambda_function"))+len(d.of("aws_ecs_service")) == 0 {
		d.assume("there is no instance and no group in the plan, and a scenario needs one")
	}
	d.writeServices()
	d.writeWorkloads()
	if check != nil {
		d.refuse(check(d.Bytes()))
	}
	return append(d.preface(), d.Bytes()...)
}

// sort says of each resource that has no table why.
func (d *draft) sort() {
	for _, r := range d.resources {
		kind := family(r.kind)
		switch {
		case slices.ContainsFunc(writers(), func(w writer) bool { return w.kind == kind }), slices.Contains(parts, kind), slices.Contains(ignored, kind):
		case refused[kind] != "":
			d.skip(r.address, refused[kind])
		case strings.HasPrefix(kind, "aws_"):
			d.skip(r.address, kind+" is not simulated")
		default:
			d.skip(r.address, kind+" is not of AWS, or not simulated")
		}
	}
}

// fold makes one table of the instances of a resource that differ in nothing that counts.
func (p *Plan) fold() {
	first := map[string]*resource{}
	for _, r := range p.of("aws_instance") {
		v := r.values
		same := fmt.Sprint(r.module, r.name, v["instance_type"], v["availability_zone"], v["subnet_id"], v["root_block_device"], v["ebs_block_device"],
			v["monitoring"], v["credit_specification"], v["tenancy"], v["vpc_security_group_ids"])
		if r.index == "" || p.isAttached(r) {
			continue
		}
		if one := first[same]; one != nil {
			r.like = one
			one.count++
			continue
		}
		first[same] = r
	}
	for _, r := range first {
		if r.count > 1 {
			r.key = strings.TrimSuffix(r.key, "-"+plainName().ReplaceAllString(r.index, "-"))
		}
	}
}

// isAttached reports whether a volume is attached to an instance, which makes it one that
// is told from others.
func (p *Plan) isAttached(r *resource) bool {
	return slices.ContainsFunc(p.of("aws_volume_attachment"), func(a *resource) bool { return p.one(a, "aws_instance", "instance_id") == r })
}

// whole returns the resource whose table stands for one.
func whole(r *resource) *resource {
	if r != nil && r.like != nil {
		return r.like
	}
	return r
}

// head writes the run and the Region.
func (d *draft) head() {
	d.Set("name", "imported")
	d.Table("run")
	d.SetWith("duration", "24h", "to fill in")
	d.Set("replications", 5)
	d.Table("region")
	region, zones := d.region, d.zones()
	if region == "" {
		region = "us-east-1"
		d.assume("the Region is not in the plan: us-east-1")
	}
	d.Set("name", region)
	if len(zones) > 0 {
		d.Set("zones", zones)
	}
}

// assume notes what has to be looked at.
func (d *draft) assume(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(d.toFill, text) {
		d.toFill = append(d.toFill, text)
	}
}

// zones lists the letters of all zones of the plan.
func (d *draft) zones() []string {
	var all []string
	for _, r := range d.resources {
		for _, zone := range append(r.values.texts("availability_zones"), r.values.text("availability_zone")) {
			if letter := d.letter(zone); letter != "" && !slices.Contains(all, letter) {
				all = append(all, letter)
			}
		}
	}
	slices.Sort(all)
	return all
}

// letter returns that of a zone of the Region, "" for another.
func (d *draft) letter(zone string) string {
	if m := zonePattern().FindStringSubmatch(zone); m != nil && m[1] == d.region {
		return m[2]
	}
	return ""
}

// title writes from where a table comes.
func (d *draft) title(r *resource) {
	d.Gap()
	d.comesFrom(r.address)
	address := r.address
	if r.count > 1 {
		address += fmt.Sprintf(" and %d like it", r.count-1)
	}
	d.Comment("%s", address)
}

// copy writes the attributes that are called the same here, as far as they are known.
func (d *draft) copy(a attributes, keys ...string) {
	for _, key := range keys {
		if v := a.scalar(key); v != nil {
			d.Set(key, v)
		}
	}
}

// copyNumbers is copy of attributes of a resource that are numbers; of others it says that
// they are left out.
func (d *draft) copyNumbers(r *resource, a attributes, keys ...string) {
	for _, key := range keys {
		text, written := a[key].(string)
		if _, is := a.number(key); written && text != "" && !is {
			d.skip(r.address, fmt.Sprintf("%s must be a number, got %q", key, text))
			continue
		}
		d.copy(a, key)
	}
}

// inline returns attributes that are called the same here as an inline table.
func inline(a attributes, keys ...string) string {
	var pairs []string
	for _, key := range keys {
		if v := a.scalar(key); v != nil {
			pairs = append(pairs, key+" = "+imports.Literal(v))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}

// preface says what the file is, what was left out and what has to be filled in.
func (d *draft) preface() []byte {
	c := &imports.Document{}
	c.Comment("What Terraform is about to make (headroom import terraform %s), as a scenario.", d.file)
	c.Comment("")
	c.Comment("TO FILL IN: the load ([workload]), what requests take (demand), how long instances boot ([image], user_data).")
	for _, text := range d.toFill {
		c.Comment("assumed: %s", text)
	}
	for _, line := range d.skipped.Text() {
		c.Comment("left out: %s", line)
	}
	for _, line := range d.Refused() {
		c.Comment("TO MEND: %s", line)
	}
	c.Gap()
	return c.Bytes()
}

// writeServices writes what instances do, for each target group and instance.
func (d *draft) writeServices() {
	for _, name := range sortedKeys(d.services) {
		d.Table("service", name)
		d.SetWith("discipline", "ps", "to fill in: concurrency, steps, memory")
	}
}

// writeWorkloads writes a load for each load balancer that forwards to something.
func (d *draft) writeWorkloads() {
	for _, r := range d.of("aws_lb") {
		if r.values.text("load_balancer_type") == "gateway" || !d.forwards(r) {
			continue
		}
		d.Gap()
		d.comesFrom(r.address)
		d.Comment("TO FILL IN: who asks %s, and what it takes. headroom import alb-logs and cloudwatch have the arrivals, headroom calibrate the demand.", r.address)
		d.Table("workload", r.key)
		d.Set("to", "load_balancer."+r.key)
		if port, ok := d.firstPort(r); ok {
			d.Set("clients", imports.Raw(fmt.Sprintf("{ port = %d }", port)))
		}
		d.Set("arrivals", imports.Raw(`{ process = "poisson", rate = "10/s" }`))
		d.Set("demand", imports.Raw(`{ cpu = { dist = "lognormal", mean = "20ms", cv = 1 }, response_bytes = "20KiB" }`))
	}
}

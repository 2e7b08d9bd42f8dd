package terraform

import (
	"headroom/scenarios/imports"
)

// writeFunction writes a Lambda function, which brings a service of its name, and whoever
// calls it where no load balancer does.
func (d *draft) writeFunction(r *resource) {
	v := r.values
	d.title(r)
	d.services[r.key] = true
	d.Table("function", r.key)
	d.Set("service", r.key)
	d.copyNumbers(r, v, "memory_size", "timeout")
	if n, ok := v.number("reserved_concurrent_executions"); ok && n >= 0 {
		d.copyNumbers(r, v, "reserved_concurrent_executions")
	}
	if on := v.texts("architectures"); len(on) == 1 {
		d.Set("architectures", on[0])
	}
	if size, ok := v.block("ephemeral_storage").number("size"); ok {
		d.Set("ephemeral_storage", int(size))
	}
	for _, p := range d.of("aws_lambda_provisioned_concurrency_config") {
		if d.one(p, "aws_lambda_function", "function_name") == r {
			d.copyNumbers(p, p.values, "provisioned_concurrent_executions")
		}
	}
	d.SetWith("cold_start", imports.Raw(`"300ms"`), "to fill in")
	if groups := d.attached[r.key]; len(groups) > 0 {
		d.Set("target_groups", groups)
		return
	}
	d.Gap()
	d.Comment("TO FILL IN: who calls %s, and what it takes.", r.address)
	d.Table("workload", r.key)
	d.Set("to", "function."+r.key)
	d.Set("arrivals", imports.Raw(`{ process = "poisson", rate = "10/s" }`))
	d.Set("demand", imports.Raw(`{ cpu = { dist = "lognormal", mean = "20ms", cv = 1 } }`))
}

// called is the function of the plan that is the target of a target group; nil: none is.
func (d *draft) called(group *resource) *resource {
	for _, a := range d.of("aws_lb_target_group_attachment") {
		if d.one(a, "aws_lb_target_group", "target_group_arn") == group {
			if f := d.one(a, "aws_lambda_function", "target_id"); f != nil {
				return f
			}
		}
	}
	return nil
}

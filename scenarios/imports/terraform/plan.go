package terraform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	tfjson "github.com/hashicorp/terraform-json"

	"headroom/scenarios/imports"
)

// Plan is what Terraform is about to make.
type Plan struct {
	file      string
	plan      *tfjson.Plan
	resources []*resource
	skipped   *imports.Skipped
	refused   imports.Skipped
	region    string
}

// resource is one instance of a resource that will be there.
type resource struct {
	address string // module.web[0].aws_instance.a["x"]
	module  string // module.web[0]; empty for the root
	kind    string // aws_instance
	name    string // a
	index   string // 0 or x; empty for none
	values  attributes
	unknown map[string]any // what is known only after apply
	config  *tfjson.ConfigResource
	key     string // the name of its table
	like    *resource
	count   int // instances that are alike, of which this is the first
}

// Read reads a plan.
func Read(file string, text []byte, skipped *imports.Skipped) (*Plan, error) {
	text = unwrapped(file, text, skipped)
	if _, err := imports.ReadJSON(text); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	p := &Plan{file: file, plan: &tfjson.Plan{}, skipped: skipped}
	if err := json.Unmarshal(text, p.plan); err != nil {
		return nil, fmt.Errorf("%s: no plan as `terraform show -json` writes it: %w", file, plainly(err))
	}
	if p.plan.PlannedValues == nil || p.plan.PlannedValues.RootModule == nil {
		return nil, fmt.Errorf("%s: has no planned_values: write it with `terraform show -json PLAN`", file)
	}
	p.collect(p.plan.PlannedValues.RootModule)
	p.note()
	if len(p.resources) == 0 {
		return nil, errors.New(file + ": plans nothing that stays")
	}
	p.region = p.findRegion()
	p.name()
	return p, nil
}

// plainly says what JSON is of the wrong kind without naming a type of Go.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	if wrong.Field == "" {
		return fmt.Errorf("must be an object, got a JSON %s", wrong.Value)
	}
	return fmt.Errorf("%s must not be a JSON %s", wrong.Field, wrong.Value)
}

// unwrapped returns a plan without the lines that the wrapper of setup-terraform, a GitHub
// action, writes before and after it.
func unwrapped(file string, text []byte, skipped *imports.Skipped) []byte {
	if line, rest, _ := bytes.Cut(text, []byte("\n")); bytes.HasPrefix(line, []byte("[command]")) {
		skipped.Add(imports.Place{File: file, Line: 1}, "a line before the plan, of the wrapper of setup-terraform")
		text = rest
	}
	for {
		end := bytes.LastIndexByte(bytes.TrimSpace(text), '\n')
		if end < 0 || !bytes.HasPrefix(text[end+1:], []byte("::")) {
			return text
		}
		skipped.Add(imports.Place{File: file}, "a line behind the plan, of the wrapper of setup-terraform")
		text = text[:end]
	}
}

// collect takes the resources of a module and of those within.
func (p *Plan) collect(m *tfjson.StateModule) {
	for _, s := range m.Resources {
		if s == nil || s.Mode != tfjson.ManagedResourceMode {
			continue // data is read, not made
		}
		r := &resource{address: s.Address, module: m.Address, kind: s.Type, name: s.Name, values: s.AttributeValues, count: 1}
		if s.Index != nil {
			r.index = fmt.Sprint(s.Index)
		}
		r.config = p.configOf(r)
		p.resources = append(p.resources, r)
	}
	for _, child := range m.ChildModules {
		if child != nil {
			p.collect(child)
		}
	}
}

// note takes from the changes what is not known yet, and says what goes away.
func (p *Plan) note() {
	for _, c := range p.plan.ResourceChanges {
		if c == nil || c.Change == nil {
			continue
		}
		i := slices.IndexFunc(p.resources, func(r *resource) bool { return r.address == c.Address })
		if i >= 0 {
			p.resources[i].unknown, _ = c.Change.AfterUnknown.(map[string]any)
		} else if c.Change.Actions.Delete() {
			p.skip(c.Address, "is destroyed")
		}
	}
}

// skip notes that something of the plan was left out.
func (p *Plan) skip(address, why string) {
	p.skipped.Add(imports.Place{File: p.file, Part: address}, why)
}

// configOf finds the configuration of a resource.
func (p *Plan) configOf(r *resource) *tfjson.ConfigResource {
	m := p.moduleOf(r.module)
	if m == nil {
		return nil
	}
	for _, c := range m.Resources {
		if c != nil && c.Type == r.kind && c.Name == r.name && c.Mode == tfjson.ManagedResourceMode {
			return c
		}
	}
	return nil
}

// indices are those in the address of a module.
var indices = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[("(\\.|[^"\\])*"|[^\]"]*)\]`) })

// steps returns the names of the modules on the way to one, from the root.
func steps(module string) []string {
	var names []string
	for part := range strings.SplitSeq(indices().ReplaceAllString(module, ""), ".") {
		if part != "module" && part != "" {
			names = append(names, part)
		}
	}
	return names
}

// moduleOf finds the configuration of a module, nil if it is not in the plan.
func (p *Plan) moduleOf(module string) *tfjson.ConfigModule {
	if p.plan.Config == nil {
		return nil
	}
	m := p.plan.Config.RootModule
	for _, name := range steps(module) {
		if m == nil || m.ModuleCalls[name] == nil {
			return nil
		}
		m = m.ModuleCalls[name].Module
	}
	return m
}

// zonePattern is the name of a zone, after the region.
var zonePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-\d)([a-z])$`) })

// findRegion returns the Region of the provider, or that of the first zone.
func (p *Plan) findRegion() string {
	if p.plan.Config != nil {
		if aws := p.plan.Config.ProviderConfigs["aws"]; aws != nil {
			if region := p.constant(aws.Expressions["region"]); region != "" {
				return region
			}
		}
	}
	for _, r := range p.resources {
		for _, zone := range append(r.values.texts("availability_zones"), r.values.text("availability_zone")) {
			if m := zonePattern().FindStringSubmatch(zone); m != nil {
				return m[1]
			}
		}
	}
	return ""
}

// constant returns the text of an expression of the root module: itself, or a variable.
func (p *Plan) constant(e *tfjson.Expression) string {
	if e == nil || e.ExpressionData == nil {
		return ""
	}
	if text, ok := e.ConstantValue.(string); ok {
		return text
	}
	for _, ref := range e.References {
		if v := p.plan.Variables[strings.TrimPrefix(ref, "var.")]; v != nil {
			if text, ok := v.Value.(string); ok {
				return text
			}
		}
	}
	return ""
}

// plainName is what the name of a table is made of here.
var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9_-]+`) })

// name gives each resource the name of its table: those of its modules and its own, which
// is left out where it says nothing, with their indices.
func (p *Plan) name() {
	slices.SortStableFunc(p.resources, func(a, b *resource) int { return cmp.Compare(a.address, b.address) })
	taken := map[string]bool{}
	for _, r := range p.resources {
		var words []string
		for _, part := range splitReference(r.module) {
			if part != "module" && part != "" {
				words = append(words, part)
			}
		}
		if len(words) == 0 || r.name != "this" {
			words = append(words, r.name)
		}
		if r.index != "" {
			words = append(words, r.index)
		}
		name := strings.Trim(plainName().ReplaceAllString(strings.Join(words, "-"), "-"), "-")
		own := name
		for n := 2; own == "" || taken[family(r.kind)+" "+own]; n++ {
			own = name + "-" + strconv.Itoa(n)
		}
		taken[family(r.kind)+" "+own] = true
		r.key = own
	}
}

// family joins kinds that make the same table.
func family(kind string) string {
	switch kind {
	case "aws_alb":
		return "aws_lb"
	case "aws_alb_target_group":
		return "aws_lb_target_group"
	case "aws_launch_configuration":
		return "aws_launch_template"
	case "aws_alb_listener":
		return "aws_lb_listener"
	case "aws_alb_listener_rule":
		return "aws_lb_listener_rule"
	case "aws_alb_target_group_attachment":
		return "aws_lb_target_group_attachment"
	}
	return kind
}

// of returns the resources of a family, in the order of their addresses.
func (p *Plan) of(kind string) []*resource {
	var all []*resource
	for _, r := range p.resources {
		if family(r.kind) == kind {
			all = append(all, r)
		}
	}
	return all
}

package terraform

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// deepestReference bounds how far a reference is followed.
const deepestReference = 20

// linked returns the resources of a family that an attribute of a resource refers to: by
// known ids, ARNs or names, else as the configuration says. The path is an attribute, or
// one of a block.
func (p *Plan) linked(r *resource, kind string, path ...string) []*resource {
	if found := p.byValue(valuesAt(r.values, path), kind); len(found) > 0 {
		return found
	}
	if r.config == nil {
		return p.only(kind)
	}
	var found []*resource
	named := false
	for _, e := range expressionsAt(r.config.Expressions, path) {
		named = true
		for _, one := range p.resolve(r, e, kind) {
			if !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
	}
	if len(found) == 0 && named { // by a local value, which plans do not have
		return p.only(kind)
	}
	return found
}

// one returns the only resource that [Plan.linked] finds, nil for none or several.
func (p *Plan) one(r *resource, kind string, path ...string) *resource {
	if found := p.linked(r, kind, path...); len(found) == 1 {
		return found[0]
	}
	return nil
}

// only returns the resource of a family if there is one alone.
func (p *Plan) only(kind string) []*resource {
	if all := p.of(kind); len(all) == 1 {
		return all
	}
	return nil
}

// valuesAt returns the known strings at a path.
func valuesAt(a attributes, path []string) []string {
	if len(path) > 1 {
		var all []string
		for _, b := range a.blocks(path[0]) {
			all = append(all, valuesAt(b, path[1:])...)
		}
		return all
	}
	if s := a.text(path[0]); s != "" {
		return []string{s}
	}
	return a.texts(path[0])
}

// byValue finds resources by what they are known as.
func (p *Plan) byValue(values []string, kind string) []*resource {
	var found []*resource
	for _, v := range values {
		for _, r := range p.of(kind) {
			if v == r.values.text("id") || v == r.values.text("arn") || v == r.values.text("name") {
				found = append(found, r)
				break
			}
		}
	}
	return found
}

// expressionsAt returns the expressions at a path.
func expressionsAt(all map[string]*tfjson.Expression, path []string) []*tfjson.Expression {
	e := all[path[0]]
	if e == nil || e.ExpressionData == nil {
		return nil
	}
	if len(path) == 1 {
		return []*tfjson.Expression{e}
	}
	var found []*tfjson.Expression
	for _, block := range e.NestedBlocks {
		found = append(found, expressionsAt(block, path[1:])...)
	}
	return found
}

// resolve finds the resources that an expression of a resource refers to.
func (p *Plan) resolve(r *resource, e *tfjson.Expression, kind string) []*resource {
	s := search{p, kind, r.index, nil}
	if r.config != nil {
		s.each = r.config.ForEachExpression
	}
	return s.expression(r.module, e, 0)
}

// search is the way along references.
type search struct {
	*Plan
	kind  string
	index string             // of the resource that asks
	each  *tfjson.Expression // what its for_each goes through
}

// expression follows the references of an expression that stands in a module.
func (s search) expression(module string, e *tfjson.Expression, depth int) []*resource {
	if e == nil || e.ExpressionData == nil || depth > deepestReference {
		return nil
	}
	var found []*resource
	for _, ref := range e.References {
		if slices.ContainsFunc(e.References, func(other string) bool {
			return strings.HasPrefix(other, ref+".") || strings.HasPrefix(other, ref+"[")
		}) {
			continue // Terraform lists what a reference is a part of, too
		}
		for _, r := range s.reference(module, ref, depth) {
			if !slices.Contains(found, r) {
				found = append(found, r)
			}
		}
	}
	for _, block := range e.NestedBlocks {
		for _, name := range sortedKeys(block) {
			found = append(found, s.expression(module, block[name], depth+1)...)
		}
	}
	return found
}

// reference follows one reference.
func (s search) reference(module, ref string, depth int) []*resource {
	parts := splitReference(ref)
	switch {
	case parts[0] == "each" && s.each != nil:
		return search{s.Plan, s.kind, s.index, nil}.expression(module, s.each, depth+1)
	case parts[0] == "var" && len(parts) > 1:
		above, call := s.callOf(module)
		if call == nil {
			return nil
		}
		return s.expression(above, call.Expressions[parts[1]], depth+1)
	case parts[0] == "module" && len(parts) > 2:
		return s.output(module, parts, depth)
	case len(parts) > 1 && strings.HasPrefix(parts[0], "aws_"):
		return s.instances(module, parts)
	}
	return nil
}

// splitReference splits a reference at its dots, but not at those within brackets.
func splitReference(ref string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range ref {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				parts = append(parts, ref[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, ref[from:])
}

// callOf returns the call of a module, and the module that has it.
func (s search) callOf(module string) (above string, call *tfjson.ModuleCall) {
	parts := splitReference(module)
	if len(parts) < 2 {
		return "", nil
	}
	above = strings.Join(parts[:len(parts)-2], ".")
	m := s.moduleOf(above)
	if m == nil {
		return "", nil
	}
	name, _, _ := strings.Cut(parts[len(parts)-1], "[")
	return above, m.ModuleCalls[name]
}

// output follows module.NAME.OUTPUT into the module, in each of its instances or in the
// one that is named.
func (s search) output(module string, parts []string, depth int) []*resource {
	name, _, indexed := strings.Cut(parts[1], "[")
	within := strings.TrimPrefix(module+".module."+name, ".")
	m := s.moduleOf(within)
	if m == nil || m.Outputs[parts[2]] == nil {
		return nil
	}
	var found []*resource
	for _, inner := range s.modules(within) {
		if indexed && inner != strings.TrimPrefix(module+".module."+parts[1], ".") {
			continue
		}
		found = append(found, s.expression(inner, m.Outputs[parts[2]].Expression, depth+1)...)
	}
	return found
}

// modules lists the instances of a module that have resources.
func (s search) modules(module string) []string {
	var all []string
	for _, r := range s.resources {
		parts, want := splitReference(r.module), len(splitReference(module))
		if len(parts) < want {
			continue
		}
		inner := strings.Join(parts[:want], ".")
		if indices().ReplaceAllString(inner, "") == indices().ReplaceAllString(module, "") && !slices.Contains(all, inner) {
			all = append(all, inner)
		}
	}
	return all
}

// instances returns the instances of a resource: the one that is named, else that with the
// index of the resource that asks, else all.
func (s search) instances(module string, parts []string) []*resource {
	name, index, indexed := strings.Cut(parts[1], "[")
	index = strings.Trim(strings.TrimSuffix(index, "]"), `"`)
	var all []*resource
	for _, r := range s.of(s.kind) {
		if r.module == module && r.kind == parts[0] && r.name == name {
			all = append(all, r)
		}
	}
	want := s.index
	if indexed {
		want = index
	}
	for _, r := range all {
		if want != "" && r.index == want {
			return []*resource{r}
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

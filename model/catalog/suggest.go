package catalog

import "headroom/model/spelling"

// Suggest returns the type that is offered in the Region and whose name is nearest to
// name, or "" if none is near. To a type that is known, and not offered here, the nearest
// is one for the same programs: of the same architecture, class and size, else of the
// same architecture.
func (c *Catalog) Suggest(name string) string {
	meant, known := c.Type(name)
	if !known {
		return spelling.Nearest(name, c.offers(func(row, TypeName) bool { return true }))
	}
	parts, _ := ParseTypeName(name)
	alike := func(r row, other TypeName) bool {
		return r.arch() == meant.Arch && other.Class == parts.Class && other.Size == parts.Size
	}
	for _, wanted := range []func(row, TypeName) bool{alike, func(r row, _ TypeName) bool { return r.arch() == meant.Arch }} {
		if near := spelling.Nearest(name, c.offers(wanted)); near != "" {
			return near
		}
	}
	return ""
}

// offers yields the names of types that are offered in the Region and wanted.
func (c *Catalog) offers(wanted func(row, TypeName) bool) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for r := range c.instances.all() {
			if r.cell(columnZones) == "" {
				continue
			}
			name, _ := ParseTypeName(r.cell(0))
			if wanted(r, name) && !yield(r.cell(0)) {
				return
			}
		}
	}
}

// arch is the architecture of the type that a row of a Region is about.
func (r row) arch() string {
	t, _ := types().find(r.cell(0))
	return t.cell(1)
}

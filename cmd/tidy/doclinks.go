package main

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
)

// docLink is a link of a comment to what is declared: a name in brackets, with its package before it or
// a member behind it. What follows a word is an index, and what a parenthesis follows is one of Markdown.
var docLink = regexp.MustCompile(`(?:^|[^\w\])])\[\*?(?:([a-z]\w*)\.)?([A-Z]\w*)(?:\.(\w+))?\](?:$|[^\w(\[])`)

// checkDocLinks reports links of comments to what no package declares.
func checkDocLinks(t *tree) []finding {
	var fs []finding
	program, tests, callings := t.declarations(false), t.declarations(true), t.callings()
	for i := range t.files {
		f, known := &t.files[i], program
		if f.syntax == nil {
			continue
		}
		if f.test() {
			known = tests
		}
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				for _, link := range astray(c.Text, f.pkg(), known, callings[f.pkg()]) {
					fs = append(fs, t.at(c.Pos(), "[%s] leads to nothing that is declared", link))
				}
			}
		}
	}
	return fs
}

// astray lists the links of a comment in a package that lead nowhere. Names without a small letter are those of
// tables in files, as [instance.NAME], or of mathematics.
func astray(text, pkg string, known map[string]members, callings map[string]string) (links []string) {
	for _, link := range docLink.FindAllStringSubmatch(text, -1) {
		of, name, member := pkg, link[2], link[3]
		if link[1] != "" {
			of = callings[link[1]]
		}
		if strings.ToUpper(name) != name && !leads(known[of], name, member) {
			links = append(links, strings.Trim(link[1]+"."+name+"."+member, "."))
		}
	}
	return links
}

// members are those of what a package declares, by name: methods, and what a struct or an interface
// lists; true under "" if it embeds others, whose members are its own.
type members map[string]map[string]bool

// leads reports whether a package declares a name, and that a member. Of no package nothing is known.
func leads(pkg members, name, member string) bool {
	if pkg == nil {
		return true
	}
	of := pkg[name]
	return of != nil && (member == "" || of[member] || of[""])
}

// callings are the directories of the packages that each package imports, by its own directory and by what
// its files call them.
func (t *tree) callings() map[string]map[string]string {
	all := map[string]map[string]string{}
	t.imports(func(f *file, spec *ast.ImportSpec, target string) {
		if all[f.pkg()] == nil {
			all[f.pkg()] = map[string]string{}
		}
		called := path.Base(target)
		if spec.Name != nil {
			called = spec.Name.Name
		}
		all[f.pkg()][called] = strings.TrimPrefix(target, t.module+"/")
	})
	return all
}

// declarations returns the members of what each package declares, by its directory; with those of its
// tests, if asked.
func (t *tree) declarations(tests bool) map[string]members {
	all := map[string]members{}
	for i := range t.files {
		f := &t.files[i]
		if f.syntax == nil || f.test() && !tests {
			continue
		}
		pkg := all[f.pkg()]
		if pkg == nil {
			pkg = members{}
			all[f.pkg()] = pkg
		}
		for _, name := range declared(f.syntax) {
			of, member, _ := strings.Cut(name, ".")
			pkg.add(of, member)
		}
		for _, d := range f.syntax.Decls {
			if d, ok := d.(*ast.GenDecl); ok {
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						pkg.list(s)
					}
				}
			}
		}
	}
	return all
}

// add notes a name, and a member of it if there is one.
func (m members) add(name, member string) {
	if m[name] == nil {
		m[name] = map[string]bool{}
	}
	if member != "" {
		m[name][member] = true
	}
}

// list notes what a type lists: the fields of a struct, the methods of an interface.
func (m members) list(s *ast.TypeSpec) {
	var fields *ast.FieldList
	switch of := s.Type.(type) {
	case *ast.StructType:
		fields = of.Fields
	case *ast.InterfaceType:
		fields = of.Methods
	default:
		m[s.Name.Name][""] = true // it may have the members of another
		return
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			m.add(s.Name.Name, name.Name)
		}
		if len(field.Names) == 0 {
			m[s.Name.Name][""] = true
		}
	}
}

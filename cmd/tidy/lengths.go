package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
)

// The limits. A test file may be longer and its functions are free: a table of
// cases reads well at any length. Generated files have no limits.
const (
	maxFuncLines     = 60
	maxFileLines     = 400
	maxTestFileLines = 800
	maxParams        = 4
	maxCaseLines     = 3  // of a case in a dispatcher
	maxAroundLines   = 12 // of a dispatcher around its switch
)

// checkLengths reports files and functions that are too long and functions with
// too many parameters.
func checkLengths(t *tree) []finding {
	var fs []finding
	for _, f := range t.files {
		if f.syntax == nil || ast.IsGenerated(f.syntax) {
			continue
		}
		limit := maxFileLines
		if f.test() {
			limit = maxTestFileLines
		}
		if n := bytes.Count(f.text, []byte("\n")); n > limit {
			fs = append(fs, finding{path: f.path, line: limit + 1,
				message: fmt.Sprintf("file has %d lines, more than %d: split it by idea", n, limit)})
		}
		if f.test() {
			continue
		}
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				fs = append(fs, funcLengths(t, d)...)
			case *ast.GenDecl:
				fs = append(fs, literalLengths(t, d)...)
			}
		}
	}
	return fs
}

// funcLengths reports what is too long about one function.
func funcLengths(t *tree, fn *ast.FuncDecl) []finding {
	var fs []finding
	if n := t.lines(fn); n > maxFuncLines && !isTable(t, fn.Body) && !isDispatcher(t, fn.Body) {
		fs = append(fs, t.at(fn.Pos(), "func %s has %d lines, more than %d", fn.Name.Name, n, maxFuncLines))
	}
	if n := params(fn.Type); n > maxParams {
		fs = append(fs, t.at(fn.Pos(), "func %s has %d parameters, more than %d: take one struct with named fields", fn.Name.Name, n, maxParams))
	}
	return fs
}

// literalLengths reports the function literals of one declaration that are too
// long; those inside a function count there.
func literalLengths(t *tree, d *ast.GenDecl) []finding {
	var fs []finding
	ast.Inspect(d, func(n ast.Node) bool {
		fn, ok := n.(*ast.FuncLit)
		if ok && t.lines(fn) > maxFuncLines {
			fs = append(fs, t.at(fn.Pos(), "function literal has %d lines, more than %d", t.lines(fn), maxFuncLines))
		}
		return !ok
	})
	return fs
}

// lines counts the lines from the first to the last token of n.
func (t *tree) lines(n ast.Node) int {
	return t.line(n.End()) - t.line(n.Pos()) + 1
}

func (t *tree) line(p token.Pos) int { return t.fset.Position(p).Line }

// params counts the parameters; a context in front is free.
func params(fn *ast.FuncType) int {
	n := fn.Params.NumFields()
	if n > 0 {
		sel, ok := fn.Params.List[0].Type.(*ast.SelectorExpr)
		if ok && sel.Sel.Name == "Context" && isIdent(sel.X, "context") {
			n--
		}
	}
	return n
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// isTable tells whether a body only returns composite literals: a table has the
// length of what it lists. Code hidden in a function literal longer than a case
// is no table.
func isTable(t *tree, body *ast.BlockStmt) bool {
	if body == nil || len(body.List) != 1 {
		return false
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok {
		return false
	}
	table := false
	for _, r := range ret.Results {
		if u, ok := r.(*ast.UnaryExpr); ok && u.Op == token.AND {
			r = u.X
		}
		_, lit := r.(*ast.CompositeLit)
		table = table || lit
	}
	ast.Inspect(ret, func(n ast.Node) bool {
		if fn, ok := n.(*ast.FuncLit); ok && t.lines(fn) > maxCaseLines {
			table = false
		}
		return table
	})
	return table
}

// isDispatcher tells whether a body is one switch, perhaps in one loop, of cases
// that only name what to do: the table of contents of an event loop.
func isDispatcher(t *tree, body *ast.BlockStmt) bool {
	if body == nil {
		return false
	}
	list, around := body.List, t.lines(body)
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ForStmt:
			list = s.Body.List
		case *ast.RangeStmt:
			list = s.Body.List
		}
	}
	var cases *ast.BlockStmt
	for _, s := range list {
		var found *ast.BlockStmt
		switch s := s.(type) {
		case *ast.SwitchStmt:
			found = s.Body
		case *ast.TypeSwitchStmt:
			found = s.Body
		}
		if found != nil && cases != nil {
			return false
		}
		if found != nil {
			cases = found
		}
	}
	if cases == nil || around-t.lines(cases) > maxAroundLines {
		return false
	}
	for _, c := range cases.List {
		if t.lines(c) > maxCaseLines {
			return false
		}
	}
	return true
}

package tables

import (
	"errors"
	"strings"

	"headroom/model"
	"headroom/scenarios/schema"
	"headroom/scenarios/space"
	"headroom/scenarios/tree"
)

// verify reports the rules of the model that the config breaks and no table has
// seen, at the keys that the model names.
func (l *loader) verify(root *tree.Node) {
	l.accuse(root, l.cfg.Validate())
	if search := l.scenario.Search; len(l.Faults) == 0 && search != nil && search.Fluid {
		l.verifyScreen(root)
	}
}

// accuse reports errors that begin with the path of their key.
func (l *loader) accuse(root *tree.Node, errs []error) {
	for _, err := range errs {
		path, rule, ok := strings.Cut(err.Error(), ": ")
		if !ok {
			path, rule = "", err.Error()
		}
		at := root.Nearest(path).At
		l.Faults = append(l.Faults, schema.Fault{File: at.File, Line: at.Line, Path: path, Rule: rule})
	}
}

// verifyScreen checks that rates can play what a search would screen by them.
func (l *loader) verifyScreen(root *tree.Node) {
	const path, instead = "search.screen", `is not carried by search.screen = "fluid": rates do not show what it does; use screen = "request"`
	if l.cfg.Fluid > 0 {
		at := root.Nearest(path).At
		l.Faults = append(l.Faults, schema.Fault{File: at.File, Line: at.Line, Path: path, Rule: `must not be given with run.fidelity = "fluid": all of the search plays rates`})
		return
	}
	rates := *l.cfg
	rates.Fluid = min(space.ScreenStep, rates.Duration)
	errs := rates.Validate()
	for i, err := range errs {
		errs[i] = errors.New(strings.Replace(err.Error(), model.NotFluid, instead, 1))
	}
	l.accuse(root, errs)
}

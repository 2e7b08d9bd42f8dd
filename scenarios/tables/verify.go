package tables

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/scenarios/schema"
	"headroom/scenarios/space"
	"headroom/scenarios/tree"
)

// verify reports the rules of the model that the config breaks and no table has
// seen, at the keys that the model names. Beside faults that leave the rest sound it says of what
// rates do not carry only.
func (l *loader) verify(root *tree.Node) {
	errs := asWritten(root, l.cfg.Validate())
	if len(l.Faults) > 0 { // a key that nothing read, or a table that is not there, may be what another rule misses
		errs = slices.DeleteFunc(errs, func(err error) bool { return !strings.HasSuffix(err.Error(), model.NotFluid) })
	}
	if l.cfg.Auto {
		errs = l.playRequests(root, errs)
	}
	l.accuse(root, errs)
	if len(l.Faults) > 0 {
		return
	}
	if search := l.scenario.Search; search != nil && search.Fluid {
		search.Fluid = l.screens(root, "search")
	}
	if sweep := l.scenario.Sweep; sweep != nil && sweep.Fluid {
		sweep.Fluid = l.screens(root, "sweep")
	}
}

// playRequests has a scenario play requests everywhere of which rates do not carry something, or which has no more
// of them than rates are worth, and returns the other errors.
func (l *loader) playRequests(root *tree.Node, errs []error) (others []error) {
	var keys []string
	for _, err := range errs {
		if path, rule, ok := strings.Cut(err.Error(), ": "); !ok || rule != model.NotFluid {
			others = append(others, err)
		} else if !slices.Contains(keys, path) {
			keys = append(keys, path)
		}
	}
	why := ""
	switch requests := l.requests(); {
	case len(keys) > 0:
		why = "rates do not carry " + strings.Join(keys, ", ")
	case requests <= fewRequests:
		why = fmt.Sprintf("about %.2g million come, and up to %.0f million are no more work than rates", requests*1e-6, fewRequests*1e-6)
	default:
		return others
	}
	l.cfg.Fluid, l.cfg.Auto, l.cfg.Audit = 0, false, 0
	l.warnAt(root.Nearest("run.fidelity"), "run.fidelity: auto plays requests everywhere: "+why)
	return others
}

// fewRequests are played in about the time that rates of as many take.
const fewRequests = 3e6

// requests is how many the workloads of a run send, about, without those that they try again.
func (l *loader) requests() (sum float64) {
	for i := range l.cfg.Workloads {
		sum += l.cfg.Workloads[i].Rate(l.cfg.Duration) * l.cfg.Duration.Seconds()
	}
	return sum
}

// asWritten names the keys of errors as the file does: clients are users to the model, and may be called sessions.
func asWritten(root *tree.Node, errs []error) []error {
	for i, err := range errs {
		path, rule, _ := strings.Cut(err.Error(), ": ")
		if clients, ok := strings.CutSuffix(path, ".users"); ok && root.Nearest(clients).Table["sessions"] != nil {
			errs[i] = errors.New(clients + ".sessions: " + rule)
		}
	}
	return errs
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

// screens checks that rates can play what a search or a sweep would screen by them, and reports whether there is
// something to screen: where a run plays rates, there is not.
func (l *loader) screens(root *tree.Node, table string) bool {
	path := table + ".screen"
	if l.cfg.Fluid > 0 {
		l.warnAt(root.Nearest(path), path+": has no effect: run.fidelity has all of the "+table+" play rates")
		return false
	}
	instead := "is not carried by " + path + ` = "fluid": rates do not show what it does; use screen = "request"`
	rates := *l.cfg
	rates.Fluid = min(space.ScreenStep, rates.Duration)
	errs := asWritten(root, rates.Validate())
	for i, err := range errs {
		errs[i] = errors.New(strings.Replace(err.Error(), model.NotFluid, instead, 1))
	}
	l.accuse(root, errs)
	return true
}

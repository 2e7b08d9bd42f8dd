package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	pages "headroom/results/page"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/results/search"
	"headroom/scenarios/space"
)

// leastReplications of a candidate make an interval that is worth its name.
const leastReplications = 3

// recommendConfiguration searches for the cheapest configuration that meets the
// thresholds.
func (f *recommendFlags) recommendConfiguration(c *cobra.Command, files []string) error {
	format, e, err := f.open(c, files)
	if err != nil {
		return err
	}
	if err := f.checkSearch(e); err != nil {
		return badInput(err)
	}
	var to *folder.Folder
	if f.out != "" { // now, rather than after minutes of searching
		if to, err = openOut(f.out, searchFolder()); err != nil {
			return err
		}
		defer giveBack(to)
	}
	outcome, stopped := f.search(c.Context(), e, to)
	if outcome == nil {
		return fruitless(c, stopped)
	}
	page := f.searchPage(c, e, outcome)
	err = page.Write(c.OutOrStdout(), format)
	if to != nil { // also if it cannot be printed
		err = together(saveSearch(to, e, page), err)
	}
	if stopped != nil {
		return together(err, interruptionOf(c.Context(), stopped))
	}
	return together(err, verdictOfSearch(e.Name, outcome))
}

// checkSearch reports what is wrong with a file and flags that are good for other
// commands.
func (f *recommendFlags) checkSearch(e *experiment) error {
	s := e.Search
	if s == nil {
		return fmt.Errorf("%s: has no [search]; `headroom explain search` says what it takes. "+
			"What to commit to with the configuration as it is: recommend --commitments", e.file)
	}
	if least := space.LeastBudget(s.Replications); s.Budget < least {
		return fmt.Errorf("--replications: must be at most %d with a search.budget of %d, got %d", s.Budget/space.LeastBudget(1), s.Budget, s.Replications)
	}
	if err := e.checkMeasuredIn(s.Minimize, s.Len(), e.Candidate); err != nil {
		return fmt.Errorf("%s: search.minimize: %w", e.file, err)
	}
	return nil
}

// searchFolder is what a search writes to.
func searchFolder() *folder.Kind { return report.SearchFolder(serverDirectory) }

// search runs the search of a scenario, in this process or on a cluster.
func (f *recommendFlags) search(ctx context.Context, e *experiment, to *folder.Folder) (*search.Outcome, error) {
	s := e.Search
	e.limitMemory(ctx)
	defer gracefully(ctx)()
	engine, leave, err := f.engine(ctx, e, to)
	if err != nil {
		return nil, err
	}
	defer leave()
	if to != nil {
		if engine == nil {
			engine = search.Here(f.workers)
		}
		kept, err := remember(e, to, engine)
		if err != nil {
			return nil, err
		}
		defer func() {
			if err := kept.memory.Close(); err != nil {
				complain(err.Error())
			}
		}()
		engine = kept
	}
	show := newSearchProgress(e, f.quiet)
	defer show.end()
	p := &search.Problem{
		Candidates: s.Len(),
		Build: func(candidate int) (search.Experiment, error) {
			scenario, err := e.Candidate(candidate)
			if err != nil {
				return nil, err
			}
			return run.Of(scenario), nil
		},
		Reference: run.Of(e.Scenario), Minimize: s.Minimize, Thresholds: e.Thresholds,
		Features: s.Features(e.Catalog), Neighbours: s.Neighbours,
	}
	if s.Fluid {
		p.Screen = screenSearch
	}
	return search.Run(ctx, p, search.Options{
		Confidence: s.Confidence, Indifference: s.Indifference, Replications: s.Replications, MaxReplications: s.MaxReplications,
		Points: s.Points, Budget: s.Budget, Seed: uint64(s.Seed), Workers: f.workers, Engine: engine, Progress: show.note,
	})
}

// screenSearch plays rates where an experiment plays requests.
func screenSearch(of search.Experiment) (search.Experiment, error) {
	return of.(*run.Experiment).Screened(space.ScreenStep)
}

// searchPage is what to show of a search.
func (f *recommendFlags) searchPage(c *cobra.Command, e *experiment, o *search.Outcome) *report.SearchPage {
	page := &report.SearchPage{
		Scenario: e.Name, File: e.file, Seed: e.Config.Seed, PriceDate: e.PriceDate(),
		Outcome: o, Minimize: e.Search.Minimize, Search: e.Search, Label: e.Label, Warnings: slices.Concat(e.Warnings, e.SpaceWarnings()), Color: colored(os.Stdout),
	}
	for _, set := range f.set {
		if !strings.HasPrefix(set, "search.") { // of no meaning to a run
			page.Flags = append(page.Flags, "--set", set)
		}
	}
	if f.priceBook != "" {
		page.Flags = append(page.Flags, "--price-book", f.priceBook)
	}
	if c.Flags().Changed("seed") {
		page.Flags = append(page.Flags, "--seed", fmt.Sprint(f.seed))
	}
	return page
}

// saveSearch writes the files of a search. The recommendation has as many
// replications as its numbers come from, so that it shows the same; with a screen, as take as much luck out.
func saveSearch(to *folder.Folder, e *experiment, page *report.SearchPage) error {
	var scenario []byte
	if best := page.Best; best != nil {
		var err error
		if scenario, err = e.CandidateFile(best.Index, best.Reruns()); err != nil {
			return err
		}
	}
	about := pages.About{Name: e.Name, File: e.file, Flags: page.Flags}
	return page.Save(to, scenario, about.Content(), pages.Content())
}

// verdictOfSearch reports a search that recommends nothing.
func verdictOfSearch(name string, o *search.Outcome) error {
	switch {
	case o.Best != nil:
		return nil
	case o.NoneMeets():
		return &failure{exitBreached, errors.New(name + ": no candidate meets the thresholds")}
	default:
		return &failure{exitBreached, errors.New(name + ": no candidate could be shown to meet the thresholds")}
	}
}

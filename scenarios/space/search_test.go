package space_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/scenarios/space"
	"headroom/scenarios/tables"
	"headroom/scenarios/tree"
)

const choicesOfThree = "[search.parameters]\n" + typeKey + ` = ["m5.large", "m5.xlarge", "c5.large"]` + "\n" +
	backlog + " = { min = 2, max = 5, integer = true }\n" +
	`"service.web.workers" = { values = [1, 2], when = { ` + typeKey + ` = "m5.xlarge" } }`

func TestCandidatesAreACombinationOfTheChoices(t *testing.T) {
	s := swept(t, choicesOfThree)
	if s.Search.Len() != 4+4*2+4 {
		t.Fatalf("%d candidates, want 16", s.Search.Len())
	}
	c, err := s.Candidate(11)
	if err != nil {
		t.Fatal(err)
	}
	if c.Config.Types[0].Name != "m5.xlarge" || c.Search != nil {
		t.Errorf("type %s, search %v", c.Config.Types[0].Name, c.Search)
	}
	want := []string{"instance.server.instance_type=m5.xlarge", "service.web.backlog=5", "service.web.workers=2"}
	if got := s.Search.Assignments(11); !slices.Equal(got, want) {
		t.Errorf("assignments %q, want %q", got, want)
	}
}

// At the end of a range there may be better beyond it, unless nothing is.
func TestEdgesAreWhereMoreWouldDo(t *testing.T) {
	s := swept(t, "[search.parameters]\n"+backlog+" = [8, 0, 4]\n"+`"service.web.workers" = [1, 2]`)
	for candidate, want := range []int{1, 1, 0, 0, 0, 0} { // no backlog is below 0
		got := s.Search.Edges(candidate)
		if len(got) != want || want == 1 && got[0] != (space.Edge{Axis: "service.web.backlog", Value: "8", Largest: true}) {
			t.Errorf("candidate %d: edges %v", candidate, got)
		}
	}
}

// What Assignments say, read back, is the candidate.
func TestAssignmentsMakeTheCandidate(t *testing.T) {
	const quoted = `"workload.users.path"` + ` = [{ "/" = 1 }, { "/x" = 0.5, "/y" = 0.5 }]` + "\n" + `"service.web.discipline" = ["fcfs", "ps"]` + "\n" +
		`"workload.users.arrivals.rate" = ["1/s", 2]`
	s := swept(t, "[search.parameters]\n"+quoted)
	for i := range s.Search.Len() {
		c, err := s.Candidate(i)
		if err != nil {
			continue // ps has no workers
		}
		again, err := parse(base+"[search.parameters]\n"+quoted, s.Search.Assignments(i)...)
		if err != nil {
			t.Fatalf("%q: %v", s.Search.Assignments(i), err)
		}
		if changes := tables.Changes(c, again); len(changes) > 0 {
			t.Errorf("%q: %v", s.Search.Assignments(i), changes)
		}
	}
}

func TestNeighboursDifferInOneChoice(t *testing.T) {
	s := swept(t, choicesOfThree)
	name := func(i int) string {
		var texts []string
		for _, v := range s.Search.Settings(i) {
			texts = append(texts, v.Text)
		}
		return strings.Join(texts, " ")
	}
	for candidate, want := range map[int]string{
		1: "m5.large 2 |m5.large 4 |m5.xlarge 3 1|c5.large 3 ",
		7: "m5.large 3 |m5.xlarge 2 2|m5.xlarge 3 1|m5.xlarge 4 2|c5.large 3 ",
	} {
		var got []string
		for _, n := range s.Search.Neighbours(candidate) {
			got = append(got, name(n))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: got %s, want %s", name(candidate), strings.Join(got, "|"), want)
		}
	}
}

func TestFeaturesPutLikeNearLike(t *testing.T) {
	s, err := parse(base + choicesOfThree)
	if err != nil {
		t.Fatal(err)
	}
	at := s.Search.Features(s.Catalog)
	width := len(at(0))
	for i := range s.Search.Len() {
		f := at(i)
		if len(f) != width {
			t.Fatalf("candidate %d has %d coordinates, want %d", i, len(f), width)
		}
		for _, v := range f {
			if v < 0 || v > 1 {
				t.Errorf("candidate %d at %v", i, f)
			}
		}
	}
	if large, xlarge := at(0), at(4); !(large[0] < xlarge[0] && large[2] < xlarge[2]) {
		t.Errorf("m5.large at %v, m5.xlarge at %v", large, xlarge)
	}
}

func TestSearchFaultsNameTheirKey(t *testing.T) {
	for choices, want := range map[string]string{
		"[search]\nbudget = 100": "search.parameters: is required",
		"[search.parameters]\n" + backlog + " = { min = 1, max = 9 }":                                               "must be a list, have steps, or be a linear range with integer = true",
		"[search.parameters]\n\"run.duration\" = [\"1h\"]":                                                          "must be no key of [run]: all candidates are judged alike",
		"[search.parameters]\n\"service.web.worker\" = [1]":                                                         "service.web.worker: unknown key",
		"[search.parameters]\n\"service.wob.workers\" = [1]":                                                        `search.parameters."service.wob.workers": names no table of the file`,
		"[search]\nreplications = 20\nmax_replications = 10\n[search.parameters]\n" + backlog + " = [1, 2]":         "must be at least replications (20)",
		"[search]\nreplications = 20\nbudget = 100\n[search.parameters]\n" + backlog + " = [1, 2]":                  "search.budget: must be at least 8 × replications (160), got 100",
		"[search]\nconfidence = \"40%\"\n[search.parameters]\n" + backlog + " = [1, 2]":                             "search.confidence: must be 50%..0.999",
		"[search.parameters]\n" + typeKey + " = [\"m5.large\", \"m5.huge\"]":                                        "(first in candidate 1 of the search)",
		"[search]\nparameters = { " + backlog + " = [1], \"service.web.backlog2\" = 5 }":                            "must be a list of values or a range",
		"[search.parameters]\n" + backlog + " = { min = 9007199254740992, max = 9007199254740999, integer = true }": "service.web.backlog: must be integer 0..1000000000",
		"[search.parameters]\n" + backlog + " = { min = 1, max = 1e18, integer = true }":                            "must have at most 1000000 integers",
		"[search.parameters]\n" + backlog + " = { min = nan, max = 9, integer = true }":                             "must have numbers as min and max",
		"[search.parameters]\n" + backlog + " = [nan]":                                                              "(first in candidate 0 of the search), got nan",
		"[search.parameters]\n\"run.seed\" = [1]":                                                                   "must be no key of [run]",
		"[search.parameters]\n" + huge:                                                                              "must combine to at most 1000000000000 candidates: leave choices out",
		"[search]\nparameters = {}":                                                                                 "must name at least one key of the file",
	} {
		_, err := parse(base + choices)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "shop.toml:") {
			t.Errorf("%s\ngot  %v\nwant %s", choices, err, want)
		}
	}
}

// huge are choices that combine to more than an int64 holds.
var huge = strings.Join([]string{
	backlog + " = { min = 1, max = 100000, integer = true }",
	"\"service.web.workers\" = { min = 1, max = 100000, integer = true }",
	"\"instance.server.count\" = { min = 1, max = 100000, integer = true }",
	"\"workload.users.arrivals.rate\" = { min = 1, max = 100000, integer = true }",
}, "\n")

// Neighbours and features of the last of very many candidates stay in bounds.
func TestManyCandidatesAreWithinBounds(t *testing.T) {
	const rates = "\"workload.users.arrivals.rate\" = { min = 1, max = 100000, integer = true }"
	s, err := parse(base + "[search.parameters]\n" + backlog + " = { min = 1, max = 100000, integer = true }\n" + rates)
	if err != nil {
		t.Fatal(err)
	}
	last := s.Search.Len() - 1
	if last != 1e10-1 {
		t.Fatalf("%d candidates, want 10¹⁰", last+1)
	}
	if got := s.Search.Neighbours(last); len(got) != 2 || got[0] != last-100_000 || got[1] != last-1 {
		t.Errorf("neighbours of %d: %v", last, got)
	}
	if got := s.Search.Features(s.Catalog)(last); !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("features %v, want 1 and 1", got)
	}
}

// Values without an order are told apart by coordinates, unless there are many.
func TestManyUnorderedValuesShareACoordinate(t *testing.T) {
	const mostOthers = 24
	var values []string
	for i := range mostOthers + 1 {
		values = append(values, `{ "/`+strconv.Itoa(i)+`" = 1 }`)
	}
	at := func(n int) int {
		s, err := parse(base + "[search.parameters]\n\"workload.users.path\" = [" + strings.Join(values[:n], ", ") + "]")
		if err != nil {
			t.Fatal(err)
		}
		return len(s.Search.Features(s.Catalog)(0))
	}
	if few, many := at(mostOthers), at(mostOthers+1); few != mostOthers || many != 1 {
		t.Errorf("%d and %d coordinates, want %d and 1", few, many, mostOthers)
	}
}

// The file of a candidate is the candidate, with the replications asked for.
func TestResolvedCandidateIsTheCandidate(t *testing.T) {
	s := swept(t, choicesOfThree)
	for _, i := range []int{0, 11, 15} {
		want, err := s.Candidate(i)
		if err != nil {
			t.Fatal(err)
		}
		text, err := s.CandidateFile(i, 17)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tables.Parse("shop.toml", text, tables.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if got.Replications != 17 || got.Search != nil {
			t.Errorf("%d replications, search %v", got.Replications, got.Search)
		}
		changes := slices.DeleteFunc(tables.Changes(want, got), func(c tree.Change) bool { return c.Path == "run.replications" })
		if len(changes) > 0 {
			t.Errorf("candidate %d: %v", i, changes)
		}
	}
}

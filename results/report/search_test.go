package report

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/results/folder"
	"headroom/results/search"
	"headroom/scenarios/tables"
	"headroom/sim/stat"
)

const choosable = `name = "shop"
run = { duration = "10m", replications = 3 }
service.web = { discipline = "fcfs", workers = 1 }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "1/s" }, demand = { cpu = "20ms" } }
[search.parameters]
"instance.server.instance_type" = ["m5.large", "c5.large"]
"service.web.backlog" = { min = 2, max = 4, integer = true }
`

// found is a search of six candidates, each of another result, and the reference.
func found(t *testing.T) *SearchPage {
	t.Helper()
	s, err := tables.Parse("my shop.toml", []byte(choosable), tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	limit := model.Threshold{Key: "latency.p99", Operator: "<", Limit: 0.1, Unit: "s", Text: "< 100ms"}
	candidate := func(index int, result search.Result, cost, latency float64) search.Candidate {
		return search.Candidate{
			Index: index, Result: result, Cost: stat.Estimate{Value: cost, HalfWidth: 0.01, N: 10}, Unit: "USD",
			Margins:      []search.Margin{{Threshold: limit, Estimate: stat.Estimate{Value: latency, HalfWidth: 0.002, N: 10}, Unit: "s", Sure: 0.9996}},
			Replications: 23, Counted: 10, From: search.Confirming,
		}
	}
	tried := []search.Candidate{
		candidate(0, search.Dearer, 2.5, 0.08), candidate(1, search.Recommended, 2, 0.09), candidate(2, search.Undecided, 1.9, 0.1),
		candidate(3, search.Breaching, 1, 0.5), {Index: 4, Result: search.Impossible, Why: "no|such\ntype", Cost: stat.Estimate{Value: math.NaN(), HalfWidth: math.NaN()}},
	}
	tried[2].Why, tried[3].Why, tried[3].From = "may or may not be cheaper", "latency.p99 < 100ms", search.Comparing
	reference := candidate(-1, "", 3, 0.05)
	return &SearchPage{
		Scenario: "shop", File: "my shop.toml", Seed: 7, PriceDate: "2026-07-20", Minimize: "cost.total", Search: s.Search,
		Flags: []string{"--seed", "7"}, Warnings: []string{"of the scenario"},
		Outcome: &search.Outcome{
			Best: &tried[1], Second: &tried[0], Reference: &reference, Gap: stat.Estimate{Value: 0.5, HalfWidth: 0.02, N: 10},
			Saving: stat.Estimate{Value: 1, HalfWidth: 0.03, N: 10}, Candidates: 6, Tried: tried, Replications: 125, Exhaustive: 600,
			Surrogate:  &search.Surrogate{Untried: 1, Asked: 1, Likeliest: 0.0004, CostError: 0.03},
			Confidence: 0.95, Warnings: []string{"of the search"},
		},
	}
}

// nothing is a search that recommends nothing.
func nothing(t *testing.T) *SearchPage {
	t.Helper()
	s := found(t)
	s.Best, s.Second, s.Surrogate = nil, nil, nil
	s.Tried = s.Tried[:5]
	for i := range s.Tried[:4] {
		s.Tried[i].Result, s.Tried[i].Why = search.Breaching, "latency.p99 < 100ms"
	}
	s.Candidates, s.Nearest, s.Exhaustive = 5, &s.Tried[3], 50
	return s
}

// Rows of a search that screens say what was played for their numbers, in one word of
// run.fidelity; others have no such column.
func TestRowsOfAScreenNameTheirFidelity(t *testing.T) {
	s := found(t)
	if text := rendered(t, s, CSV) + rendered(t, s, JSON); strings.Contains(text, "fidelity") {
		t.Errorf("nothing was screened, got\n%s", text)
	}
	s.Screened, s.Tried[3].Rates = 30, true
	rows, err := csv.NewReader(strings.NewReader(rendered(t, s, CSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], FidelityColumn)
	for i, want := range []string{FidelityColumn, "request", "request", "request", "fluid", ""} {
		if rows[i][at] != want {
			t.Errorf("row %d: got %q, want %q", i, rows[i][at], want)
		}
	}
	if text := rendered(t, s, JSON); strings.Count(text, `"fidelity":"fluid"`) != 1 || strings.Count(text, `"fidelity":"request"`) < 3 {
		t.Errorf("got\n%s", text)
	}
}

func rendered(t *testing.T, s *SearchPage, format Format) string {
	t.Helper()
	b := lined{columns: 200}
	if err := s.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSearchPageTellsWhatWasFound(t *testing.T) {
	want := `shop · 5 of 6 candidates tried in 125 replications · seed 7 · prices of 2026-07-20

recommended: meets the thresholds, and is the cheapest of those compared, with 95 % confidence

key                            recommended  second    the file
────────────────────────────────────────────────────────────────
instance.server.instance_type  m5.large     m5.large  m5.large
service.web.backlog            3            2         –

                        recommended                    second                  the file
─────────────────────────────────────────────────────────────────────────────────────────
cost.total           $2.000 ± 0.010            $2.500 ± 0.010            $3.000 ± 0.010
dearer by                            $0.500 ± 0.020 (+25.0 %)  $1.000 ± 0.030 (+50.0 %)
latency.p99 < 100ms   90.0 ms ± 2.0             80.0 ms ± 2.0             50.0 ms ± 2.0
  margin                   10.00 ms                  20.00 ms                  50.00 ms
  sure of it                99.96 %                   99.96 %                   99.96 %
replications                     10                        10                        10

to run it:
headroom run 'my shop.toml' --seed 7 --set instance.server.instance_type=m5.large --set service.web.backlog=3 --replications 10

candidates                    number
──────────────────────────────────────
recommended                        1
not cheaper by more than 1 %       1
breach latency.p99 < 100ms         1
undecided                          1
cannot be simulated                1
not tried                          1
all                                6

125 replications; all candidates at the precision of the recommendation would take 600
not tried: 1; by the surrogate, the likeliest to be better of them has a chance of less than 0.1 % (it predicts cost.total to ± 3.0 %)
candidate 4 cannot be simulated: no|such; type

warning: of the scenario
warning: of the search
`
	if got := rendered(t, found(t), Table); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSearchPageNamesTheNearestWhereNothingMeets(t *testing.T) {
	want := `## shop · 5 of 5 candidates tried in 125 replications · seed 7 · prices of 2026-07-20

no candidate meets the thresholds, with 95 % confidence; the nearest:

| key | nearest | the file |
|---|---|---|
| instance.server.instance_type | c5.large | m5.large |
| service.web.backlog | 2 | – |

|  | nearest | the file |
|---|---:|---:|
| cost.total | $1.000 ± 0.010 | $3.000 ± 0.010 |
| latency.p99 < 100ms | 500.0 ms ± 2.0 | 50.0 ms ± 2.0 |
| margin | -400.0 ms | 50.00 ms |
| sure of it | 99.96 % | 99.96 % |
| replications | 10 | 10 |

| candidates | number |
|---|---:|
| breach latency.p99 < 100ms | 4 |
| cannot be simulated | 1 |
| all | 5 |

- 125 replications
- candidate 4 cannot be simulated: no|such; type

- **Warning:** of the scenario
- **Warning:** of the search
`
	if got := rendered(t, nothing(t), Markdown); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The first line under the title claims no more than the search does.
func TestSearchPageClaimsWhatTheSearchDoes(t *testing.T) {
	for want, change := range map[string]func(*SearchPage){
		"recommended: the cheapest of all candidates that meets the thresholds, with 95 % confidence":      func(s *SearchPage) { s.Surrogate, s.Decided = nil, true },
		"recommended: meets the thresholds, and is the cheapest of those compared, with 99.9 % confidence": func(s *SearchPage) { s.Surrogate, s.Confidence = nil, 0.999 },
		"recommended: the cheapest of all candidates, with 95 % confidence": func(s *SearchPage) {
			s.Surrogate, s.Decided = nil, true
			for i := range s.Tried {
				s.Tried[i].Margins = nil
			}
		},
		"interrupted before any candidate seemed to meet the thresholds":   func(s *SearchPage) { s.Interrupted, s.Best, s.Nearest = true, nil, &s.Tried[3] },
		"interrupted: the best so far, not confirmed":                      func(s *SearchPage) { s.Interrupted, s.Best, s.Leader = true, nil, &s.Tried[0] },
		"not confirmed: the cheapest that seems to meet the thresholds":    func(s *SearchPage) { s.Best, s.Leader = nil, &s.Tried[0] },
		"no candidate could be shown to meet the thresholds; the nearest:": func(s *SearchPage) { s.Best, s.Nearest = nil, &s.Tried[3] },
	} {
		s := found(t)
		change(s)
		if got := strings.Split(rendered(t, s, Table), "\n")[2]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Confidence is never shown as certainty.
func TestConfidenceIsShownAsFarAsItGoes(t *testing.T) {
	for want, m := range map[string]search.Margin{
		">99.99 %":  {Sure: 1, Estimate: stat.Estimate{HalfWidth: 1, N: 9}},
		"99.97 %":   {Sure: 0.9997, Estimate: stat.Estimate{HalfWidth: 1, N: 9}},
		"<0.01 %":   {Sure: 0, Estimate: stat.Estimate{HalfWidth: 1, N: 9}},
		"no spread": {Sure: 1, Estimate: stat.Estimate{N: 9}},
		"–":         {Sure: 1, Estimate: stat.Estimate{N: 1}},
	} {
		if got := confidence(&search.Candidate{Margins: []search.Margin{m}}, 0); got != want {
			t.Errorf("%+v: got %s, want %s", m, got, want)
		}
	}
}

// What was never observed breaches, and is no limit.
func TestSearchPageTellsWhatWasNeverObserved(t *testing.T) {
	s := nothing(t)
	s.Tried[0].Why = "latency.p99 was never observed"
	got := rendered(t, s, Table)
	if !strings.Contains(got, "\nlatency.p99 was never observed       1\n") || !strings.Contains(got, "\nbreach latency.p99 < 100ms           3\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestSearchPageWithoutAnyResultHasNoTables(t *testing.T) {
	s := found(t)
	s.Interrupted, s.Best, s.Second, s.Tried, s.Reference, s.Surrogate = true, nil, nil, nil, nil, nil
	got := rendered(t, s, Table)
	if strings.Contains(got, "service.web.backlog") || !strings.Contains(got, "not tried        6") {
		t.Errorf("got\n%s", got)
	}
}

func TestSearchCSVHasARowACandidate(t *testing.T) {
	want := `candidate,instance.server.instance_type,service.web.backlog,result,why,replications,counted,cost.total,cost.total.half_width,latency.p99,latency.p99.half_width
0,m5.large,2,dearer,,23,10,2.5,0.01,0.08,0.002
1,m5.large,3,recommended,,23,10,2,0.01,0.09,0.002
2,m5.large,4,undecided,may or may not be cheaper,23,10,1.9,0.01,0.1,0.002
3,c5.large,2,breaching,latency.p99 < 100ms,23,10,1,0.01,0.5,0.002
4,c5.large,3,impossible,"no|such
type",0,0,,,,
`
	got := rendered(t, found(t), CSV)
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if rows, err := csv.NewReader(strings.NewReader(got)).ReadAll(); err != nil || len(rows) != 6 {
		t.Errorf("%d rows, want 6: %v", len(rows), err)
	}
}

func TestSearchJSONHasWhatThePageHas(t *testing.T) {
	var got struct {
		Replications int
		Decided      bool
		Recommended  struct {
			Candidate  int
			Set        []string
			Command    string
			Cost       struct{ Value float64 }
			Thresholds []struct{ Value, Limit, Confidence float64 }
		}
		Second, Reference struct{ Difference struct{ Value float64 } }
		Surrogate         map[string]float64
		Tried             []struct {
			Result   string
			Settings []struct{ Value any }
			Cost     struct{ Value *float64 }
		}
		Warnings []string
	}
	text := rendered(t, found(t), JSON)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	r := got.Recommended
	if r.Candidate != 1 || r.Cost.Value != 2 || len(r.Set) != 2 || len(r.Thresholds) != 1 || r.Thresholds[0].Limit != 0.1 {
		t.Errorf("recommended: %+v", r)
	}
	if !strings.Contains(rendered(t, found(t), Table), "\n"+r.Command+"\n") {
		t.Errorf("the page has another command than %s", r.Command)
	}
	if got.Second.Difference.Value != 0.5 || got.Reference.Difference.Value != 1 || got.Surrogate["asked"] != 1 {
		t.Errorf("%+v", got)
	}
	if len(got.Tried) != 5 || got.Tried[4].Result != "impossible" || got.Tried[4].Cost.Value != nil || got.Tried[1].Settings[1].Value != 3.0 || len(got.Warnings) != 2 {
		t.Errorf("tried: %+v, warnings %q", got.Tried, got.Warnings)
	}
	if text := rendered(t, nothing(t), JSON); !json.Valid([]byte(text)) || !strings.Contains(text, `"recommended": null`) || !strings.Contains(text, `"nearest": {"candidate":3,`) {
		t.Errorf("got\n%s", text)
	}
}

func TestSearchDirectoryHoldsOneSearch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	files := func() string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return strings.Join(names, " ")
	}
	if err := saved(dir, SearchFolder(), func(to *folder.Folder) error { return found(t).Save(to, []byte("name = \"best\"\n")) }); err != nil {
		t.Fatal(err)
	}
	if got := files(); got != ".headroom scenario.toml search.csv" {
		t.Errorf("a search leaves %s", got)
	}
	if err := saved(dir, SearchFolder(), func(to *folder.Folder) error { return nothing(t).Save(to, nil) }); err != nil {
		t.Fatal(err)
	}
	if got := files(); got != ".headroom search.csv" { // what was recommended before is not any more
		t.Errorf("a search that recommends nothing leaves %s", got)
	}
	if err := os.Remove(filepath.Join(dir, ".headroom")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "search.csv"), filepath.Join(dir, "other.csv")); err != nil {
		t.Fatal(err)
	}
	err := saved(dir, SearchFolder(), func(to *folder.Folder) error { return found(t).Save(to, nil) })
	if err == nil || !strings.Contains(err.Error(), "must be empty or hold an earlier search (search.csv)") || files() != "other.csv" {
		t.Errorf("among other files: %v, leaves %s", err, files())
	}
}

package page

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headroom/results/report"
)

// sheet is a sweep of two parameters: dearer points are faster, but for one that is
// neither, and one that failed.
const sheet = `point,group.web.target,template.web.type,replications,cost.total,cost.total.half_width,latency.p99,latency.p99.half_width,error
0,30,m5.large,3,10,0.5,0.1,0.01,
1,50,m5.large,3,6,0.4,0.2,0.01,
2,70,m5.large,3,5,0.3,0.4,0.02,
3,30,"a ""b"" <c>",3,12,0.5,0.3,0.02,
4,50,"a ""b"" <c>",0,,,,,no capacity
`

// written puts a file into a directory of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPageOfASweep(t *testing.T) {
	text := opened(t, written(t, "sweep.csv", sheet))
	for _, want := range []string{
		"<h1>mine: a sweep</h1>", `<a href="#point-1" aria-label="point 1, target 50, type m5.large: $6.00, 200.0 ms">`,
		`<tr id="point-3" tabindex="-1">`, "headroom run FILE --set group.web.target=30 --set &#39;template.web.type=a &#34;b&#34; &lt;c&gt;&#39;",
		"no capacity", "nothing beats it", "Mean cost.total by group.web.target",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(text, "nothing beats it"); n != 3 {
		t.Errorf("%d points that nothing beats, want 0, 1 and 2", n)
	}
	if strings.Contains(text, "<c>") {
		t.Error("a setting is not escaped")
	}
}

// Numbers are joined, from the least that was tried to the greatest; nothing lies between
// two names.
func TestEffectsJoinNumbersAlone(t *testing.T) {
	d, err := readDesign(filepath.Join(written(t, "sweep.csv", sheet), "sweep.csv"), About{})
	if err != nil {
		t.Fatal(err)
	}
	target, kind := string(d.effect(0, 0).Figure.SVG), string(d.effect(1, 0).Figure.SVG)
	if !strings.Contains(target, `fill="none" stroke="var(--c0)"`) || strings.Contains(kind, `fill="none" stroke="var(--c0)"`) {
		t.Errorf("targets must be joined, types must not:\n%s\n%s", target, kind)
	}
	c := chart{x: scale{low: 27.5, high: 72.5}} // 30 to 70, with room of a sixteenth
	if want := fmt.Sprintf(`d="M%.1f `, c.across(30)); !strings.Contains(target, want) {
		t.Errorf("30 of 30, 50 and 70 must be at the left, %s:\n%s", want, target)
	}
}

// Three replications say little of a p99, but that it is not negative.
func TestWhiskersEndAtZero(t *testing.T) {
	d, err := readDesign(filepath.Join(written(t, "sweep.csv", strings.Replace(sheet, "0.1,0.01", "0.1,5", 1)), "sweep.csv"), About{})
	if err != nil {
		t.Fatal(err)
	}
	s := d.scale(1)
	c := chart{x: d.scale(0), y: s}
	if want := fmt.Sprintf("V%.1f\"", c.down(5.1)); s.low != 0 || !strings.Contains(string(d.frontier(0, 1).Parts[0].Figure.SVG), fmt.Sprintf("%.1f%s", c.down(0), want)) {
		t.Errorf("the axis begins at %g, want 0, and a whisker from there to 5.1 s", s.low)
	}
}

func TestPageOfASearch(t *testing.T) {
	text := opened(t, written(t, "search.csv", `candidate,group.web.min_size,result,why,replications,counted,cost.per_hour,cost.per_hour.half_width,availability,availability.half_width
0,2,best,,9,9,1.5,0.1,0.999,0.0001
1,4,ruled out,dearer,3,3,3,0.1,0.9999,0.0001
`))
	for _, want := range []string{"mine: a search", "ruled out: dearer", "--set group.web.min_size=4", "availability against cost.per_hour"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// The front is that of the table of the sweep: of the second pair more is better, and the
// points that breach a threshold, were ruled out or failed are none of it.
func TestFrontOfASweepIsThatOfItsTable(t *testing.T) {
	d, err := readDesign(filepath.Join(written(t, "sweep.csv", `point,x,replications,cost.total,cost.total.half_width,requests.completed,requests.completed.half_width,breached,ruled_out,error
0,1,1,5,0,100,0,,,
1,2,1,4,0,200,0,,,
2,3,1,9,0,300,0,,,
3,4,1,1,0,900,0,cost.total < 0.5,,
4,5,1,2,0,900,0,,cost.total < 0.5,
5,6,1,2,0,900,0,,,out of memory
`), "sweep.csv"), About{})
	if err != nil {
		t.Fatal(err)
	}
	d.face(0, 1)
	var front []int
	for _, p := range d.tried {
		if p.front {
			front = append(front, p.number)
		}
	}
	if want := []int{1, 2}; !slices.Equal(front, want) {
		t.Errorf("the front is %v, want %v: 1 is cheaper and does more than 0, 2 does the most", front, want)
	}
}

// What is on the front is what a comparison of all pairs finds.
func TestFrontIsWhatNothingBeats(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		d := &design{metrics: []string{"cost.total", "availability"}}
		for range 1 + random.IntN(30) {
			v := []float64{float64(random.IntN(6)), float64(random.IntN(6))}
			if random.IntN(10) == 0 {
				v[random.IntN(2)] = math.NaN()
			}
			d.tried = append(d.tried, tried{number: len(d.tried), values: v})
		}
		d.face(0, 1)
		for _, a := range d.tried {
			beaten := slices.ContainsFunc(d.tried, func(b tried) bool {
				return b.values[0] <= a.values[0] && b.values[1] >= a.values[1] && (b.values[0] < a.values[0] || b.values[1] > a.values[1])
			})
			twin := slices.ContainsFunc(d.tried, func(b tried) bool {
				return b.number < a.number && b.values[0] == a.values[0] && b.values[1] == a.values[1]
			})
			known := !math.IsNaN(a.values[0]) && !math.IsNaN(a.values[1])
			if a.front != (known && !beaten && !twin) {
				t.Fatalf("round %d: %v of %v: on the front %v, beaten %v", round, a.values, d.tried, a.front, beaten)
			}
		}
	}
}

const comparison = `{"scenario": "shop", "seed": 1, "replications": 3, "plans": [
{"plan":"on-demand","cost":{"value":10,"half_width":0.1},"upfront":0,"coverage":{"value":0,"half_width":0},"break_even":null,"requests_lost":{"value":0,"half_width":0}},
{"plan":"compute-savings-plan-1y-no-upfront","cost":{"value":7,"half_width":0.1},"upfront":0,"coverage":{"value":0.8,"half_width":0.01},"utilization":{"value":0.97,"half_width":0.01},"break_even":{"value":0.72,"half_width":null},"requests_lost":{"value":0,"half_width":0}},
{"plan":"spot","cost":{"value":4,"half_width":0.5},"upfront":0,"coverage":null,"break_even":null,"requests_lost":{"value":120,"half_width":30}},
{"plan":"dedicated-instances","cost":{"value":17,"half_width":0.1},"upfront":0,"coverage":null,"break_even":null,"requests_lost":{"value":0,"half_width":0}},
{"plan":"dedicated-hosts","cost":{"value":95,"half_width":0.1},"upfront":0,"coverage":null,"break_even":null,"requests_lost":{"value":0,"half_width":0}}],
"warnings": ["rates are estimates"]}`

func TestPageOfAComparison(t *testing.T) {
	text := opened(t, written(t, "compare.json", comparison))
	for _, want := range []string{"shop: ways of buying", "80.0 % ± 1.0", "rates are estimates", "Not drawn: dedicated-hosts, $95.00", "requests lost to interruptions"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if instances, demand := family("dedicated-instances"), family("on-demand"); instances == demand || instances != family("dedicated-hosts") {
		t.Errorf("dedicated instances have colour %d, On-Demand ones %d: they cost twice as much in the picture", instances, demand)
	}
}

const bought = `{"scenario": "shop", "seed": 1, "replications": 3, "price_date": "2026-07-20", "judged": 1,
"launches": [{"launch":"On-Demand","write":[]},{"launch":"base + 50 % Spot","write":["autoscaling_group.web.mixed_instances_policy.on_demand_base_capacity = 1"]}],
"purchases": [
{"launch":"On-Demand","horizon":"none","recommended":true,"thresholds":"kept","doubts":[],"upfront":0,"cost":{"value":10,"half_width":0.1},"saving":{"value":0,"half_width":0},"dearer":{"value":0,"half_width":0},"spot_share":{"value":0,"half_width":0},"committed_share":{"value":0,"half_width":0},"on_demand_share":{"value":1,"half_width":0},"requests_lost":{"value":0,"half_width":0},"regret":[]},
{"launch":"base + 50 % Spot","horizon":"none","recommended":false,"thresholds":"breached","doubts":["availability > 0.999"],"upfront":0,"cost":{"value":8,"half_width":0.3},"dearer":{"value":-2,"half_width":0.3},"spot_share":{"value":0.4,"half_width":0.05},"committed_share":{"value":0,"half_width":0},"on_demand_share":{"value":0.6,"half_width":0.05},"requests_lost":{"value":120,"half_width":30},"regret":[]},
{"launch":"On-Demand","horizon":"1y","recommended":true,"thresholds":"kept","doubts":[],"plan":"compute-savings-plan-1y-all-upfront","buys":"$1.2000/h","upfront":10512,"cost":{"value":7.5,"half_width":0.1},"saving":{"value":0.25,"half_width":0.01},"dearer":{"value":0,"half_width":0},"spot_share":{"value":0,"half_width":0},"committed_share":{"value":0.8,"half_width":0.02},"on_demand_share":{"value":0.2,"half_width":0.02},"requests_lost":{"value":0,"half_width":0},"regret":[{"scale":0.8,"regret":1.5},{"scale":1.2,"regret":0.7}]},
{"launch":"base + 50 % Spot","horizon":"1y","recommended":false,"thresholds":"not sure","doubts":["availability > 0.999"],"upfront":0,"cost":{"value":7.4,"half_width":0.3},"dearer":{"value":-0.1,"half_width":0.3},"spot_share":{"value":0.4,"half_width":0.05},"committed_share":{"value":0.4,"half_width":0.02},"on_demand_share":{"value":0.2,"half_width":0.05},"requests_lost":{"value":120,"half_width":30},"regret":[]}],
"warnings": ["rates are estimates"]}`

// What is recommended is marked wherever it is shown, and what may be luck too.
func TestPageOfAPurchase(t *testing.T) {
	text := opened(t, written(t, "fleet.json", bought))
	for _, want := range []string{
		"shop: what to buy", "compute-savings-plan-1y-all-upfront: $1.2000/h", "$10,512.00", "★ On-Demand, up to 1 year, on Spot 0 %, committed 80.0 % ± 2.0, On-Demand 20.0 % ± 2.0",
		"breached: availability &gt; 0.999", "~ -$0.10 ± 0.30", "-$2.00 ± 0.30", "rates are estimates", "$1.50", "80 %",
		"recommended: On-Demand, no commitment: $10.00, requests lost to interruptions 0", `<td class="n">recommended</td>`,
		`<tr class="bad"><th scope="row">up to 3 years</th><td>nothing</td>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(text, "mixed_instances_policy") {
		t.Error("the page says how to launch what it does not recommend")
	}
}

func TestDamagedFilesOfDesignsAreRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"sweep.csv", "", "sweep.csv: damaged, or not of this program: line 1: must be the names of columns"},
		{"sweep.csv", "a,b\n", "line 1: must begin with point or candidate, and have replications"},
		{"sweep.csv", strings.Replace(sheet, "\n1,", "\nx,", 1), `line 3: point: must be a number, got "x"`},
		{"sweep.csv", strings.Replace(sheet, ",6,", ",6$,", 1), `line 3: cost.total: must be a number, got "6$"`},
		{"sweep.csv", sheet[:len(sheet)-15], "line 6: wrong number of fields"},
		{"compare.json", comparison[:400], "compare.json: damaged, or not of this program: unexpected end of JSON input"},
		{"compare.json", "{}", "must have a scenario and plans"},
		{"fleet.json", "{}", "fleet.json: damaged, or not of this program: must have a scenario and purchases"},
		{"fleet.json", bought[:900], "unexpected end of JSON input"},
		{"other.csv", "", "mine: must be a directory of --out, which has one of summary.json, compare.json, fleet.json, diff.json, search.csv, sweep.csv"},
	} {
		if _, err := Open(written(t, c.name, c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %.20q: %v, want %s", c.name, c.text, err, c.want)
		}
	}
}

func TestBrowserShowsDesigns(t *testing.T) {
	for _, of := range [][2]string{{"sweep.csv", sheet}, {"compare.json", comparison}, {"fleet.json", bought}} {
		for _, size := range []string{"--window-size=1200,900", "--window-size=500,900"} {
			s := browse(t, []byte(opened(t, written(t, of[0], of[1]))), size)
			s.check(t)
			if len(s.Pictures) < 2 {
				t.Errorf("%s: %d pictures, want 2 or more", of[0], len(s.Pictures))
			}
		}
	}
}

// The values of an axis stand beside each other, so that each can be read.
func TestTicksOfValuesFindRoom(t *testing.T) {
	for _, c := range []struct {
		value string
		of    int
		want  string
	}{
		{"m5.large", 4, "m5.large"},
		{`["a", "b"]`, 4, `["a", "b"]`},
		{`[{ instance_type = "c6i.large" }, { instance_type = "c7i.large" }]`, 4, "c6i.large, c7i.large"},
		{`[{ weight = 2 }]`, 4, "[{ weight = 2 }]"},
		{strings.Repeat("ä", 200), 2, strings.Repeat("ä", 39) + "…"},
	} {
		if got := tickOf(c.value, c.of); got != c.want {
			t.Errorf("%s of %d: %q, want %q", c.value, c.of, got, c.want)
		}
	}
}

// A telephone is narrower than the windows of a browser may be: the page is put into a frame.
func TestBrowserShowsDesignsOnATelephone(t *testing.T) {
	for _, of := range [][2]string{{"sweep.csv", strings.Replace(sheet, "group.web", "autoscaling_group.a_long_name_of_a_group", 1)}, {"compare.json", comparison}, {"fleet.json", bought}} {
		text := html.EscapeString(opened(t, written(t, of[0], of[1])))
		s := browse(t, []byte(`<!doctype html><style>iframe { border: 0 }</style><body><iframe width="320" height="900" srcdoc="`+text+`"></iframe></body>`))
		if s.Wide > 0 || len(s.Errors) > 0 {
			t.Errorf("%s: %d pixels wider than a telephone, errors %q", of[0], s.Wide, s.Errors)
		}
	}
}

// A sweep of many points is no large page.
func TestPageOfManyPointsIsSmall(t *testing.T) {
	var text strings.Builder
	text.WriteString("point,seed,replications,cost.total,cost.total.half_width,latency.p99,latency.p99.half_width\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d,%d,1,%d,0.5,%d,0.25\n", i, i, i%97, i%89)
	}
	if n := len(opened(t, written(t, "sweep.csv", text.String()))); n > 1<<20 {
		t.Errorf("%d bytes, want at most a megabyte", n)
	}
}

// A picture of points is one stop of the Tab key; arrow keys go from point to point, whose
// outline is seen, and Enter goes to the row of one and shows its command.
func TestPointsAreReachedByKeyboard(t *testing.T) {
	const press = `<script>
const points = [...document.querySelector("svg").querySelectorAll("a")], key = name => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
const stops = points.filter(a => a.tabIndex === 0), across = a => a.querySelector("circle").getBoundingClientRect().x;
stops[0].focus();
const way = [across(document.activeElement)];
for (const name of ["ArrowRight", "End", "ArrowRight", "Home"]) { key(name); way.push(across(document.activeElement)); }
const order = points.map(across).sort((a, b) => a - b), now = points.filter(a => a.tabIndex === 0);
const right = [order[0], order[1], order.at(-1), order.at(-1), order[0]].every((x, i) => x === way[i]);
const outline = getComputedStyle(document.activeElement.querySelector("circle")).strokeWidth;
const row = document.activeElement.getAttribute("href");
document.activeElement.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
setTimeout(() => console.error([stops.length, now.length, right, outline, location.hash === row, "#" + document.activeElement.id === row,
  getComputedStyle(document.activeElement.querySelector(".command")).display].join(" ")), 50);
</script>`
	page := strings.Replace(opened(t, written(t, "sweep.csv", sheet)), "</body>", press+"</body>", 1)
	s := browse(t, []byte(page), "--window-size=1200,900")
	if want := "1 1 true 2px true true block"; len(s.Errors) != 1 || s.Errors[0] != want {
		t.Errorf("got %q, want stops, stops, order, outline, target, focus and command as %q", s.Errors, want)
	}
}

// An interrupted sweep says how much of it there is, whoever makes the page, and its
// points know their file.
func TestPageOfAnInterruptedSweep(t *testing.T) {
	dir := written(t, "sweep.csv", sheet)
	text := opened(t, dir)
	whole := regexp.MustCompile(`(\d+) points of`).FindStringSubmatch(text)[1]
	if strings.Contains(text, whole+" of ") {
		t.Error("nobody said that there should be more points")
	}
	var about bytes.Buffer
	if err := (About{Name: "shop", File: "shop.toml", Flags: []string{"--set", "a=<b>"}, Planned: 45}).Content().Write(&about); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, report.AboutFile)
	if err := os.WriteFile(path, about.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	text = opened(t, dir)
	if strings.Count(text, whole+" of 45 points") < 2 {
		t.Errorf("the page has no %q at its head and over its points", whole+" of 45 points")
	}
	for _, want := range []string{"<h1>shop: a sweep</h1>", "headroom run shop.toml --set &#39;a=&lt;b&gt;&#39; --set group.web.target=30", " --replications 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.HasPrefix(err.Error(), path+": damaged") {
		t.Errorf("a damaged about.json: %v", err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path+": damaged, or not of this program: must have a scenario and a file") {
		t.Errorf("an about.json of nothing: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if text = opened(t, dir); !strings.Contains(text, "without about.json, which names the scenario&#39;s file, commands have FILE") {
		t.Error("nothing says that about.json is missing")
	}
}

// What was killed before it had a result is told from what holds nothing of ours.
func TestWhatHasNoResultYetIsNamed(t *testing.T) {
	for file, want := range map[string]string{
		"search.journal": ": holds a search that was ended before it had a result: `headroom recommend FILE --out ",
		"sweep.journal":  ": holds a sweep that was ended before it had a result: `headroom sweep FILE --out ",
		"plan.journal":   ": holds a purchase that was ended before it had a result: `headroom recommend plan FILE --out ",
		"other":          ": must be a directory of --out, which has one of ",
	} {
		dir := written(t, file, "x")
		if _, err := Open(dir); err == nil || !strings.HasPrefix(err.Error(), dir+want) {
			t.Errorf("%s: got %v, want %s", file, err, want)
		}
	}
}

// The rows of a search that screened say what was played for them.
func TestRowsSayWhatWasPlayed(t *testing.T) {
	const screened = "candidate,a.b,result,why,replications,counted,fidelity,cost.total,cost.total.half_width\n" +
		"0,1,recommended,,13,10,request,2,0.1\n1,2,dropped,,3,3,fluid,3,0.1\n2,3,impossible,no,0,0,,,\n"
	text := opened(t, written(t, "search.csv", screened))
	for _, want := range []string{
		">played</th>", ">requests</td>", ">rates</td>",
		"--set a.b=2 --set search.screen=request --set run.fidelity=fluid --set run.fluid.step=1m0s --set run.fluid.audit=0",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(text, "run.fidelity=fluid"); n != 1 {
		t.Errorf("%d of the candidates are run by rates, want 1", n)
	}
}

// What an earlier version saved is read as it was written.
func TestPageOfAnEarlierSearch(t *testing.T) {
	const rows = `
0,2,recommended,,9,9,1.5,0.1,0.999,0.0001
1,4,breaching,availability,3,3,3,0.1,0.9,0.0001
`
	page := func(column string) string {
		return opened(t, written(t, "search.csv", "candidate,group.web.min_size,"+column+
			",why,replications,counted,cost.per_hour,cost.per_hour.half_width,availability,availability.half_width"+rows))
	}
	if got, want := page("fate"), page("result"); got != want || !strings.Contains(got, "breaching: availability") {
		t.Errorf("the page of an earlier search differs from that of one of today, or does not say what breaches")
	}
}

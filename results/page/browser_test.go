package page

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// seen is what a browser made of a page.
type seen struct {
	Errors   []string   // of scripts, of the console, of the content security policy
	Requests []string   // to anything but the page
	Inked    []int      // by canvas: pixels that are not background
	Texts    [][]string // by canvas: what is written on it
	Pictures []int      // by SVG: shapes that take room
	Stops    int        // of the Tab key
	Walked   []string   // what has the focus as arrow keys, Home and End go over what happened
	Wide     int        // pixels by which the page, or one in a frame of it, is wider than its window
}

// watch is put before all scripts of a page.
const watch = `<script>
window.seen = { Errors: [], Texts: new Map() };
addEventListener("error", e => seen.Errors.push(String(e.message)), true);
addEventListener("unhandledrejection", e => seen.Errors.push(String(e.reason)));
addEventListener("securitypolicyviolation", e => seen.Errors.push(e.violatedDirective + " " + e.blockedURI));
for (const level of ["error", "warn"]) console[level] = (...all) => seen.Errors.push(all.join(" "));
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  if (!seen.Texts.has(this.canvas)) seen.Texts.set(this.canvas, []);
  seen.Texts.get(this.canvas).push(text);
  return write.call(this, text, ...rest);
};
</script>`

// tell is put behind all scripts of a page. It writes what was seen into the page.
const tell = `<script>
addEventListener("load", () => setTimeout(() => {
  const canvases = [...document.querySelectorAll("canvas")];
  const inked = c => {
    const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
    let n = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) n++;
    return n;
  };
  const shapes = svg => [...svg.querySelectorAll("path:not(.axis), circle")].filter(s => { const b = s.getBBox(); return b.width + b.height > 0; }).length;
  const stops = [...document.querySelectorAll("a, button, input, summary, [tabindex]")].filter(e => e.tabIndex >= 0 && e.getClientRects().length > 0).length;
  const walked = [], first = document.querySelector("table.marks button[tabindex='0']");
  if (first) first.focus();
  for (const key of first ? ["Home", "ArrowDown", "ArrowDown", "ArrowUp", "End", "ArrowDown"] : []) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    walked.push([...document.querySelectorAll("table.marks tr:not(.off) button")].indexOf(document.activeElement) + " " + document.querySelectorAll("table.marks [tabindex='0']").length);
  }
  const pre = document.createElement("pre");
  pre.id = "seen";
  pre.textContent = JSON.stringify({
    Errors: seen.Errors, Requests: performance.getEntriesByType("resource").map(e => e.name), Inked: canvases.map(inked),
    Texts: canvases.map(c => seen.Texts.get(c) || []), Pictures: [...document.querySelectorAll("svg")].map(shapes),
    Stops: stops, Walked: walked,
    Wide: Math.max(...[window, ...Array.from(frames)].map(w => w.document.documentElement.scrollWidth - w.innerWidth)),
  });
  document.body.append(pre);
}, 200));
</script>`

var seenPattern = regexp.MustCompile(`(?s)<pre id="seen">(.*?)</pre>`)

// browse opens a page in a browser whose clock is not that of the run.
func browse(t *testing.T, page []byte, flags ...string) seen {
	t.Helper()
	browser := browserOf(t)
	text := strings.Replace(string(page), "<style>", watch+"<style>", 1)
	text = strings.Replace(text, "</body>", tell+"</body>", 1)
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	all := append([]string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + t.TempDir(),
		"--virtual-time-budget=10000", "--dump-dom",
	}, flags...)
	command := exec.Command(browser, append(all, "file://"+file)...)
	command.Env = append(os.Environ(), "TZ=America/New_York")
	var errs bytes.Buffer
	command.Stderr = &errs
	dom, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	found := seenPattern.FindSubmatch(dom)
	if found == nil {
		t.Fatalf("the browser told nothing of the page:\n%s", errs.String())
	}
	var s seen
	if err := json.Unmarshal([]byte(html.UnescapeString(string(found[1]))), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// browserOf finds a browser. Where changes are checked there must be one.
func browserOf(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no chromium: `make browser` installs it")
	}
	t.Skip("there is no chromium: `make browser` installs it")
	return ""
}

// check fails on what no page may do.
func (s *seen) check(t *testing.T) {
	t.Helper()
	if len(s.Errors) > 0 || len(s.Requests) > 0 {
		t.Errorf("errors %q, requests %q, want none", s.Errors, s.Requests)
	}
	if s.Wide > 0 {
		t.Errorf("the page is %d pixels wider than its window", s.Wide)
	}
	for i, n := range s.Inked {
		if n < 2000 {
			t.Errorf("canvas %d: %d pixels, want a plot", i, n)
		}
	}
	for i, n := range s.Pictures {
		if n == 0 {
			t.Errorf("picture %d: has no shape", i)
		}
	}
}

// The axis of a plot has the clock of the run, wherever the browser is.
func TestBrowserShowsARun(t *testing.T) {
	dir := outage(t)
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"--window-size=1200,900"}, {"--window-size=500,900"}, {"--window-size=1200,900", "--blink-settings=preferredColorScheme=0"}} {
		s := browse(t, page, flags...)
		s.check(t)
		if len(s.Inked) < 5 {
			t.Errorf("%d plots, want at least 5", len(s.Inked))
		}
		// The keyboard reaches all in few steps: what happened is one stop, however long it is.
		if s.Stops > 70 {
			t.Errorf("%d stops of the Tab key, want at most 70", s.Stops)
		}
		last := strconv.Itoa(shownMarks(t, dir) - 1)
		if want := []string{"0 1", "1 1", "2 1", "1 1", last + " 1", last + " 1"}; !slices.Equal(s.Walked, want) {
			t.Errorf("arrow keys went over what happened as %q, want %q", s.Walked, want)
		}
		for i, texts := range s.Texts {
			// The run begins at midnight UTC, which is 09:00 in Seoul.
			if !slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "09:00") || strings.HasPrefix(text, "10:00") }) {
				t.Errorf("canvas %d: %q, want the hours of Seoul", i, texts)
			}
		}
	}
}

// shownMarks is how many marks of a run a page shows at first.
func shownMarks(t *testing.T, dir string) (n int) {
	t.Helper()
	all, err := readMarks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if markKinds[m.kind].Drawn {
			n++
		}
	}
	return n
}

// Two runs are drawn over each other, with how much they differ.
func TestBrowserShowsRunsOverEachOther(t *testing.T) {
	other := saved(t, "zone-outage.toml", "run.time_zone=Asia/Seoul", "run.replications=2", "run.duration=80m")
	text := opened(t, outage(t), other)
	s := browse(t, []byte(text), "--window-size=1200,900")
	s.check(t)
	if len(s.Inked) < 5 || len(s.Pictures) != 1 || !strings.Contains(text, "Differences are paired") {
		t.Errorf("%d plots and %d pictures, want 5 or more and 1, and paired differences", len(s.Inked), len(s.Pictures))
	}
}

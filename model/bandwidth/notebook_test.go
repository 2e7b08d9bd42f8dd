package bandwidth_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks plays scripts of a link. The command "link" names its base and peak in
// Gbit/s; each line below is a flow: when it begins, a name, its bytes, and whether it
// goes to the internet. "lasts" asks how long a rate lasts from full credits.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"link":  func(t *testing.T, a *notebook.Arguments, input []string) string { return play(t, termsOf(a), input) },
		"lasts": func(_ *testing.T, a *notebook.Arguments, _ []string) string { return lasts(a) },
	}))
}

func termsOf(a *notebook.Arguments) bandwidth.Terms {
	return bandwidth.TermsOf(&model.InstanceType{
		VCPUs: a.Integer("vcpus", 2), NetworkBaseGbps: a.Number("base", 0), NetworkPeakGbps: a.Number("peak", 0),
	}, bandwidth.DefaultBurst, a.Text("cluster", "") == "true")
}

// lasts sends at a rate for good, by a flow whose most is that rate.
func lasts(a *notebook.Arguments) string {
	terms := termsOf(a)
	at := a.Number("at", 0)
	terms.Flow = bandwidth.Gbps(at)
	l := bandwidth.NewLink(0, terms)
	l.Offer(0, 1, 1<<50, bandwidth.Region)
	credits, then := "no credits", ""
	if l.Bursts() {
		credits = fmt.Sprintf("%v Gbit of credits", float64(terms.Peak-terms.Base)*terms.Burst.Seconds()/bandwidth.Gbps(1).PerSecond()*1000)
	}
	long := "for good"
	if out := l.Next(); out < 500_000*sim.Second {
		l.Settle(out)
		long = fmt.Sprintf("%v s", out.Seconds())
		then = fmt.Sprintf(", then %v Gbit/s", float64(l.Rate())/float64(bandwidth.Gbps(1)))
	}
	return fmt.Sprintf("%s, %s at %v Gbit/s%s\n", credits, long, at, then)
}

// play begins the flows and says when each has ended.
func play(t *testing.T, terms bandwidth.Terms, lines []string) string {
	var b strings.Builder
	l := bandwidth.NewLink(0, terms)
	settle := func(until sim.Time) {
		for job, at, ok := l.Settle(until); ok; job, at, ok = l.Settle(until) {
			fmt.Fprintf(&b, "%-16s flow %d ends", strconv.FormatFloat(at.Seconds(), 'f', -1, 64)+"s", job)
			if left, _ := l.Credits(at); l.Bursts() {
				fmt.Fprintf(&b, ", credits %.4g%%", 100*left)
			}
			b.WriteByte('\n')
		}
	}
	for i, line := range lines {
		words := strings.Fields(line)
		d, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatal(err)
		}
		gigabytes, err := strconv.Atoi(strings.TrimSuffix(words[2], "GB"))
		if err != nil {
			t.Fatal(err)
		}
		way := bandwidth.Region
		if len(words) > 3 {
			way = bandwidth.Internet
		}
		settle(sim.Time(d))
		l.Offer(sim.Time(d), uint32(i+1), model.Bytes(gigabytes)*1_000_000_000, way)
	}
	settle(sim.Horizon)
	return b.String()
}

package credits_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/model/credits"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks plays scripts of an account. The command "account" names the family,
// its vCPUs, what it earns an hour, and the mode if it is not the usual one; each line
// below is a time and the CPU that the instance would use in it, or what happens to it:
// stop, start, switch. "launches" asks how many of some launches are given credits.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"account": func(t *testing.T, a *notebook.Arguments, input []string) string {
			return newTrial(a).play(t, input)
		},
		"launches": func(t *testing.T, _ *notebook.Arguments, input []string) string { return launches(t, input) },
	}))
}

// trial is an instance whose CPU somebody wants to use.
type trial struct {
	typ     model.InstanceType
	account credits.Account
	now     sim.Time
}

func newTrial(a *notebook.Arguments) *trial {
	x := &trial{typ: model.InstanceType{
		Family: a.Text("family", ""), VCPUs: a.Integer("vcpus", 2), CreditsPerHour: a.Number("earns", 0), Burstable: true,
	}}
	mode := credits.Mode(&x.typ, model.TenancyDefault)
	switch a.Text("mode", "") {
	case "standard":
		mode = model.CreditsStandard
	case "unlimited":
		mode = model.CreditsUnlimited
	}
	x.account = credits.Open(0, x.terms(mode))
	return x
}

// terms are those by which the instance starts.
func (x *trial) terms(mode model.CreditMode) model.CreditTerms {
	return model.CreditTerms{Mode: mode, Earn: credits.Earn(&x.typ), Launch: credits.Launch(&x.typ, mode), Keeps: credits.Keeps(&x.typ)}
}

// play plays the lines and says after each how the account stands.
func (x *trial) play(t *testing.T, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		words := strings.Fields(line)
		told := ""
		switch words[0] {
		case "stop":
			x.account.Stop(x.now)
		case "start":
			x.account.Restart(x.now, x.terms(x.account.Mode()))
		case "switch":
			mode := model.CreditsStandard
			if words[1] == "unlimited" {
				mode = model.CreditsUnlimited
			}
			x.account.Switch(x.now, mode)
		default:
			lasts, err := time.ParseDuration(words[0])
			share, wrong := strconv.ParseFloat(strings.TrimSuffix(words[1], "%"), 64)
			if err != nil || wrong != nil {
				t.Fatalf("%q is no time and share", line)
			}
			told = x.run(sim.Time(lasts), uint64(share*1e4*float64(x.typ.VCPUs)+0.5))
		}
		fmt.Fprintf(&b, "%-16s balance %-7s surplus %-5s charged %s%s\n", line, amount(x.account.Balance(x.now)),
			amount(x.account.Surplus(x.now)), amount(x.account.Charged(x.now)), told)
	}
	return b.String()
}

// run lets the instance compute for a time as fast as it may, and tells when it was
// out of credits and what each hour was charged.
func (x *trial) run(lasts sim.Time, wants uint64) (told string) {
	end := x.now + lasts
	x.account.Use(x.now, wants)
	if out := x.account.OutAt(); out < end {
		x.account.Use(out, x.account.Baseline())
		told = fmt.Sprintf(", out after %.1f s", (out - x.now).Seconds())
	}
	before := x.account.Charged(x.now)
	var hours []string
	for h := x.now + sim.Hour; h <= end; h += sim.Hour {
		hours = append(hours, amount(x.account.Charged(h)-before))
		before = x.account.Charged(h)
	}
	if len(hours) <= 6 && before > 0 {
		told += ": by hour " + strings.Join(hours, ", ")
	}
	x.now = end
	return told
}

// amount writes credits to the ten-thousandth.
func amount(c model.Credits) string {
	return strconv.FormatFloat(float64(int64(c.Float64()*1e4+0.5))/1e4, 'f', -1, 64)
}

// launches counts which of many launches are given credits: lines of an hour and a
// number.
func launches(t *testing.T, lines []string) string {
	var q credits.Quota
	var b strings.Builder
	for _, line := range lines {
		words := strings.Fields(line)
		at, err := time.ParseDuration(words[0])
		n, wrong := strconv.Atoi(words[1])
		if err != nil || wrong != nil {
			t.Fatalf("%q is no time and number", line)
		}
		given := 0
		for range n {
			if q.Grant(sim.Time(at)) {
				given++
			}
		}
		fmt.Fprintf(&b, "%-12s %d with credits\n", line, given)
	}
	return b.String()
}

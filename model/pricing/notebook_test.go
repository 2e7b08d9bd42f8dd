package pricing

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

// tab is what a question adds up: who buys what, and what was used.
type tab struct {
	*testing.T
	plan   Plan
	ledger *model.Ledger
	buys   bool
}

// answer bills the usage of a question.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	if a.Name == "online" {
		worst := worstOnline(t, a.Integer("series", 0))
		return notebook.Verdict{
			What: "cost over (2 - alpha) x optimum", Value: fmt.Sprintf("%.3f", worst),
			Expected: "at most 1", Inside: worst <= 1+1e-9,
		}.String() + "\n"
	}
	u := &tab{T: t, plan: committed(), ledger: newLedger()}
	u.ledger.Types = nil
	for _, text := range q.Input {
		u.line(text)
	}
	invoice := Plan{Book: u.plan.Book}.Bill(u.ledger)
	if u.buys {
		u.ledger.End = sim.Hour
		for _, l := range u.ledger.Leases {
			u.ledger.End = max(u.ledger.End, l.To)
		}
		invoice = u.plan.Bill(u.ledger)
	}
	if len(invoice.Unpriced) > 0 {
		t.Fatalf("line %d: unpriced: %v", q.Line, invoice.Unpriced)
	}
	if slices.Contains(a.Words, "covered") {
		s := seconds(invoice)
		return fmt.Sprintf("reserved %v s, on-demand %v s\n", s[Reserved], s[OnDemand])
	}
	return totalOf(t, invoice, a.Text("expect", "")) + "\n"
}

// totalOf compares what the usage costs with an amount, to its last digit.
func totalOf(t *testing.T, invoice Invoice, expected string) string {
	want, err := strconv.ParseFloat(expected, 64)
	if err != nil {
		t.Fatal(err)
	}
	_, digits, _ := strings.Cut(expected, ".")
	got := strconv.FormatFloat(invoice.Cost().USD(), 'f', len(digits), 64)
	inside, err := strconv.ParseFloat(got, 64)
	return notebook.Verdict{What: "total", Value: "$" + got, Expected: "$" + expected, Inside: err == nil && inside == want}.String()
}

// line adds a line of usage, or of what is bought.
func (u *tab) line(text string) {
	a := notebook.Split(text)
	switch a.Name {
	case "run":
		u.run(a)
	case "volume":
		u.ledger.Volumes = append(u.ledger.Volumes, model.VolumeUse{
			To: u.time(a, "to"), Type: a.Words[0], SizeGiB: int64(a.Integer("size", 0)), IOPS: int64(a.Integer("iops", 0)),
			ThroughputMiBs: int64(a.Integer("throughput", 0)),
		})
	case "balancer":
		u.ledger.Balancers = append(u.ledger.Balancers, model.BalancerHour{
			To: sim.Hour, Owner: 1, Kind: a.Words[0], NewConnections: int64(a.Integer("new", 0)),
			ActiveTime: sim.Time(a.Integer("active", 0)) * sim.Hour, Processed: model.Bytes(a.Integer("gib", 0)) * model.GiB,
			Evaluations: int64(a.Integer("evaluations", 0)),
		})
	case "transfer":
		path := map[string]model.TransferPath{"internet-out": model.InternetOut, "cross-zone": model.CrossZone}[a.Words[0]]
		u.ledger.Transfers = append(u.ledger.Transfers, model.Transfer{To: sim.Hour, Path: path, Amount: model.Bytes(a.Integer("gib", 0)) * model.GiB})
	case "address":
		for range a.Integer("count", 1) {
			u.ledger.Addresses = append(u.ledger.Addresses, model.AddressUse{To: u.time(a, "to"), Instance: -1})
		}
	case "surplus":
		u.ledger.Surplus = append(u.ledger.Surplus, model.SurplusUse{
			To: sim.Hour, Type: u.kind(a.Words[0]), Platform: map[bool]model.Platform{false: model.Linux, true: model.Windows}[slices.Contains(a.Words, "windows")],
			Amount: model.Credits(a.Number("credits", 0)*float64(model.Credit) + 0.5),
		})
	case "monitoring":
		u.ledger.Monitored = append(u.ledger.Monitored, model.MonitoredUse{To: u.time(a, "to")})
	default:
		u.buy(a)
	}
	if key := a.Unused(); key != "" {
		u.Fatalf("%s: unknown key %s", text, key)
	}
}

// buy adds what is bought ahead.
func (u *tab) buy(a *notebook.Arguments) {
	u.buys = true
	switch a.Name {
	case "rate":
		usd, err := strconv.ParseFloat(a.Words[1], 64)
		if err != nil {
			u.Fatal(err)
		}
		u.plan.Book.(discountBook).rates[a.Words[0]] = usd
	case "reserved":
		u.plan.Commitments = append(u.plan.Commitments, reserved(int64(a.Integer("count", 1)), a.Words[0]))
	case "savings-plan":
		kind, family := EC2InstanceSavingsPlan, a.Words[0]
		if family == "compute" {
			kind, family = ComputeSavingsPlan, ""
		}
		u.plan.Commitments = append(u.plan.Commitments, savingsPlan(kind, family, model.USD(a.Number("hourly", 0))))
	case "capacity":
		u.plan.Capacity = append(u.plan.Capacity, CapacityReservation{
			Name: "capacity", Type: a.Words[0], Platform: model.Linux, Tenancy: model.TenancyDefault, Zone: "a", Count: int64(a.Integer("count", 1)),
		})
	case "hosts":
		u.plan.Hosts = true
	default:
		u.Fatalf("unknown line %s", a.Name)
	}
}

// time reads a duration.
func (u *tab) time(a *notebook.Arguments, key string) sim.Time {
	d, err := time.ParseDuration(a.Text(key, "0s"))
	if err != nil {
		u.Fatal(err)
	}
	return sim.Time(d)
}

// run adds leases of one type.
func (u *tab) run(a *notebook.Arguments) {
	l := lease(u.time(a, "from"), u.time(a, "to"))
	l.Type = u.kind(a.Words[0])
	if a.Text("tenancy", "default") == "dedicated" {
		l.Tenancy = model.TenancyDedicated
	}
	if a.Has("spot") {
		end := map[string]model.LeaseEnd{"reclaimed": model.EndedByReclaim, "user": model.EndedByUser}[a.Text("end", "")]
		spot := spotLease(l.From, l.To, end)
		spot.Type, spot.MaxPrice, spot.Carried = l.Type, a.Number("max", 0), u.time(a, "carried")
		l = spot
		u.ledger.Spot = []model.SpotPrices{{Type: l.Type, OS: model.Linux, Steps: u.steps(a.Text("spot", ""))}}
	}
	fleet(u.ledger, a.Integer("count", 1), l)
}

// kind returns the index of a type.
func (u *tab) kind(name string) int32 {
	i := slices.IndexFunc(u.ledger.Types, func(t model.InstanceType) bool { return t.Name == name })
	if i < 0 {
		i = len(u.ledger.Types)
		u.ledger.Types = append(u.ledger.Types, typesOf(name)...)
	}
	return int32(i)
}

// steps reads prices: "0.028,500s:0.031".
func (u *tab) steps(text string) []model.PriceStep {
	var all []model.PriceStep
	for _, item := range strings.Split(text, ",") {
		at, price, later := strings.Cut(item, ":")
		if !later {
			at, price = "0s", item
		}
		d, err := time.ParseDuration(at)
		if err != nil {
			u.Fatal(err)
		}
		usd, err := strconv.ParseFloat(price, 64)
		if err != nil {
			u.Fatal(err)
		}
		all = append(all, model.PriceStep{At: sim.Time(d), USD: usd})
	}
	return all
}

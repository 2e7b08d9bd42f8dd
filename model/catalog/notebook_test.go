package catalog

import (
	"flag"
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer {
		return func(t *testing.T, q notebook.Question) string {
			var b strings.Builder
			for _, line := range append([]string{q.Command}, q.Input...) {
				fmt.Fprintln(&b, answer(t, c, line))
			}
			return b.String()
		}
	})
}

// answer answers one line of a question.
func answer(t *testing.T, c *Catalog, line string) string {
	a := notebook.Split(line)
	switch a.Name {
	case "name":
		name, ok := ParseTypeName(a.Words[0])
		if !ok {
			t.Fatalf("%s does not parse", line)
		}
		return fmt.Sprintf("%-14s  class %s, generation %d, attributes %q, size %s: %v units",
			a.Words[0], name.Class, name.Generation, name.Attributes, name.Size, c.NormalizedUnits(a.Words[0]))
	case "host":
		h, _ := c.Host(a.Words[0])
		cpu, memory := h.Capacity()
		return fmt.Sprintf("%s  holds %d, %d GiB", a.Words[0], cpu, memory/1024)
	case "dedicated":
		h, _ := c.DedicatedShape(a.Words[0])
		return fmt.Sprintf("%s  %d cores, %d GiB", a.Words[0], h.Cores, h.MemoryMiB/1024)
	case "type":
		in, _ := c.Type(a.Words[0])
		what := fmt.Sprintf("%s with %d vCPU, %g GiB", in.Name, in.VCPUs, float64(in.MemoryMiB)/1024)
		price, ok := c.OnDemand(a.Words[0], model.Linux)
		return priced(t, what, price, ok, a)
	case "reserved":
		price, ok := c.Reserved(a.Words[0], model.Linux, offering(t, a.Words[1:]))
		return priced(t, strings.Join(a.Words, " "), price, ok, a)
	case "hosts":
		price, ok := c.DedicatedHost(a.Words[0])
		return priced(t, "a host of "+a.Words[0], price, ok, a)
	}
	t.Fatalf("unknown: %s", line)
	return ""
}

// priced compares a price with the one expected, to its last printed digit.
func priced(t *testing.T, what string, price model.Price, ok bool, a *notebook.Arguments) string {
	t.Helper()
	if !ok {
		t.Fatalf("%s has no price", what)
	}
	text := a.Text("expect", "")
	_, digits, _ := strings.Cut(text, ".")
	want, got := a.Number("expect", 0), fmt.Sprintf("%.*f", len(digits), price.USD)
	inside := math.Abs(price.USD-want) <= 0.5*math.Pow10(-len(digits))+1e-12
	return notebook.Verdict{What: what, Value: "$" + got, Expected: "$" + text, Inside: inside}.String()
}

// offering reads class, term and payment.
func offering(t *testing.T, words []string) (o model.Offering) {
	t.Helper()
	for _, word := range words {
		switch word {
		case "standard":
			o.Class = 1
		case "convertible":
			o.Class = 2
		case "1y":
			o.Term = 1
		case "3y":
			o.Term = 3
		case "no-upfront":
			o.Payment = 1
		case "partial-upfront":
			o.Payment = 2
		case "all-upfront":
			o.Payment = 3
		default:
			t.Fatalf("no offering has %q", word)
		}
	}
	return o
}

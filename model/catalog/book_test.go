package catalog

import (
	"math"
	"strings"
	"testing"

	"headroom/model"
)

func TestOverrideReplacesPricesAndLeavesTheOriginal(t *testing.T) {
	list := mustOpen(t, "ap-northeast-2")
	c, err := list.Override("book.csv", strings.NewReader("\ufeff# ours\r\nitem,platform,usd_per_unit\r\n\r\n"+
		"m5.large,linux,0.059\r\nm5.large,rhel,0.2\r\nc7gd.12xlarge, linux, 2\r\ndedicated_host/m5,,4.8\r\nelb/alb_lcu_hour,,0\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got model.Price, ok bool, usd float64) {
		t.Helper()
		if !ok || math.Abs(got.USD-usd) > 1e-12 || got.Estimated {
			t.Errorf("%s: %+v, %v; want %v, not estimated", what, got, ok, usd)
		}
	}
	price, ok := c.OnDemand("m5.large", model.Linux)
	check("m5.large", price, ok, 0.059)
	price, ok = c.OnDemand("m5.large", model.RHEL)
	check("m5.large rhel", price, ok, 0.2)
	price, ok = c.OnDemand("c7gd.12xlarge", model.Linux)
	check("c7gd.12xlarge", price, ok, 2)
	price, ok = c.DedicatedHost("m5")
	check("m5 host", price, ok, 4.8)
	price, ok = c.Service("elb", "alb_lcu_hour")
	check("LCU", price, ok, 0)

	before, _ := list.Reserved("m5.large", model.Linux, model.Offering{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront})
	price, ok = c.Reserved("m5.large", model.Linux, model.Offering{Class: model.Standard, Term: model.OneYear, Payment: model.NoUpfront})
	check("m5.large reserved at half price", price, ok, before.USD/2)

	if got, _ := list.OnDemand("m5.large", model.Linux); got.USD != 0.118 {
		t.Errorf("the list price became %v", got.USD)
	}
	again, err := c.Override("more.csv", strings.NewReader(bookHeader+"\nm5.large,linux,0.05\n"))
	if err != nil {
		t.Fatal(err)
	}
	price, ok = again.OnDemand("m5.large", model.Linux)
	check("m5.large of the second book", price, ok, 0.05)
	price, ok = again.DedicatedHost("m5")
	check("m5 host of the first book", price, ok, 4.8)
}

func TestPriceBookReportsAllFaults(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	_, err := c.Override("book.csv", strings.NewReader(strings.Join([]string{
		bookHeader,
		"m5.lrage,linux,0.1",
		"m5.large,linus,-1",
		"m5.large,linux,NaN",
		"m5.large,linux,0.1",
		"m5.large,linux,0.2",
		"ebs/gp3_storag,,0.1",
		"ebs/gp3_storage,linux,0.1",
		"dedicated_host/m55,,1",
		"m5.large,0.1",
		"m5.xlarge,linux,1e7",
		"m5.xlarge,windows,Inf",
	}, "\n")))
	want := []string{
		`book.csv:2: item: unknown instance type, got "m5.lrage"; did you mean "m5.large"?`,
		`book.csv:3: platform: must be linux, windows, rhel or suse, got "linus"`,
		`book.csv:3: usd_per_unit: must be a number from 0 to 1000000, got "-1"`,
		`book.csv:4: usd_per_unit: must be a number from 0 to 1000000, got "NaN"`,
		`book.csv:6: item: must be given once, got "m5.large" again (first in line 5)`,
		`book.csv:7: item: unknown service item, got "ebs/gp3_storag"; did you mean "ebs/gp3_storage"?`,
		`book.csv:8: platform: must be empty for "ebs/gp3_storage", got "linux"`,
		`book.csv:9: item: unknown instance family, got "dedicated_host/m55"; did you mean "dedicated_host/m5"?`,
		`book.csv:10: must have the 3 cells item,platform,usd_per_unit, got 2`,
		`book.csv:11: usd_per_unit: must be a number from 0 to 1000000, got "1e7"`,
		`book.csv:12: usd_per_unit: must be a number from 0 to 1000000, got "Inf"`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got:\n%v\nwant:\n%s", err, strings.Join(want, "\n"))
	}
	for _, text := range []string{"", "# nothing\n", "type,usd\n"} {
		if _, err := c.Override("b", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "header") {
			t.Errorf("%q: %v, want a fault in the header", text, err)
		}
	}
}

// FuzzPriceBook checks that a book is either refused with a fault in a line
// that it has, or gives prices that are numbers from 0 on.
func FuzzPriceBook(f *testing.F) {
	c := mustOpen(f, "us-east-1")
	f.Add(bookHeader + "\nm5.large,linux,0.1\n")
	f.Add(bookHeader + "\nebs/gp3_storage,,0x1p-3\r\n\r\n#\ndedicated_host/m5,,1_0\n")
	f.Add(bookHeader + "\n,,\nm5.large,linux,nan\n/,,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := c.Override("book", strings.NewReader(text))
		if err != nil {
			if got != nil || !strings.HasPrefix(err.Error(), "book:") {
				t.Fatalf("%v with %v", err, got)
			}
			return
		}
		for item, usd := range got.book {
			if !(usd >= 0 && usd <= maxUnitUSD) || !strings.Contains(text, strings.Split(item, ",")[0]) {
				t.Fatalf("%q: %s costs %v", text, item, usd)
			}
		}
	})
}

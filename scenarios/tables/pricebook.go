package tables

import (
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// allowancesWhole grants the allowances of whole months.
const allowancesWhole = "whole"

func priceBookKeys() []schema.Key {
	discount := schema.Quantity(schema.Share, 0, 1)
	return schema.Within("price_book", "", []schema.Key{
		schema.Row("file", schema.Text(), "", "CSV file of prices that replace the list prices; --price-book replaces it"),
		schema.Row(
			"discount", schema.Either("share, or table of shares by service", discount, schema.TableOf(discount)), "",
			`negotiated, off every price: "7%", or { ec2 = "7%", ebs = "3%" }`),
		schema.Row("currency", schema.Text(), `"USD"`, "of the invoices: a code of three capital letters; metrics stay in dollars"),
		schema.Row("rate", schema.Quantity(schema.Number, 0, 1e9), "", "units of the currency for a dollar"),
		schema.Row("free_tier", schema.Flag(), "false", "grant the free tier that new accounts had before July 2025"),
		schema.Row("allowances", schema.OneOf(
			"prorated: the part of them that is the run's part of the month, so that costs extrapolate",
			allowancesWhole+": all of them, however short the run, as on a month's invoice"),
			`"prorated"`, "monthly allowances and widths of tiers, such as the first 100 GB to the internet"),
	})
}

// readPriceBook reads what the account pays for things, beside list prices.
func (l *loader) readPriceBook(t *schema.Table) {
	if t.Has("file") {
		l.readBookFile(t)
	} else {
		t.Pass("file")
	}
	l.scenario.Plan.Book, l.scenario.Plan.Elsewhere = l.catalog, l.elsewhereBooks()
	l.scenario.Plan.Negotiated = readDiscounts(t)
	l.scenario.Plan.FreeTier = t.Flag("free_tier")
	l.scenario.Plan.WholeAllowances = t.Choice("allowances") == allowancesWhole
	l.scenario.Currency = readCurrency(t)
	t.Done()
}

// readBookFile lays the file's prices over the list prices, unless those of the
// command lie there already.
func (l *loader) readBookFile(t *schema.Table) {
	name := t.Text("file")
	if !t.Sound("file") {
		return
	}
	path := l.located(t, "file", name)
	if l.options.PriceBook != "" {
		delete(t.Node.Table, "file") // what was run had the other's prices
		return
	}
	f, rule := l.options.files().Open(path)
	if rule != "" {
		t.Mistake("file", rule, "")
		return
	}
	l.layBook(path, f)
	settle(t, "file", path)
	if l.files == nil {
		l.files = map[string]*dataFile{}
	}
	l.files[path+"\x00prices"] = &dataFile{path: path} // results depend on it
	l.scenario.Catalog = l.catalog
}

// layBook lays the prices of a file over the catalogue's, and closes it.
func (l *loader) layBook(path string, f io.ReadCloser) {
	defer func() { _ = f.Close() }()
	book, err := l.catalog.Override(path, f)
	if err != nil {
		for _, line := range lines(err) {
			if whole, ok := strings.CutPrefix(line, path+": "); ok {
				l.blame(path, errText(whole))
				continue
			}
			l.blame(path, errText("line "+strings.TrimPrefix(line, path+":")))
		}
		return
	}
	l.catalog = book
}

// located returns where a file is that a key names, relative to the file in which
// the key stands.
func (l *loader) located(t *schema.Table, key, name string) string {
	n := t.Node.Table[key]
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		base := filepath.Dir(n.At.File)
		if n.At.File == tree.Assigned {
			base = filepath.Dir(l.path)
		}
		path = filepath.Join(base, path)
	}
	return path
}

// settle makes the name of a file that was found absolute: the resolved scenario
// may stand elsewhere.
func settle(t *schema.Table, key, path string) {
	if absolute, err := filepath.Abs(path); err == nil {
		t.Node.Table[key].Scalar = filepath.ToSlash(absolute)
	}
}

// readDiscounts reads one share of all services, or one of each.
func readDiscounts(t *schema.Table) pricing.Negotiated {
	const key = "discount"
	n := t.Value(key)
	if n == nil {
		return nil
	}
	negotiated := pricing.Negotiated{}
	services := pricing.Services()
	if n.Form != tree.TableForm {
		share, ok := readDiscount(t, n)
		for _, service := range services {
			negotiated[service] = share
		}
		if !ok || share == 0 {
			return nil
		}
		return negotiated
	}
	n.Inline = true
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		if !slices.Contains(services, pricing.Service(name)) {
			t.Reject(key, schema.Fault{
				Path: t.PathOf(key) + "." + tree.QuoteKey(name), Rule: "must be of " + strings.Join(words(services), ", "),
				Got: tree.Quote(name), Hint: t.Hint(name, words(services)),
			})
			continue
		}
		if share, ok := readDiscount(t, n.Table[name]); ok && share > 0 {
			negotiated[pricing.Service(name)] = share
		}
	}
	return negotiated
}

// readDiscount reads a share below 1 that a node holds.
func readDiscount(t *schema.Table, n *tree.Node) (float64, bool) {
	share, ok := t.Measured("discount", n, schema.Share)
	if ok && (share < 0 || share >= 1) {
		t.Reject("discount", schema.Fault{Rule: "must be at least 0 % and below 100 %", Got: n.Got(), Code: schema.NoCode})
		return 0, false
	}
	return share, ok
}

func words[T ~string](all []T) []string {
	texts := make([]string, len(all))
	for i, word := range all {
		texts[i] = string(word)
	}
	return texts
}

// readCurrency reads in what invoices are written. Metrics stay in dollars.
func readCurrency(t *schema.Table) pricing.Currency {
	c := pricing.Currency{Code: t.Text("currency"), PerUSD: 1}
	capital := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	if t.Sound("currency") && (len(c.Code) != 3 || strings.IndexFunc(c.Code, func(r rune) bool { return !capital(r) }) >= 0) {
		t.Mistake("currency", `must be a code of three capital letters such as "EUR"`, "")
	}
	if c.Code == pricing.USDollar.Code && !t.Faulty("currency") {
		t.Mode = `with currency "USD"`
		t.Pass("rate")
		if t.Has("rate") {
			t.Mistake("rate", "must be absent for dollars", "")
		}
		return c
	}
	t.Mode = "with another currency than dollars"
	t.Require("rate")
	if c.PerUSD = t.Quantity("rate"); t.Sound("rate") && c.PerUSD == 0 {
		t.Mistake("rate", "must be above 0", "")
	}
	return c
}

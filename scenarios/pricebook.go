package scenarios

import (
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"headroom/model/pricing"
)

func priceBookKeys() []Key {
	return within("price_book", "", []Key{
		{"file", text(), "", "CSV file of prices that replace the list prices; --price-book replaces it", ""},
		{
			"discount", loose("share, or table of shares by service"), "",
			`negotiated, off every price: "7%", or { ec2 = "7%", ebs = "3%" }`, "",
		},
		{"currency", text(), `"USD"`, "of the invoices: a code of three capital letters; metrics stay in dollars", ""},
		{"rate", quantity(plainNumber, 0, 1e9), "", "units of the currency for a dollar", ""},
		{"free_tier", flag(), "false", "grant the free tier that new accounts had before July 2025", ""},
	})
}

// readPriceBook reads what the account pays for things, beside list prices.
func (l *loader) readPriceBook(t *table) {
	if t.has("file") {
		l.readBookFile(t)
	} else {
		t.pass("file")
	}
	l.scenario.Plan.Book = l.catalog
	l.scenario.Plan.Negotiated = readDiscounts(t)
	l.scenario.Plan.FreeTier = t.flag("free_tier")
	l.scenario.Currency = readCurrency(t)
	t.done()
}

// readBookFile lays the file's prices over the list prices, unless those of the
// command lie there already.
func (l *loader) readBookFile(t *table) {
	name := t.text("file")
	if !t.sound("file") {
		return
	}
	path := l.located(t, "file", name)
	if l.options.PriceBook != "" {
		delete(t.n.table, "file") // what was run had the other's prices
		return
	}
	f, rule := l.options.packed.open(path)
	if rule != "" {
		t.mistake("file", rule, "")
		return
	}
	l.layBook(path, f)
	t.settle("file", path)
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
			l.blame(path, errText("line "+strings.TrimPrefix(line, path+":")))
		}
		return
	}
	l.catalog = book
}

// located returns where a file is that a key names, relative to the file in which
// the key stands.
func (l *loader) located(t *table, key, name string) string {
	n := t.n.table[key]
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		base := filepath.Dir(n.at.file)
		if n.at.file == "--set" {
			base = l.directory
		}
		path = filepath.Join(base, path)
	}
	return path
}

// settle makes the name of a file that was found absolute: the resolved scenario
// may stand elsewhere.
func (t *table) settle(key, path string) {
	if absolute, err := filepath.Abs(path); err == nil {
		t.n.table[key].scalar = filepath.ToSlash(absolute)
	}
}

// readDiscounts reads one share of all services, or one of each.
func readDiscounts(t *table) pricing.Negotiated {
	const key = "discount"
	n, _ := t.take(key, anyKind)
	if n == nil {
		return nil
	}
	negotiated := pricing.Negotiated{}
	services := pricing.Services()
	if n.form != tableForm {
		share, ok := t.discount(n)
		for _, service := range services {
			negotiated[service] = share
		}
		if !ok || share == 0 {
			return nil
		}
		return negotiated
	}
	n.inline = true
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		if !slices.Contains(services, pricing.Service(name)) {
			t.reject(key, Fault{
				Path: t.pathOf(key) + "." + quoteKey(name), Rule: "must be of " + strings.Join(words(services), ", "),
				Got: quote(name), Hint: hint(name, words(services)),
			})
			continue
		}
		if share, ok := t.discount(n.table[name]); ok && share > 0 {
			negotiated[pricing.Service(name)] = share
		}
	}
	return negotiated
}

// discount reads a share below 1 that a node holds.
func (t *table) discount(n *node) (float64, bool) {
	share, ok := t.measured("discount", n, inShares)
	if ok && (share < 0 || share >= 1) {
		t.reject("discount", Fault{Rule: "must be at least 0 % and below 100 %", Got: n.got(), Code: noCode})
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
func readCurrency(t *table) pricing.Currency {
	c := pricing.Currency{Code: t.text("currency"), PerUSD: 1}
	capital := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	if t.sound("currency") && (len(c.Code) != 3 || strings.IndexFunc(c.Code, func(r rune) bool { return !capital(r) }) >= 0) {
		t.mistake("currency", `must be a code of three capital letters such as "EUR"`, "")
	}
	if c.Code == pricing.USDollar.Code && !t.bad["currency"] {
		t.mode = `with currency "USD"`
		t.pass("rate")
		if t.has("rate") {
			t.mistake("rate", "must be absent for dollars", "")
		}
		return c
	}
	t.mode = "with another currency than dollars"
	t.require("rate")
	if c.PerUSD = t.quantity("rate"); t.sound("rate") && c.PerUSD == 0 {
		t.mistake("rate", "must be above 0", "")
	}
	return c
}

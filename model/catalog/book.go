package catalog

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/spelling"
	"headroom/sim/regular"
)

const (
	bookHeader = "item,platform,usd_per_unit"
	bookDate   = "book"

	// largestBook is the most bytes of a price book: a price of everything that there
	// is takes a tenth of it.
	largestBook = 4 << 20

	hostItem = "dedicated_host/" // before the family, in a price book

	// maxUnitUSD bounds a price: the largest machine costs $500 an hour, and
	// a year of it must fit model.Money.
	maxUnitUSD = 1e6
)

// Override returns a catalogue in which the prices of a book replace the list
// prices; c is unchanged. A book is CSV without quotes:
//
//	item,platform,usd_per_unit
//	m5.large,linux,0.09
//	m5.large,rhel,0.12
//	dedicated_host/m5,,4.80
//	ebs/gp3_storage,,0.075
//
// An item is an instance type (priced an hour; its Reserved and Spot prices move
// along), the Dedicated Host of a family, or the "service/item" of
// [Catalog.Service]. Blank lines and lines that begin with # are skipped. All
// faults are returned at once, each as "name:line: column: rule, got value". An
// overridden price is not estimated.
func (c *Catalog) Override(name string, r io.Reader) (*Catalog, error) {
	text, err := regular.ReadAll(r, largestBook)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	book := bookReader{catalog: c, name: name, prices: map[string]float64{}, lines: map[string]int{}}
	book.read(strings.TrimPrefix(string(text), "\ufeff"))
	if len(book.faults) > 0 {
		return nil, errors.Join(book.faults...)
	}
	override := *c
	override.book = maps.Clone(c.book)
	if override.book == nil {
		override.book = map[string]float64{}
	}
	maps.Copy(override.book, book.prices)
	return &override, nil
}

// bookReader reads one price book.
type bookReader struct {
	catalog *Catalog
	name    string
	prices  map[string]float64 // by item, or by "type,platform"
	lines   map[string]int     // where each was given
	faults  []error
}

// fault records what is wrong in a line.
func (b *bookReader) fault(line int, format string, args ...any) {
	b.faults = append(b.faults, fmt.Errorf("%s:%d: "+format, append([]any{b.name, line}, args...)...))
}

// read takes the text line by line.
func (b *bookReader) read(text string) {
	headed := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case !headed:
			headed = true
			if line != bookHeader {
				b.fault(i+1, "header: must be %s, got %q", bookHeader, line)
			}
		default:
			b.readPrice(i+1, line)
		}
	}
	if !headed {
		b.fault(1, "header: must be %s, got an empty file", bookHeader)
	}
}

// readPrice takes one price.
func (b *bookReader) readPrice(line int, text string) {
	cells := strings.Split(text, ",")
	if len(cells) != 3 {
		b.fault(line, "must have the 3 cells %s, got %d", bookHeader, len(cells))
		return
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	key := b.key(line, cells[0], cells[1])
	usd, err := strconv.ParseFloat(cells[2], 64)
	if err != nil || math.IsNaN(usd) || usd < 0 || usd > maxUnitUSD {
		b.fault(line, "usd_per_unit: must be a number from 0 to %.0f, got %q", maxUnitUSD, cells[2])
		return
	}
	if key == "" {
		return
	}
	if first, given := b.lines[key]; given {
		b.fault(line, "item: must be given once, got %q again (first in line %d)", cells[0], first)
		return
	}
	b.lines[key], b.prices[key] = line, usd
}

// key checks what is priced and returns its key, or "" after a fault.
func (b *bookReader) key(line int, item, platform string) string {
	if !strings.Contains(item, "/") {
		return b.typeKey(line, item, platform)
	}
	if platform != "" {
		b.fault(line, "platform: must be empty for %q, got %q", item, platform)
		return ""
	}
	if family, ok := strings.CutPrefix(item, hostItem); ok {
		if _, known := shapes().find(family); !known {
			near := spelling.Nearest(family, shapes().keys)
			if near != "" {
				near = hostItem + near
			}
			b.fault(line, "item: unknown instance family, got %q%s", item, hint(near))
			return ""
		}
		return item
	}
	if _, known := b.catalog.services().find(item); !known && !slices.Contains(unlisted, item) && !b.catalog.isPlanRate(item) {
		b.fault(line, "item: unknown service item, got %q%s", item, hint(spelling.Nearest(item, b.catalog.services().keys)))
		return ""
	}
	return item
}

// typeKey checks an instance type and its platform.
func (b *bookReader) typeKey(line int, item, platform string) string {
	_, known := types().find(item)
	if !known {
		b.fault(line, "item: unknown instance type, got %q%s", item, hint(b.catalog.Suggest(item)))
	}
	for p := model.Linux; p <= model.SUSE; p++ {
		if p.String() == platform {
			if !known {
				return ""
			}
			return item + "," + platform
		}
	}
	b.fault(line, "platform: must be linux, windows, rhel or suse, got %q", platform)
	return ""
}

// keys yields the first cell of every row.
func (t table) keys(yield func(string) bool) {
	for r := range t.all() {
		if !yield(r.cell(0)) {
			return
		}
	}
}

// hint words a suggestion; "" for none.
func hint(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

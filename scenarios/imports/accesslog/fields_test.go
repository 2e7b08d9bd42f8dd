package accesslog

import (
	"bytes"
	"math/rand"
	"testing"
)

// What reads a field at a glance says what those say that look at it as a whole, and
// leaves the same rest.
func TestGlancesReadWhatIsThere(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	made := func(alphabet string, most int) []byte {
		text := make([]byte, random.Intn(most))
		for i := range text {
			text[i] = alphabet[random.Intn(len(alphabet))]
		}
		return text
	}
	stamps := []string{
		"2018-07-02T22:22:48.364000Z ", "2018-07-02T22:22:59.000001Z a", "2018-07-02T22:22:60.364000Z b", "2018-07-02T22:23:00.364000Z ", "2018-07-02T22:22:48.36Z ",
		"2018-07-02T22:22:48Z ", "2018-07-02T22:22:4x.364000Z ", "2018-07-02T22:22:48.364000Z", "2018-07-02T22:22 48.364000Z ", "2018-07-02T22:22:48.3640001Z ", "- ", "",
	}
	var before minute
	for range 30_000 {
		number, stamped := made("00123456789..- -\"x", 1+random.Intn(24)), []byte(stamps[random.Intn(len(stamps))])
		for _, c := range []struct {
			line          []byte
			glance, whole func(f *fields) (int64, bool)
		}{
			{number, (*fields).seconds, func(f *fields) (int64, bool) { return micros(f.next()) }},
			{number, (*fields).number, func(f *fields) (int64, bool) { return whole(f.next()) }},
			{number, (*fields).bytes, func(f *fields) (int64, bool) {
				text := f.next()
				n, ok := whole(text)
				return n, ok || string(text) == "-"
			}},
			{stamped, func(f *fields) (int64, bool) { return f.time(&before) }, func(f *fields) (int64, bool) { return stamp(f.next()) }},
			{number, func(f *fields) (int64, bool) { f.skip(2); return 0, true }, func(f *fields) (int64, bool) { f.next(); f.next(); return 0, true }},
		} {
			f, g := fields{c.line}, fields{c.line}
			got, ok := c.glance(&f)
			want, known := c.whole(&g)
			if got != want && known || ok != known || !bytes.Equal(f.rest, g.rest) {
				t.Fatalf("%q: got %d, %t and the rest %q, want %d, %t and %q", c.line, got, ok, f.rest, want, known, g.rest)
			}
		}
	}
}

package workload

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"headroom/sim"
	"headroom/sim/memory"
)

// Columns names the columns to read of a trace file.
type Columns struct {
	Numbers []string // not negative; an RFC 3339 timestamp counts as its seconds since 1970
	Texts   []string // names, of which there are few different ones
	Until   Until    // which rows are of use; the zero value: all
	Bytes   int64    // that the columns may take; 0: no bound
}

// Until says that only rows up to an instant are of use. The others are checked like
// them, but of them only the first is kept.
type Until struct {
	Column     string   // of times, sorted
	Unit       sim.Time // that they are in
	Timestamps float64  // a first number from here on is the start of the run; below it is an offset
	Start      float64  // the number that stands for the start of the run, if it is not 0
	Span       sim.Time // from the start of the run to the last row of use
}

// limits bound what a file may cost.
type limits struct {
	rows      int
	lineBytes int
	texts     int // different texts
}

var fileLimits = limits{rows: 50_000_000, lineBytes: 1 << 16, texts: 1 << 16}

// ReadTable reads the named columns of a CSV file: UTF-8 with or without a byte
// order mark, a header line, commas, optional quotes, no line breaks inside
// quotes, blank lines ignored; compressed by gzip or not. It reads at most 50
// million lines of at most 64 KiB, one at a time, and keeps 8 bytes of each number
// and 4 of each text. An error names the line and the column.
func ReadTable(r io.Reader, columns Columns) (*Table, error) {
	return readTable(r, columns, fileLimits)
}

func readTable(r io.Reader, columns Columns, limit limits) (*Table, error) {
	plain, err := decompress(r)
	if err != nil {
		return nil, err
	}
	t := &tableReader{lines: bufio.NewScanner(plain), limit: limit, until: columns.Until, bytes: columns.Bytes, whole: true, interned: map[string]uint32{}}
	t.lines.Buffer(make([]byte, 0, min(limit.lineBytes, 4096)), limit.lineBytes)
	if err := t.read(columns); err != nil {
		if broken := t.scanError(); broken != nil { // which cut the line short
			return nil, broken
		}
		return nil, err
	}
	if err := t.scanError(); err != nil {
		return nil, err
	}
	if t.rows == 0 {
		return nil, fmt.Errorf("line %d: no rows below the header", t.line)
	}
	return t.table(), nil
}

// decompress returns what r holds, decompressed if it begins like gzip.
func decompress(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	magic, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("broken gzip: %w", err)
	}
	return plain, nil
}

// column is one requested column while it is read.
type column struct {
	name    string
	field   int
	isText  bool
	numbers []float64
	texts   []uint32
}

// tableReader is the state of one reading.
type tableReader struct {
	lines    *bufio.Scanner
	limit    limits
	line     int // last scanned, from 1
	text     []byte
	width    int // fields of the header
	columns  []column
	fields   [][]byte
	rows     int // kept
	steps    []lineStep
	interned map[string]uint32
	names    []string

	until    Until
	bytes    int64   // that the columns may take
	origin   float64 // of the times
	previous float64 // time
	begun    bool    // origin and previous are set
	beyond   bool    // a row beyond the span was met
	whole    bool    // all times are whole seconds after the origin
}

// scan moves to the next line that is not blank.
func (t *tableReader) scan() bool {
	for t.line <= t.limit.rows && t.lines.Scan() {
		t.line++
		t.text = t.lines.Bytes()
		if t.line == 1 {
			t.text = bytes.TrimPrefix(t.text, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(t.text)) > 0 {
			return true
		}
	}
	return false
}

// scanError returns why scan stopped, if not at the end of the file.
func (t *tableReader) scanError() error {
	err := t.lines.Err()
	switch {
	case t.line > t.limit.rows:
		return fmt.Errorf("line %d: must have at most %d lines", t.line, t.limit.rows)
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: must be at most %d bytes long", t.line+1, t.limit.lineBytes)
	case err != nil:
		return fmt.Errorf("broken file after line %d: %w", t.line, err)
	}
	return nil
}

// read reads the whole file.
func (t *tableReader) read(columns Columns) error {
	if err := t.header(columns); err != nil {
		return err
	}
	for t.scan() {
		if err := t.row(); err != nil {
			return fmt.Errorf("line %d: %w", t.line, err)
		}
	}
	return nil
}

// header reads the first line and finds the requested columns in it.
func (t *tableReader) header(columns Columns) error {
	if !t.scan() {
		return errors.New("empty file: must begin with a line of column names")
	}
	if err := t.split(); err != nil {
		return fmt.Errorf("line %d: %w", t.line, err)
	}
	t.width = len(t.fields)
	names := make([]string, t.width)
	for i, f := range t.fields {
		names[i] = string(f)
	}
	for i, name := range slices.Concat(columns.Numbers, columns.Texts) {
		field := slices.Index(names, name)
		if field < 0 {
			return fmt.Errorf("line %d: no column %q%s", t.line, name, suggest(name, names))
		}
		if slices.Contains(names[field+1:], name) {
			return fmt.Errorf("line %d: two columns are called %q", t.line, name)
		}
		t.columns = append(t.columns, column{name: name, field: field, isText: i >= len(columns.Numbers)})
	}
	return nil
}

// row appends the fields of the line to the columns, if the row is of use.
func (t *tableReader) row() error {
	if err := t.split(); err != nil {
		return err
	}
	if len(t.fields) != t.width {
		return fmt.Errorf("must have %d fields like the header, got %d", t.width, len(t.fields))
	}
	keep := !t.beyond
	for i := range t.columns {
		if err := t.field(&t.columns[i], keep); err != nil {
			return fmt.Errorf("column %s: %w", t.columns[i].name, err)
		}
	}
	if !keep {
		return nil
	}
	if last := len(t.steps) - 1; last < 0 || t.steps[last].line+t.rows-t.steps[last].row != t.line {
		t.steps = append(t.steps, lineStep{t.rows, t.line})
	}
	if t.rows++; t.bytes > 0 && int64(t.rows)*t.rowBytes() > t.bytes {
		return fmt.Errorf("must fit into %s of memory with the rows above, of which all up to the end of the run are of use: run.memory gives more",
			memory.Text(t.bytes))
	}
	return nil
}

// rowBytes is what a row takes.
func (t *tableReader) rowBytes() int64 {
	bytes := int64(0)
	for i := range t.columns {
		bytes += 8
		if t.columns[i].isText {
			bytes -= 4
		}
	}
	return bytes
}

// field reads a field of the line into its column.
func (t *tableReader) field(c *column, keep bool) error {
	field := t.fields[c.field]
	if c.isText {
		place, err := t.intern(field)
		if err == nil && keep {
			c.texts = append(c.texts, place)
		}
		return err
	}
	v, err := number(field)
	if err != nil {
		return err
	}
	if c.name == t.until.Column {
		if err := t.time(v); err != nil {
			return err
		}
	}
	if keep {
		c.numbers = append(c.numbers, v)
	}
	return nil
}

// time looks whether a row is still of use. Of rows that are not, nobody else checks
// the time.
func (t *tableReader) time(v float64) error {
	if !t.begun {
		t.begun = true
		if t.until.Start > 0 {
			t.origin = t.until.Start
		} else if v*t.until.Unit.Seconds() >= t.until.Timestamps {
			t.origin = v
		}
		t.previous = v
	}
	offset := (v - t.origin) * float64(t.until.Unit)
	switch {
	case !t.beyond:
		t.beyond = offset > float64(t.until.Span)
	case v < t.previous:
		return unsorted(v, t.previous)
	case offset >= float64(sim.Horizon):
		return tooLate(v, t.origin)
	}
	t.whole = t.whole && sim.Time(math.Round(offset))%sim.Second == 0
	t.previous = v
	return nil
}

// unsorted is the fault of a time after a later one.
func unsorted(v, previous float64) error {
	return fmt.Errorf("must be sorted, got %s after %s", plain(v), plain(previous))
}

// tooLate is the fault of a time that no run can reach.
func tooLate(v, origin float64) error {
	return fmt.Errorf("must be at most %v after the start (%s), got %s", sim.Horizon, plain(origin), plain(v))
}

// split sets fields to those of the line.
func (t *tableReader) split() error {
	t.fields = t.fields[:0]
	switch {
	case !utf8.Valid(t.text):
		return errors.New("must be UTF-8 text: save the file in that encoding")
	case bytes.IndexByte(t.text, 0) >= 0:
		return errors.New("must be text, got a zero byte")
	case bytes.IndexByte(t.text, '"') >= 0:
		r := csv.NewReader(bytes.NewReader(t.text))
		r.TrimLeadingSpace = true
		record, err := r.Read()
		if err != nil {
			return errors.New("quotes: must be closed on the same line, and doubled inside")
		}
		for _, field := range record {
			t.fields = append(t.fields, []byte(strings.TrimSpace(field)))
		}
		return nil
	}
	rest, more := t.text, true
	for more {
		var field []byte
		field, rest, more = bytes.Cut(rest, []byte(","))
		t.fields = append(t.fields, bytes.TrimSpace(field))
	}
	return nil
}

// intern returns the place of a field in the names, which equal fields share.
func (t *tableReader) intern(field []byte) (uint32, error) {
	if place, ok := t.interned[string(field)]; ok {
		return place, nil
	}
	if len(t.names) == t.limit.texts {
		return 0, fmt.Errorf("must have at most %d different values", t.limit.texts)
	}
	place := uint32(len(t.names))
	t.interned[string(field)] = place
	t.names = append(t.names, string(field))
	return place, nil
}

// number returns the value of a field.
func number(field []byte) (float64, error) {
	v, err := strconv.ParseFloat(string(field), 64)
	if err != nil {
		at, timeErr := time.Parse(time.RFC3339Nano, string(field))
		if timeErr != nil {
			return 0, fmt.Errorf("must be a number, got %q", shorten(field))
		}
		v = float64(at.Unix()) + float64(at.Nanosecond())/1e9
	}
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("must be finite, got %s", shorten(field))
	case v < 0:
		return 0, fmt.Errorf("must be ≥ 0, got %s", shorten(field))
	}
	return v, nil
}

// shorten keeps a message readable whatever the file holds.
func shorten(field []byte) string {
	const most = 40
	if len(field) <= most {
		return string(field)
	}
	return strings.ToValidUTF8(string(field[:most]), "") + "…"
}

// table returns what was read.
func (t *tableReader) table() *Table {
	table := &Table{rows: t.rows, numbers: map[string][]float64{}, texts: map[string]Names{}, lines: t.steps, whole: t.whole}
	for _, c := range t.columns {
		if c.isText {
			table.texts[c.name] = Names{c.texts, t.names}
		} else {
			table.numbers[c.name] = c.numbers
		}
	}
	return table
}

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
)

// Columns names the columns to read of a trace file.
type Columns struct {
	Numbers []string // not negative; an RFC 3339 timestamp counts as its seconds since 1970
	Texts   []string // names, of which there are few different ones
}

// Table is the requested columns of a trace file.
type Table struct {
	numbers map[string][]float64
	texts   map[string][]string
	lines   []int32 // of each row
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
// million lines of at most 64 KiB. An error names the line and the column.
func ReadTable(r io.Reader, columns Columns) (*Table, error) {
	return readTable(r, columns, fileLimits)
}

func readTable(r io.Reader, columns Columns, limit limits) (*Table, error) {
	plain, err := decompress(r)
	if err != nil {
		return nil, err
	}
	t := &tableReader{lines: bufio.NewScanner(plain), limit: limit, interned: map[string]string{}}
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
	if len(t.rowLines) == 0 {
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
	texts   []string
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
	rowLines []int32
	interned map[string]string
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

// row appends the fields of the line to the columns.
func (t *tableReader) row() error {
	if err := t.split(); err != nil {
		return err
	}
	if len(t.fields) != t.width {
		return fmt.Errorf("must have %d fields like the header, got %d", t.width, len(t.fields))
	}
	for i := range t.columns {
		c := &t.columns[i]
		field := t.fields[c.field]
		if c.isText {
			text, err := t.intern(field)
			if err != nil {
				return fmt.Errorf("column %s: %w", c.name, err)
			}
			c.texts = append(c.texts, text)
			continue
		}
		v, err := number(field)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
		c.numbers = append(c.numbers, v)
	}
	t.rowLines = append(t.rowLines, int32(t.line))
	return nil
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

// intern returns the field as a string that equal fields share.
func (t *tableReader) intern(field []byte) (string, error) {
	if s, ok := t.interned[string(field)]; ok {
		return s, nil
	}
	if len(t.interned) == t.limit.texts {
		return "", fmt.Errorf("must have at most %d different values", t.limit.texts)
	}
	s := string(field)
	t.interned[s] = s
	return s, nil
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
	table := &Table{numbers: map[string][]float64{}, texts: map[string][]string{}, lines: t.rowLines}
	for _, c := range t.columns {
		if c.isText {
			table.texts[c.name] = c.texts
		} else {
			table.numbers[c.name] = c.numbers
		}
	}
	return table
}

// Rows returns the number of rows.
func (t *Table) Rows() int { return len(t.lines) }

// Line returns the line of the file that holds a row, from 1.
func (t *Table) Line(row int) int { return int(t.lines[row]) }

// Numbers returns a column that was requested as numbers; nil if it was not.
func (t *Table) Numbers(name string) []float64 { return t.numbers[name] }

// Texts returns a column that was requested as texts; nil if it was not.
func (t *Table) Texts(name string) []string { return t.texts[name] }

// Times returns a column of numbers as instants, like [Table.Instants]. It is an
// error if they are unsorted.
func (t *Table) Times(name string, unit sim.Time, origin float64) ([]sim.Time, error) {
	at, err := t.Instants(name, unit, origin)
	for i := 1; i < len(at); i++ {
		if column := t.numbers[name]; column[i] < column[i-1] {
			return nil, fmt.Errorf("line %d: column %s: must be sorted, got %s after %s", t.Line(i), name, plain(column[i]), plain(column[i-1]))
		}
	}
	return at, err
}

// Instants returns a column of numbers as instants in that unit since origin, the
// number that stands for the start of the run: 0 for offsets, or the least. It is
// an error if one is before the origin or beyond [sim.Horizon]. Timestamps of this
// century in seconds, or finer, are exact to a quarter of a microsecond.
func (t *Table) Instants(name string, unit sim.Time, origin float64) ([]sim.Time, error) {
	column, ok := t.numbers[name]
	if !ok {
		return nil, fmt.Errorf("column %s: was not read", name)
	}
	at := make([]sim.Time, len(column))
	for i, v := range column {
		offset := (v - origin) * float64(unit)
		switch {
		case !(offset >= 0):
			return nil, fmt.Errorf("line %d: column %s: must not be before the start (%s), got %s", t.Line(i), name, plain(origin), plain(v))
		case offset >= float64(sim.Horizon):
			return nil, fmt.Errorf("line %d: column %s: must be at most %v after the start (%s), got %s", t.Line(i), name, sim.Horizon, plain(origin), plain(v))
		}
		at[i] = sim.Time(math.Round(offset))
	}
	return at, nil
}

// plain formats a number without an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

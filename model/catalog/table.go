package catalog

import (
	"bytes"
	"embed"
	"encoding/binary"
	"io"
	"iter"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// files are the derived tables. See data/README.md for their columns.
//
//go:embed data/*.csv data/*.csv.gz data/*/*.csv data/*/*.csv.gz
var files embed.FS

// table is an embedded CSV file: rows sorted bytewise, without the header, in blocks of
// which none shares its rows' first cell with another. Rows are cut into cells only when
// they are asked for, and packed blocks unpacked.
type table []block

// block is some rows of a table that follow each other.
type block struct {
	first string // the first cell of its first row, with its comma
	rows  func() []string
}

// open reads the table at path below data. Its columns must be those that the
// program was written for.
func open(path, columns string) table {
	content, err := files.ReadFile("data/" + path)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	if strings.HasSuffix(path, ".gz") {
		return packed(path, columns, content)
	}
	rows := split(path, columns, string(content))
	return table{{rows: func() []string { return rows }}}
}

// split returns the rows of a text that begins with the header.
func split(path, columns, text string) []string {
	header, rows, _ := strings.Cut(text, "\n")
	for strings.HasPrefix(header, "#") { // its licence
		header, rows, _ = strings.Cut(rows, "\n")
	}
	if header != columns {
		panic("catalog: " + path + " has the columns " + header)
	}
	return strings.Split(strings.TrimSuffix(rows, "\n"), "\n")
}

// packed finds the blocks of a table of which each is a member of a gzip file. As in the
// blocked gzip of bioinformatics (SAM specification, section 4.1) a field BC of a member's
// header holds its length less one; a field HR after it, its first row's first cell.
func packed(path, columns string, content []byte) table {
	const extra = 12 // of ten bytes of header and the length of the fields
	var t table
	for len(content) > 0 {
		fields := content[extra : extra+binary.LittleEndian.Uint16(content[extra-2:])]
		if string(fields[:2]) != "BC" || string(fields[6:8]) != "HR" {
			panic("catalog: " + path + " is not in blocks")
		}
		size := 1 + int(binary.LittleEndian.Uint16(fields[4:]))
		member := content[:size]
		headed := len(t) == 0 // the header is in the first
		t = append(t, block{first: string(fields[10:]) + ",", rows: sync.OnceValue(func() []string {
			text := unpack(path, member)
			if headed {
				return split(path, columns, text)
			}
			return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		})})
		content = content[size:]
	}
	return t
}

// unpack returns the text of a member.
func unpack(path string, member []byte) string {
	zip, err := gzip.NewReader(bytes.NewReader(member))
	if err != nil {
		panic("catalog: " + path + ": " + err.Error())
	}
	var text strings.Builder
	text.Grow(int(binary.LittleEndian.Uint32(member[len(member)-4:]))) // as gzip ends
	if _, err := io.Copy(&text, zip); err != nil {
		panic("catalog: " + path + ": " + err.Error())
	}
	return text.String()
}

// find returns the row whose first cells are key.
func (t table) find(key string) (row, bool) {
	for r := range t.withPrefix(key + ",") {
		return r, true
	}
	return "", false
}

// withPrefix yields the rows that begin with prefix.
func (t table) withPrefix(prefix string) iter.Seq[row] {
	return func(yield func(row) bool) {
		after := sort.Search(len(t), func(i int) bool { return t[i].first > prefix })
		for i := max(after-1, 0); i < len(t) && (i < after || strings.HasPrefix(t[i].first, prefix)); i++ {
			rows := t[i].rows()
			for j := sort.SearchStrings(rows, prefix); j < len(rows) && strings.HasPrefix(rows[j], prefix); j++ {
				if !yield(row(rows[j])) {
					return
				}
			}
		}
	}
}

// all yields every row.
func (t table) all() iter.Seq[row] { return t.withPrefix("") }

// row is one line of a table. It holds no quoted cells.
type row string

// cell returns the i-th cell.
func (r row) cell(i int) string {
	rest := string(r)
	for ; i > 0; i-- {
		_, rest, _ = strings.Cut(rest, ",")
	}
	cell, _, _ := strings.Cut(rest, ",")
	return cell
}

// flag reports whether the i-th cell is set.
func (r row) flag(i int) bool { return r.cell(i) == "1" }

// float returns the i-th cell and whether it holds a number: empty is not 0.
func (r row) float(i int) (float64, bool) {
	cell := r.cell(i)
	if cell == "" {
		return 0, false
	}
	return mustFloat(cell), true
}

// mustFloat reads a number of our own tables.
func mustFloat(cell string) float64 {
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	return x
}

// mustInt reads a whole number of our own tables; empty is "not published", 0.
func mustInt(cell string) int {
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	return n
}

package catalog

import (
	"embed"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// files are the derived tables. See data/README.md for their columns.
//
//go:embed data/*.csv data/*.csv.gz data/*/*.csv data/*/*.csv.gz
var files embed.FS

// table is an embedded CSV file: rows sorted bytewise, without the header. Rows
// are cut into cells only when they are asked for.
type table []string

// open reads the table at path below data. Its columns must be those that the
// program was written for.
func open(path, columns string) table {
	file, err := files.Open("data/" + path)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	defer file.Close()
	var text strings.Builder
	if strings.HasSuffix(path, ".gz") {
		zip, err := gzip.NewReader(file)
		if err != nil {
			panic("catalog: " + err.Error())
		}
		text.Grow(512 << 10) // the largest table has 305 kB
		_, err = io.Copy(&text, zip)
		if err != nil {
			panic("catalog: " + err.Error())
		}
	} else if _, err := io.Copy(&text, file); err != nil {
		panic("catalog: " + err.Error())
	}
	header, rows, _ := strings.Cut(text.String(), "\n")
	for strings.HasPrefix(header, "#") { // its licence
		header, rows, _ = strings.Cut(rows, "\n")
	}
	if header != columns {
		panic("catalog: " + path + " has the columns " + header)
	}
	return strings.Split(strings.TrimSuffix(rows, "\n"), "\n")
}

// find returns the row whose first cells are key.
func (t table) find(key string) (row, bool) {
	key += ","
	i := sort.SearchStrings(t, key)
	if i == len(t) || !strings.HasPrefix(t[i], key) {
		return "", false
	}
	return row(t[i]), true
}

// withPrefix returns the rows that begin with prefix.
func (t table) withPrefix(prefix string) table {
	from := sort.SearchStrings(t, prefix)
	to := from
	for to < len(t) && strings.HasPrefix(t[to], prefix) {
		to++
	}
	return t[from:to]
}

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

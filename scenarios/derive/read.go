package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// eachRow calls take with the named columns of every row of a CSV file below
// dir, which may be compressed. The slice is valid during the call only. An
// error of take is reported with the file and the line.
func eachRow(dir, path string, columns []string, take func(cells []string) error) error {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil {
		return err
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	where, err := header(rows, columns)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	cells := make([]string, len(columns))
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for i, column := range where {
			cells[i] = row[column]
		}
		if err := take(cells); err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
}

// header reads the first row and finds the columns in it.
func header(rows *csv.Reader, columns []string) ([]int, error) {
	names, err := rows.Read()
	if err != nil {
		return nil, err
	}
	where := make([]int, len(columns))
	for i, column := range columns {
		if where[i] = slices.Index(names, column); where[i] < 0 {
			return nil, fmt.Errorf("no column %s", column)
		}
	}
	return where, nil
}

// integers parses cells that the source promises to be whole numbers.
func integers(cells []string) ([]int, error) {
	values := make([]int, len(cells))
	for i, cell := range cells {
		value, err := strconv.Atoi(cell)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

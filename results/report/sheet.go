package report

import (
	"encoding/csv"
	"fmt"
	"io"
)

// Sheet is a list for reading: instance types, metrics.
type Sheet struct {
	Columns []string // names in JSON and CSV
	Heads   []string // names in tables; nil: as Columns
	Left    int      // how many columns are text, from the left
	Rows    [][]Entry
}

// Entry is one field of a sheet: what people read and what programs do. A nil
// Value is null in JSON and empty in CSV.
type Entry struct {
	Text  string
	Value any
}

// Write renders the sheet.
func (s Sheet) Write(w io.Writer, format Format) error {
	switch format {
	case JSON:
		return s.writeJSON(w)
	case CSV:
		return s.writeCSV(w)
	}
	b := block{head: s.Heads, left: s.Left}
	if b.head == nil {
		b.head = s.Columns
	}
	for _, row := range s.Rows {
		texts := make([]string, len(row))
		for i, e := range row {
			texts[i] = e.Text
		}
		b.rows = append(b.rows, texts)
	}
	if format == Markdown {
		return b.writeMarkdown(w)
	}
	return b.fitting(w)
}

// writeJSON writes an array with an object a row, its members in the order of
// the columns.
func (s Sheet) writeJSON(w io.Writer) error {
	var j jsonWriter
	j.text("[")
	for i, row := range s.Rows {
		if i > 0 {
			j.text(",")
		}
		j.text("\n  ")
		j.row(s.Columns, row)
	}
	j.text("\n]\n")
	if j.err != nil {
		return j.err
	}
	_, err := w.Write(j.out.Bytes())
	return err
}

// row writes an object, its members in the order of the columns.
func (j *jsonWriter) row(columns []string, row []Entry) {
	j.text("{")
	for k, e := range row {
		if k > 0 {
			j.text(", ")
		}
		j.value(columns[k])
		j.text(": ")
		j.value(e.Value)
	}
	j.text("}")
}

func (s Sheet) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write(s.Columns) // csv.Writer keeps the first error for Error
	for _, row := range s.Rows {
		record := make([]string, len(row))
		for i, e := range row {
			switch v := e.Value.(type) {
			case nil:
			case float64:
				record[i] = decimal(v)
			default:
				record[i] = fmt.Sprint(v)
			}
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

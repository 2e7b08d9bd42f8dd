package cloudwatch

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/imports"
)

// ReadAny reads answers of CloudWatch, or a table as [WriteMeasured] and people make them.
func ReadAny(file string, text []byte, skipped *imports.Skipped) ([]Series, error) {
	if head := bytes.TrimSpace(text); len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return Read(file, text, skipped)
	}
	return (&reader{file: file, skipped: skipped}).table(text)
}

// ReadRows reads a table in which rows are measurements of their own, and may be of one
// instant.
func ReadRows(file string, text []byte, skipped *imports.Skipped) ([]Series, error) {
	return (&reader{file: file, skipped: skipped, every: true}).table(text)
}

// table reads a CSV file with a header: a column called time, and a series in each
// other column, empty where it has no point.
func (r *reader) table(text []byte) ([]Series, error) {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	rows.TrimLeadingSpace = true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: must be a table (CSV with a header) or an answer of CloudWatch (JSON)", r.file)
	}
	clock := slices.IndexFunc(head, func(name string) bool {
		return slices.Contains([]string{"time", "timestamp", "unix_s"}, strings.ToLower(strings.TrimSpace(name)))
	})
	if clock < 0 {
		return nil, fmt.Errorf("%s:1: must have a column called time; there are %s", r.file, strings.Join(head, ", "))
	}
	all := make([]Series, len(head))
	for i, name := range head {
		all[i] = Series{Name: strings.TrimSpace(name)}
	}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		line := 0
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			line = wrong.Line
		} else if err == nil {
			line, _ = rows.FieldPos(0)
		}
		at := &imports.Value{Line: int64(line)}
		if err != nil {
			r.skip(at, "a row that is none: it must have as many fields as the header")
			if !errors.Is(err, csv.ErrFieldCount) {
				break
			}
			continue
		}
		when := &imports.Value{Line: at.Line, Scalar: scalarOf(row[clock])}
		for i, field := range row {
			if field = strings.TrimSpace(field); i != clock && field != "" {
				r.point(&all[i], when, &imports.Value{Line: at.Line, Scalar: scalarOf(field)})
			}
		}
	}
	for i := range all {
		if i != clock && len(all[i].Points) > 0 {
			r.finish(all[i], &imports.Value{Line: 1})
		}
	}
	if len(r.series) == 0 {
		return nil, fmt.Errorf("%s: has no numbers below its header", r.file)
	}
	return r.series, nil
}

// scalarOf returns a field as JSON would have it.
func scalarOf(field string) any {
	if _, err := strconv.ParseFloat(field, 64); err == nil {
		return json.Number(field)
	}
	return field
}

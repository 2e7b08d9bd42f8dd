package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Value is a value of JSON with the line on which it ends.
type Value struct {
	Line    int64
	Scalar  any // string, json.Number or bool; nil for null, lists and objects
	List    []*Value
	Members map[string]*Value // of an object; nil for others
}

// deepest bounds how values nest.
const deepest = 1000

// ReadJSON reads a text that is one value of JSON. The error names the line.
func ReadJSON(text []byte) (*Value, error) {
	r := &jsonReader{d: json.NewDecoder(bytes.NewReader(text)), text: text, line: 1}
	r.d.UseNumber()
	v, err := r.value(0)
	if err == nil {
		if _, err = r.d.Token(); err == io.EOF {
			return v, nil
		}
		if err == nil {
			err = errors.New("there is more behind the end of the JSON")
		}
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the JSON ends early")
	}
	if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("line %d: no JSON: %w", 1+bytes.Count(text[:min(int64(len(text)), wrong.Offset)], []byte("\n")), err)
	}
	r.move()
	return nil, fmt.Errorf("line %d: %w", r.line, err)
}

// jsonReader is the state of one reading.
type jsonReader struct {
	d    *json.Decoder
	text []byte
	at   int64 // where line is counted to
	line int64
}

// move counts the lines up to where the decoder is.
func (r *jsonReader) move() {
	to := min(r.d.InputOffset(), int64(len(r.text)))
	r.line += int64(bytes.Count(r.text[r.at:to], []byte("\n")))
	r.at = to
}

// value reads a value.
func (r *jsonReader) value(depth int) (*Value, error) {
	if depth > deepest {
		return nil, fmt.Errorf("values nest more than %d deep", deepest)
	}
	token, err := r.d.Token()
	if err != nil {
		return nil, err
	}
	r.move()
	v := &Value{Line: r.line}
	open, nested := token.(json.Delim)
	if !nested {
		v.Scalar = token
		return v, nil
	}
	if open == '{' {
		v.Members = map[string]*Value{}
	}
	for r.d.More() {
		key := ""
		if v.Members != nil {
			token, err := r.d.Token()
			if err != nil {
				return nil, err
			}
			key, _ = token.(string)
		}
		inner, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if v.Members != nil {
			v.Members[key] = inner
		} else {
			v.List = append(v.List, inner)
		}
	}
	_, err = r.d.Token()
	return v, err
}

// Member returns a member of an object, nil if there is none.
func (v *Value) Member(name string) *Value {
	if v == nil {
		return nil
	}
	return v.Members[name]
}

// Text returns a string, "" for anything else.
func (v *Value) Text() string {
	if v == nil {
		return ""
	}
	s, _ := v.Scalar.(string)
	return s
}

// Number returns a number.
func (v *Value) Number() (float64, bool) {
	if v == nil {
		return 0, false
	}
	n, ok := v.Scalar.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

package terraform

import (
	"math"
	"strconv"
)

// attributes are the values of a resource, or of a block in it.
type attributes map[string]any

// text returns a string, "" for none.
func (a attributes) text(key string) string {
	s, _ := a[key].(string)
	return s
}

// texts returns a list of strings.
func (a attributes) texts(key string) []string {
	var all []string
	list, _ := a[key].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// number returns a number, also one that is written as a string.
func (a attributes) number(key string) (float64, bool) {
	switch v := a[key].(type) {
	case float64:
		return v, !math.IsInf(v, 0) && !math.IsNaN(v)
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
	}
	return 0, false
}

// flag returns a bool, also one that is written as a string.
func (a attributes) flag(key string) bool {
	switch v := a[key].(type) {
	case bool:
		return v
	case string:
		return v == "true"
	}
	return false
}

// blocks returns the blocks of a name.
func (a attributes) blocks(key string) []attributes {
	var all []attributes
	list, _ := a[key].([]any)
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// block returns the first block of a name, nil for none; it may be asked all the same.
func (a attributes) block(key string) attributes {
	if all := a.blocks(key); len(all) > 0 {
		return all[0]
	}
	return nil
}

// scalar returns a value that a scenario may have: a string, a bool, a whole or another
// number; nil for none.
func (a attributes) scalar(key string) any {
	switch v := a[key].(type) {
	case string:
		switch v {
		case "":
			return nil
		case "true", "false":
			return v == "true"
		}
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
		return v
	case bool:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return int64(v)
		}
		return v
	}
	return nil
}

package schema

import (
	"slices"
	"strings"
)

// Stray returns the table up to which a dotted path leads, and the key behind it that the table
// does not have: instance.web and zone of instance.web.zone. It is false of a path of which not even
// the first word is a table.
func (s *Schema) Stray(path string) (table Key, key string, ok bool) {
	parts := segments(path)
	for n := len(parts) - 1; n > 0; n-- {
		if topic, ok := s.explain(spot{}, parts[:n]); ok && len(topic.Below) > 0 {
			return topic.Key, parts[n], true
		}
	}
	return Key{}, "", false
}

// Meant returns the key of a table that another most likely stands for, "" if none does.
func (s *Schema) Meant(table Key, key string) string {
	topic, _ := s.Explain(table.Path)
	var names []string
	for _, k := range topic.Below {
		_, name := splitPath(k.Path)
		names = append(names, name)
		if slices.Contains(strings.Fields(k.called), key) {
			return name
		}
	}
	return Nearest(key, names)
}

package schema

import "slices"

// Key declares one key of the scenario file. The reader takes its type, bounds,
// default and error code from here, so what is documented is what happens.
type Key struct {
	Path string // "autoscaling_group.NAME.min_size": NAME is the user's, [] one of a list
	Type Type
	// Default is written as TOML, or in parentheses where it depends on other
	// keys; it is empty where a key may be left out and then means nothing.
	Default string
	Doc     string // one line
	Code    string // of a value that breaks the type's bounds
	// Neutral is set of a key that this version does not simulate.
	Neutral *Neutral
	Instead string // of such a key: what to use, "a [network_interface.NAME]"

	called    string // words that people write for it, "at time"
	sometimes bool   // it is required in some modes of its table only
	foreign   bool   // see [Foreign]
}

// Row declares a key. What it means is one line; preset is a [Key.Default].
func Row(path string, t Type, preset, meaning string) Key {
	return Key{Path: path, Type: t, Default: preset, Doc: meaning}
}

// Planned declares a key of the vocabulary that this version does not simulate,
// and which of its values it accepts, because they mean what happens anyway.
func Planned(path, meaning string, neutral Neutral) Key {
	return Key{Path: path, Doc: meaning, Neutral: &neutral}
}

// Use returns a key that is not simulated with what does what its users want.
func (k Key) Use(instead string) Key {
	k.Instead = instead
	return k
}

// Coded returns the key with an error code that is not its table's.
func (k Key) Coded(code string) Key {
	k.Code = code
	return k
}

// Called returns the key with words that people write for it: whoever writes one is asked
// whether the key is meant.
func (k Key) Called(words string) Key {
	k.called = words
	return k
}

// Sometimes returns a required key that is so in some modes of its table only.
func (k Key) Sometimes() Key {
	k.sometimes = true
	return k
}

// Required reports whether the key must be given.
func (k Key) Required() bool { return k.Default == Required }

// Required is the default of a key that has none.
const Required = "(required)"

// Within prefixes the paths of keys and gives them the table's error code.
func Within(path, code string, keys []Key) []Key {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Path = path + "." + keys[i].Path
		if keys[i].Code == "" {
			keys[i].Code = code
		}
	}
	return keys
}

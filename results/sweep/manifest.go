package sweep

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Manifest is what the values of a sweep depend on, part by part: the text of
// the scenario, the axes, sums of data files and of the program.
type Manifest map[string]string

func (m Manifest) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("sweep: " + err.Error()) // strings always marshal
	}
	return b
}

// matches reports how the manifest of a journal differs from this one.
func (m Manifest) matches(journal []byte) error {
	var was Manifest
	if err := json.Unmarshal(journal, &was); err != nil {
		return &Refusal{"is no journal of a sweep"}
	}
	var changed []string
	for _, part := range slices.Sorted(maps.Keys(was)) {
		if m[part] != was[part] {
			changed = append(changed, differing(part, was[part], m[part]))
		}
	}
	for _, part := range slices.Sorted(maps.Keys(m)) {
		if _, ok := was[part]; !ok {
			changed = append(changed, part+" is new")
		}
	}
	if len(changed) > 0 {
		return &Refusal{"holds another sweep, whose results would not fit: " + strings.Join(changed, "; ") +
			"; choose another directory, or remove this one"}
	}
	return nil
}

// Refusal is the error of a journal that belongs to something else.
type Refusal struct{ Reason string }

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// differing says what changed in a part: the first line of a text that did.
func differing(part, was, is string) string {
	if is == "" {
		return part + " is gone"
	}
	before, after := strings.Split(was, "\n"), strings.Split(is, "\n")
	for i := range max(len(before), len(after)) {
		b, a := line(before, i), line(after, i)
		if b != a {
			from := difference(b, a)
			return fmt.Sprintf("%s has changed (was %s, is %s)", part, short(b, from), short(a, from))
		}
	}
	return part + " has changed"
}

// difference returns the first letter, in bytes, in which two texts differ.
func difference(a, b string) int {
	for i, r := range a {
		if !strings.HasPrefix(b[min(i, len(b)):], string(r)) {
			return i
		}
	}
	return len(a)
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// short cuts a text for a message, so that what stands at a place can be seen.
func short(text string, place int) string {
	const most, lead = 60, 20
	if text == "" {
		return "nothing"
	}
	before, after := "", ""
	if place > most-lead && len(text) > most {
		before, text = "…", strings.ToValidUTF8(text[min(place-lead, len(text)):], "")
	}
	if len(text) > most {
		text, after = strings.ToValidUTF8(text[:most], ""), "…"
	}
	return before + text + after
}

// Sum names a manifest: equal manifests have equal sums.
func (m Manifest) Sum() string {
	sum := sha256.Sum256(m.encode())
	return hex.EncodeToString(sum[:])
}

// Arithmetic tells machines apart on which one program computes different
// numbers: the elementary functions use the instructions that a processor has, and
// may differ in the last bit.
func Arithmetic() string {
	sum := sha256.New()
	x := 1e-3
	for range 500 {
		for _, v := range []float64{math.Exp(x), math.Exp(-x), math.Log(x), math.Log1p(x), math.Pow(x, 1.7), math.Sin(x), math.Erfc(x), math.Sqrt(x)} {
			sum.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
		x *= 1.021
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

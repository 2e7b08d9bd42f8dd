package catalog

import (
	"strconv"
	"strings"
)

// TypeName is an instance type's name taken apart: "c6gn.16xlarge" is class c,
// generation 6, attributes gn, size 16xlarge.
type TypeName struct {
	Family     string // text before the dot
	Class      string // leading letters of the family
	Generation int    // 0 where the name has none ("mac-m4")
	Attributes string // rest of the family, as it stands
	Size       string // text after the dot
}

// ParseTypeName takes a type's name apart. It checks the form, not whether such
// a type exists:
//
//	([a-z]+)-?([0-9]*)([a-z0-9-]*).(nano|micro|small|medium|large|xlarge|Nxlarge|metal|metal-Nxl)
func ParseTypeName(name string) (TypeName, bool) {
	family, size, dotted := strings.Cut(name, ".")
	class := span(family, 'a', 'z')
	if !dotted || class == "" {
		return TypeName{}, false
	}
	rest := strings.TrimPrefix(family[len(class):], "-")
	digits := span(rest, '0', '9')
	attributes := rest[len(digits):]
	generation := 0
	if digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return TypeName{}, false
		}
		generation = n
	}
	for _, c := range []byte(attributes) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return TypeName{}, false
		}
	}
	if _, ok := sizeUnits(size); !ok && size != bareMetal {
		return TypeName{}, false
	}
	return TypeName{Family: family, Class: class, Generation: generation, Attributes: attributes, Size: size}, true
}

// bareMetal is the size of a whole machine without a number in its name.
const bareMetal = "metal"

// NormalizedUnits returns the weight of a type in size-flexible Reserved
// Instances: 4 for large, 8 for xlarge, 8N for Nxlarge and metal-Nxl. A plain
// metal weighs as much as the equivalent virtual size. It is 0 for a malformed
// name and for machines without virtual sizes (Mac).
// Source: AWS EC2 user guide, "How Reserved Instances are applied".
func (c *Catalog) NormalizedUnits(typeName string) float64 {
	name, ok := ParseTypeName(typeName)
	if !ok {
		return 0
	}
	if name.Size != bareMetal {
		units, _ := sizeUnits(name.Size)
		return units
	}
	switch name.Family {
	case "a1":
		return 32
	case "m5zn", "z1d":
		return 96
	case "c6g", "i3", "m6g", "r6g", "x2gd":
		return 128
	case "c5n":
		return 144
	case "c5", "m5", "r5", "i3en":
		return 192
	}
	if strings.HasPrefix(name.Family, "u-") {
		return 896
	}
	largest := 0.0
	for sibling := range types().withPrefix(name.Family + ".") {
		_, size, _ := strings.Cut(sibling.cell(0), ".")
		if units, ok := sizeUnits(size); ok && !strings.HasPrefix(size, bareMetal) {
			largest = max(largest, units)
		}
	}
	return largest
}

// sizeUnits returns the normalized units of every size but plain metal.
func sizeUnits(size string) (float64, bool) {
	switch size {
	case "nano":
		return 0.25, true
	case "micro":
		return 0.5, true
	case "small":
		return 1, true
	case "medium":
		return 2, true
	case "large":
		return 4, true
	case "xlarge":
		return 8, true
	}
	number, ok := strings.CutSuffix(size, "xlarge")
	if !ok {
		if number, ok = strings.CutPrefix(size, bareMetal+"-"); !ok {
			return 0, false
		}
		if number, ok = strings.CutSuffix(number, "xl"); !ok {
			return 0, false
		}
	}
	if number == "" || span(number, '0', '9') != number {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return 8 * float64(n), err == nil
}

// span returns the longest prefix of s whose bytes are in [from, to].
func span(s string, from, to byte) string {
	for i := range len(s) {
		if s[i] < from || s[i] > to {
			return s[:i]
		}
	}
	return s
}

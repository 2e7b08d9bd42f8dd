package alarm

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Value is what metric math computes with: a datapoint, or that there is none.
type Value struct {
	Value float64
	OK    bool
}

// Expression is a formula of CloudWatch's metric math over the datapoints of one period:
// "m1 / m2", "IF(m2 > 0, m1 / m2, 0)", "SUM([m1, m2])". It is immutable.
type Expression struct {
	root    node
	repeats []node // what FILL(…, REPEAT) in it fills, by the metric of the word
	linear  []node // what FILL(…, LINEAR) in it fills
}

// node is a part of a formula: a number, a metric, or a function of other parts.
type node struct {
	function string // "", "number" and "metric", an operator, or the name of a function
	number   float64
	metric   int // of a metric, its index; of FILL(…, REPEAT), which of them it is
	of       []node
}

// Functions of metric math that are known, beside IF and FILL: what they make of numbers.
var (
	overLists = map[string]func([]float64) float64{
		"SUM": func(all []float64) float64 {
			sum := 0.0
			for _, v := range all {
				sum += v
			}
			return sum
		},
		"AVG": func(all []float64) float64 {
			sum := 0.0
			for _, v := range all {
				sum += v
			}
			return sum / float64(len(all))
		},
		"MIN": slices.Min[[]float64],
		"MAX": slices.Max[[]float64],
	}
	overOne = map[string]func(float64) float64{"ABS": math.Abs, "CEIL": math.Ceil, "FLOOR": math.Floor}
)

// mostDepth bounds how deep a formula nests.
const mostDepth = 64

// mostText bounds the text of a formula, as AWS does (MetricDataQuery, CloudWatch API
// Reference).
const mostText = 2048

// ParseExpression reads a formula over metrics, by their ids. The error says what is wrong
// in words for people.
func ParseExpression(text string, ids []string) (*Expression, error) {
	if len(text) > mostText {
		return nil, fmt.Errorf("must be at most %d bytes, has %d", mostText, len(text))
	}
	p := &parser{text: text, ids: ids}
	root, err := p.comparison(0)
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("must end before %q", p.peek())
	}
	if err != nil {
		return nil, err
	}
	if err := plain([]node{root}, "a formula"); err != nil && root.fills() {
		return nil, err
	}
	if root.function == "list" {
		return nil, fmt.Errorf("must be one number a period, not a list: SUM(%s) is", strings.TrimSpace(text))
	}
	return &Expression{root, p.repeats, p.linear}, nil
}

// Evaluate returns the value for one period from those of the metrics, in the order of their
// ids. Where a part has none, or a division is by 0, neither has the whole; SUM, AVG, MIN and
// MAX pass over what is missing in their lists, and FILL puts another value in its place
// (CloudWatch User Guide, "Use metric math"). What FILL takes from other periods is kept in
// memory, as [Expression.Memory] makes it, from period to period; nil remembers nothing.
func (e *Expression) Evaluate(values []Value, memory *Memory) Value {
	if memory != nil {
		e.remember(values, memory)
	}
	return e.root.evaluate(values, memory)
}

func (n *node) evaluate(values []Value, memory *Memory) Value {
	switch n.function {
	case "number":
		return Value{n.number, true}
	case "metric":
		return values[n.metric]
	case "IF":
		condition := n.of[0].evaluate(values, memory)
		switch {
		case !condition.OK:
			return Value{}
		case condition.Value != 0:
			return n.of[1].evaluate(values, memory)
		case len(n.of) < 3:
			return Value{}
		}
		return n.of[2].evaluate(values, memory)
	case "FILL":
		return n.fill(values, memory)
	}
	if over := overLists[n.function]; over != nil {
		var all []float64
		for i := range n.of {
			if v := n.of[i].evaluate(values, memory); v.OK {
				all = append(all, v.Value)
			}
		}
		if len(all) == 0 {
			return Value{}
		}
		return finite(over(all))
	}
	a := n.of[0].evaluate(values, memory)
	if !a.OK {
		return Value{}
	}
	if over := overOne[n.function]; over != nil {
		return finite(over(a.Value))
	}
	if n.function == "negative" {
		return Value{-a.Value, true}
	}
	b := n.of[1].evaluate(values, memory)
	if !b.OK {
		return Value{}
	}
	return finite(apply(n.function, a.Value, b.Value))
}

// apply computes an operator; a comparison is 1 or 0.
func apply(operator string, a, b float64) float64 {
	truth := func(is bool) float64 {
		if is {
			return 1
		}
		return 0
	}
	switch operator {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case ">":
		return truth(a > b)
	case ">=":
		return truth(a >= b)
	case "<":
		return truth(a < b)
	case "<=":
		return truth(a <= b)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	}
	panic("alarm: unknown operator " + operator)
}

// finite is no value where a number is none.
func finite(v float64) Value {
	return Value{v, !math.IsNaN(v) && !math.IsInf(v, 0)}
}

// parser reads a formula from left to right.
type parser struct {
	text    string
	ids     []string
	repeats []node
	linear  []node
}

// peek returns the next word without taking it; "" at the end.
func (p *parser) peek() string {
	p.text = strings.TrimLeft(p.text, " \t\r\n")
	if p.text == "" {
		return ""
	}
	letters := func(c byte) bool {
		return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	end := 0
	for end < len(p.text) && letters(p.text[end]) {
		end++
	}
	switch {
	case end > 0:
		return p.text[:end]
	case len(p.text) > 1 && p.text[1] == '=' && strings.IndexByte("<>=!", p.text[0]) >= 0:
		return p.text[:2]
	}
	return p.text[:1]
}

// take takes the next word if it is one of these.
func (p *parser) take(words ...string) (string, bool) {
	next := p.peek()
	if next == "" || !slices.Contains(words, next) {
		return "", false
	}
	p.text = p.text[len(next):]
	return next, true
}

// levels are the operators, the loosest first.
var levels = [][]string{{">=", "<=", "==", "!=", ">", "<"}, {"+", "-"}, {"*", "/"}}

func (p *parser) comparison(depth int) (node, error) { return p.level(0, depth) }

// level reads operands between the operators of a level and those that bind tighter.
func (p *parser) level(level, depth int) (node, error) {
	if depth > mostDepth {
		return node{}, fmt.Errorf("must not nest deeper than %d", mostDepth)
	}
	if level == len(levels) {
		return p.operand(depth)
	}
	left, err := p.level(level+1, depth)
	for err == nil {
		operator, ok := p.take(levels[level]...)
		if !ok {
			return left, nil
		}
		var right node
		if right, err = p.level(level+1, depth); err == nil {
			left = node{function: operator, of: []node{left, right}}
			err = plain(left.of, operator)
		}
	}
	return left, err
}

// plain reports operands that are lists, which only some functions take.
func plain(of []node, what string) error {
	for i := range of {
		if of[i].function == "list" {
			return fmt.Errorf("%s must be of single metrics, not of a list", what)
		}
		if of[i].fills() {
			return fmt.Errorf("%s must be the second value of FILL, not part of %s", of[i].function, what)
		}
	}
	return nil
}

// operand reads a number, a metric, a list, a function, or what is in parentheses.
func (p *parser) operand(depth int) (node, error) {
	if _, ok := p.take("-"); ok {
		of, err := p.level(len(levels), depth+1)
		if err == nil {
			err = plain([]node{of}, "-")
		}
		return node{function: "negative", of: []node{of}}, err
	}
	if _, ok := p.take("("); ok {
		inner, err := p.comparison(depth + 1)
		if err != nil {
			return node{}, err
		}
		return inner, p.expect(")")
	}
	if _, ok := p.take("["); ok {
		of, err := p.operands("]", depth)
		return node{function: "list", of: of}, err
	}
	word := p.peek()
	if word == "" {
		return node{}, fmt.Errorf("must go on after its last operator")
	}
	p.text = p.text[len(word):]
	if i := slices.Index(p.ids, word); i >= 0 {
		return node{function: "metric", metric: i}, nil
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil && word[0] <= '9' && !math.IsInf(v, 0) {
		return node{function: "number", number: v}, nil
	}
	if _, ok := p.take("("); ok {
		return p.call(word, depth)
	}
	if word == repeat || word == linear {
		return node{function: word}, nil
	}
	return node{}, fmt.Errorf("%q must be a number, a function, or the id of a metric: %s", word, strings.Join(p.ids, ", "))
}

// operands reads what is between commas, up to the end.
func (p *parser) operands(end string, depth int) ([]node, error) {
	var all []node
	if _, ok := p.take(end); ok {
		return nil, nil
	}
	for {
		one, err := p.comparison(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		if _, ok := p.take(","); !ok {
			return all, p.expect(end)
		}
	}
}

func (p *parser) expect(word string) error {
	if _, ok := p.take(word); !ok {
		return fmt.Errorf("must have a %q before %q", word, p.text)
	}
	return nil
}

// call reads the operands of a function.
func (p *parser) call(name string, depth int) (node, error) {
	of, err := p.operands(")", depth)
	if err != nil {
		return node{}, err
	}
	switch {
	case name == "METRICS" && len(of) == 0:
		n := node{function: "list"}
		for i := range p.ids {
			n.of = append(n.of, node{function: "metric", metric: i})
		}
		return n, nil
	case overLists[name] != nil:
		if len(of) == 1 && of[0].function == "list" && len(of[0].of) > 0 {
			return node{function: name, of: of[0].of}, plain(of[0].of, name)
		}
		return node{}, fmt.Errorf("%s must be of a list: %s([m1, m2])", name, name)
	case name == "FILL" && len(of) == 2 && of[1].fills():
		return p.fillOver(of)
	case name == "IF" && (len(of) == 2 || len(of) == 3), name == "FILL" && len(of) == 2, overOne[name] != nil && len(of) == 1:
		return node{function: name, of: of}, plain(of, name)
	case name == "IF" || name == "FILL" || overOne[name] != nil:
		return node{}, fmt.Errorf("%s must not be of %d values", name, len(of))
	}
	return node{}, fmt.Errorf("function %s is not known; ABS, AVG, CEIL, FILL, FLOOR, IF, MAX, METRICS, MIN and SUM are", name)
}

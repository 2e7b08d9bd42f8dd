package schema

import "strings"

// requireOfWhole moves what is required out of a schema and its definitions to where it is
// asked of whole files alone: one that includes others is laid over them, and gives what it
// changes. All else is said once, where editors look for it.
func (w *jsonWriter) requireOfWhole(root JSON) {
	asks := requirements{}
	for more := true; more; { // what refers to what asks does, too
		more = false
		for name, d := range w.definitions {
			if !asks[name] && asks.of(d.(JSON)) != nil {
				asks[name], more = true, true
			}
		}
	}
	if whole := asks.of(root); whole != nil {
		root["if"], root["else"] = JSON{"required": []string{"include"}}, whole
	}
	for name := range asks {
		w.definitions[name+required] = asks.of(w.definitions[name].(JSON))
	}
	for name := range asks {
		delete(w.definitions[name].(JSON), "required")
	}
	delete(root, "required")
}

// required ends the name of the definition of what another requires.
const required = ".required"

// requirements are the definitions in which something is required.
type requirements map[string]bool

// of is the schema of what a schema requires and nothing else, nil for nothing.
func (r requirements) of(schema JSON) JSON {
	if wrapped, ok := schema["allOf"].([]JSON); ok { // a reference
		return r.of(wrapped[0])
	}
	if reference, ok := schema["$ref"].(string); ok {
		if !r[strings.TrimPrefix(reference, definitions)] {
			return nil
		}
		return JSON{"$ref": reference + required}
	}
	asked := r.ofProperties(schema)
	if names := schema["required"]; names != nil {
		asked["required"] = names
	}
	if element, ok := schema["items"].(JSON); ok {
		if inner := r.of(element); inner != nil {
			asked["items"] = inner
		}
	}
	if forms, ok := schema["anyOf"].([]JSON); ok {
		return r.ofForms(forms)
	}
	if len(asked) == 0 {
		return nil
	}
	return asked
}

// ofProperties asks of the values of a table what they require. The keys that ask for
// nothing are named where there are others of any name, lest those be asked of them.
func (r requirements) ofProperties(schema JSON) JSON {
	asked, named := JSON{}, JSON{}
	if others, ok := schema["additionalProperties"].(JSON); ok {
		if other := r.of(others); other != nil {
			asked["additionalProperties"] = other
		}
	}
	properties, _ := schema["properties"].(JSON)
	for name, p := range properties {
		if inner := r.of(p.(JSON)); inner != nil {
			named[name] = inner
		} else if asked["additionalProperties"] != nil {
			named[name] = JSON{}
		}
	}
	if len(named) > 0 {
		asked["properties"] = named
	}
	return asked
}

// ofForms asks of a value that may have one of some forms what that one requires. One
// alone, or a list of them, needs no choice: a table is no list.
func (r requirements) ofForms(forms []JSON) JSON {
	asked, asks := make([]JSON, len(forms)), 0
	for i, form := range forms {
		asked[i] = form
		if inner := r.of(form); inner != nil {
			asked[i] = JSON{"allOf": []JSON{form, inner}}
			asks++
		}
	}
	switch {
	case asks == 0:
		return nil
	case len(forms) == 2 && forms[1]["type"] == "array" && forms[0]["$ref"] != nil:
		one, many := r.of(forms[0]), r.of(forms[1])
		return JSON{"allOf": []JSON{one, many}}
	}
	return JSON{"anyOf": asked}
}
